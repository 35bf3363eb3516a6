# The server in a container, made by the same scripts as on a desk.
#   docker build -t offhook .
#   docker run --rm -p 8080:8080 -v offhook-calls:/var/lib/offhook offhook
FROM debian:12

ENV OFFHOOK_CACHE=/opt/offhook/cache OFFHOOK_DATA=/var/lib/offhook

# Packages, models and llama-server in a layer of their own: a change of the code does not fetch them again.
WORKDIR /opt/offhook/source
COPY scripts scripts
COPY models models
RUN scripts/setup --for run && rm -rf "$OFFHOOK_CACHE/packages" "$OFFHOOK_CACHE/ccache" /var/lib/apt/lists/*

COPY . .
RUN scripts/build release && rm -rf "$OFFHOOK_CACHE/ccache" && find build -name '*.o' -delete

# The calls' words are their owner's: the server runs as a user of its own and writes only below /var/lib/offhook.
RUN useradd --system --home-dir /var/lib/offhook --create-home offhook \
    && printf 'data_dir: %s\ncache_dir: %s\n' "$OFFHOOK_DATA" "$OFFHOOK_CACHE" > /opt/offhook/server.yaml
USER offhook
VOLUME /var/lib/offhook
EXPOSE 8080
HEALTHCHECK --start-period=60s CMD curl -fsS http://127.0.0.1:8080/healthz
ENTRYPOINT ["/opt/offhook/source/build/offhook"]
CMD ["serve", "--config", "/opt/offhook/server.yaml", "--agent", "/opt/offhook/source/agents/receptionist.yaml", "--listen", "0.0.0.0:8080"]

#include "standins/standins.hpp"

#include <boost/json/serialize.hpp>
#include <future>
#include <stdexcept>

#include "net/event_loop.hpp"
#include "net/http_server.hpp"
#include "standins/anthropic.hpp"
#include "standins/cartesia.hpp"
#include "standins/deepgram_flux.hpp"
#include "standins/deepgram_listen.hpp"
#include "standins/deepgram_speak.hpp"
#include "standins/elevenlabs.hpp"
#include "standins/gemini.hpp"
#include "standins/openai.hpp"

namespace offhook::standins {
namespace {

// Finds the stand-in for a path.
class Router final : public net::Service {
 public:
  explicit Router(Site& site) : site_(site) {}

  void serve(net::Loop&, net::HttpRequest request, Respond respond) override {
    const std::string_view path = request.path();
    if (path.starts_with("/standin/")) return respond(own(request));
    const auto vendor = [&](standins::Service service, auto serve) {
      remember(service, request);
      serve();
    };
    if (request.method == "POST") {
      if (path == "/v1/chat/completions")
        return vendor(standins::Service::openai_chat, [&] { serve_openai_chat(site_, request, respond); });
      if (path == "/v1/audio/transcriptions")
        return vendor(standins::Service::openai_transcriptions,
                      [&] { serve_openai_transcription(site_, request, respond); });
      if (path == "/v1/audio/speech")
        return vendor(standins::Service::openai_speech, [&] { serve_openai_speech(site_, request, respond); });
      if (path == "/v1/messages")
        return vendor(standins::Service::anthropic, [&] { serve_anthropic(site_, request, respond); });
      if (const auto gemini = gemini_path(path))
        return vendor(standins::Service::gemini, [&] { serve_gemini(site_, request, *gemini, respond); });
    }
    respond(unknown(request));
  }

  std::variant<net::HttpResponse, Accept> upgrade(net::Loop&, const net::HttpRequest& request) override {
    const std::string_view path = request.path();
    if (path == "/v1/listen") {
      remember(standins::Service::deepgram, request);
      return open_deepgram_listen(site_, request);
    }
    if (path == "/v1/speak") {
      remember(standins::Service::deepgram_speak, request);
      return open_deepgram_speak(site_, request);
    }
    if (path == "/v2/listen") {
      remember(standins::Service::flux, request);
      return open_deepgram_flux(site_, request);
    }
    if (path == "/tts/websocket") {
      remember(standins::Service::cartesia, request);
      return open_cartesia(site_, request);
    }
    if (const auto elevenlabs = elevenlabs_path(path)) {
      remember(standins::Service::elevenlabs, request);
      return open_elevenlabs(site_, request, *elevenlabs);
    }
    return unknown(request);
  }

 private:
  // "POST /v1/messages {…}"; uploads without their bytes.
  void remember(standins::Service service, const net::HttpRequest& request) {
    site_.ledger.count(service, [&](Counters& c) { c.messages_in += request.body.empty() ? 0 : 1; });
    const bool text = request.header("Content-Type").starts_with("application/json");
    site_.ledger.remember(service, request.method + " " + request.target + (text ? " " + request.body : ""));
  }

  net::HttpResponse unknown(const net::HttpRequest& request) {
    const std::string what = request.method + " " + std::string(request.path()) + ": no vendor has that";
    site_.ledger.complain("nobody", what);
    return json_response(404, {{"error", json::object{{"message", what}, {"type", "invalid_request_error"}}}});
  }

  net::HttpResponse own(const net::HttpRequest& request) {
    const std::string_view path = request.path();
    if (request.method == "GET" && path == "/standin/stats")
      return {200, "application/json", site_.ledger.as_json() + "\n", {}, {}};
    if (request.method == "POST" && path == "/standin/clear") {
      site_.ledger.clear();
      return json_response(200, {});
    }
    if (request.method == "POST" && path == "/standin/faults") {
      const auto faults = parse_faults(request.body);
      if (!faults) return json_response(400, {{"error", faults.error().what}});
      for (const standins::Service service : faults->first) site_.faults.set(service, faults->second);
      return json_response(200, {});
    }
    if (request.method == "GET" && path == "/standin/received") {
      for (const auto& [name, value] : net::parse_form(request.query()))
        if (const auto service = service_named(value); service && name == "service") {
          json::array lines;
          for (const std::string& line : site_.ledger.received(*service)) lines.emplace_back(line);
          return {200, "application/json", json::serialize(lines) + "\n", {}, {}};
        }
    }
    return json_response(404, {{"error",
                                "expected GET /standin/stats, GET /standin/received?service=…, POST "
                                "/standin/faults or POST /standin/clear"}});
  }

  Site& site_;
};

}  // namespace

struct Standins::Impl {
  explicit Impl(Settings settings)
      : ledger(settings.log_lines), site(std::make_shared<Site>(loop, std::move(settings), ledger)) {}

  std::string url(std::string_view scheme) const {
    const Settings& s = site->settings;
    return std::string(scheme) + (s.tls_certificate.empty() ? "" : "s") + "://" + s.host + ":" + std::to_string(port);
  }

  net::EventLoop loop{"standins"};
  Ledger ledger;
  std::shared_ptr<Site> site;
  Router router{*site};
  std::unique_ptr<net::HttpServer> server;
  std::uint16_t port = 0;
};

Standins::Standins(Settings settings) : impl_(std::make_unique<Impl>(std::move(settings))) {
  impl_->port = impl_->site->settings.port;
  impl_->loop.start();
  start();
}

Standins::~Standins() {
  stop();
  impl_->loop.stop();
  impl_->loop.join();
}

void Standins::start() {
  if (impl_->server) return;
  const Settings& settings = impl_->site->settings;
  net::ServerOptions options;
  options.host = settings.host;
  options.port = impl_->port;
  options.tls_certificate = settings.tls_certificate;
  options.tls_key = settings.tls_key;
  options.max_body = 32 << 20;
  options.max_message = 16 << 20;
  auto server = net::HttpServer::listen({&impl_->loop}, options, impl_->router);
  if (!server) throw std::runtime_error(server.error().what);
  impl_->server = std::move(*server);
  impl_->port = impl_->server->port();
  impl_->server->start();
}

void Standins::stop() {
  impl_->server.reset();
  net::run_on(impl_->loop, [this] { impl_->site->release_all(); });
}

std::string Standins::http_url() const {
  return impl_->url("http");
}
std::string Standins::ws_url() const {
  return impl_->url("ws");
}
std::uint16_t Standins::port() const {
  return impl_->port;
}

void Standins::set_faults(Service service, std::vector<Fault> faults) {
  net::run_on(impl_->loop, [&] { impl_->site->faults.set(service, faults); });
}

void Standins::clear_faults() {
  for (std::size_t i = 0; i < kServices; ++i) set_faults(static_cast<Service>(i), {});
}

void Standins::change(const std::function<void(Settings&)>& change) {
  net::run_on(impl_->loop, [&] { change(impl_->site->settings); });
}

Counters Standins::counters(Service service) const {
  return impl_->ledger.counters(service);
}
std::vector<std::string> Standins::received(Service service) const {
  return impl_->ledger.received(service);
}
std::vector<std::string> Standins::complaints() const {
  return impl_->ledger.complaints();
}
std::string Standins::stats() const {
  return impl_->ledger.as_json();
}
void Standins::clear() {
  impl_->ledger.clear();
}

}  // namespace offhook::standins

#include "tools/mcp_http.hpp"

#include <algorithm>
#include <list>
#include <optional>
#include <string>
#include <utility>

#include "base/json_fields.hpp"
#include "base/secret.hpp"
#include "base/utf8.hpp"
#include "net/sse.hpp"
#include "net/url.hpp"

namespace offhook::tools {
namespace {

constexpr std::size_t kMostMessage = 1 << 20;  // bytes: mcp_messages.hpp takes no more
constexpr std::size_t kMostStream = 16 << 20;  // of all events of one exchange
constexpr std::size_t kMostExchanges = 200;    // at once, those included whose streams the server leaves open
constexpr std::size_t kMostSession = 1024;     // bytes of a session's id
constexpr Duration kNotice = 10s;              // for the server to take what needs no answer
constexpr Duration kFarewell = 1s;
constexpr Duration kListenAgain = 1s, kListenSeldom = 60s;  // behind a stream that has ended, doubled each time

bool is_session_id(std::string_view id) {
  return !id.empty() && id.size() <= kMostSession &&
         std::ranges::all_of(id, [](char c) { return c > ' ' && c < 0x7F; });
}

bool is_type(const net::Headers& headers, std::string_view type) {
  const std::string_view found = net::find_header(headers, "Content-Type");
  return net::same_name(found.substr(0, found.find_first_of("; ")), type);
}

class McpHttp final : public McpTransport {
 public:
  McpHttp(net::Loop& loop, net::HttpClient& http, const McpAddress& address, Sink sink)
      : loop_(loop),
        http_(http),
        address_(address),
        sink_(std::make_shared<Sink>(std::move(sink))),
        listen_(loop, [this] { listen(); }) {
    if (const auto url = net::parse_url(address.url)) host_ = url->host, shown_ = url->shown();
  }

  void send(std::int64_t id, std::string message, Deadline deadline) override {
    if (exchanges_.size() >= kMostExchanges) {
      if (id >= 0)
        loop_.post([sink = std::weak_ptr(sink_), id] {
          if (const auto told = sink.lock())
            told->failed(id, {Errc::full, std::to_string(kMostExchanges) + " requests are under way already"});
        });
      return;
    }
    if (id < 0) deadline = Deadline::earlier(deadline, Deadline::in(loop_.now(), kNotice));
    net::HttpCall call = request("POST");
    call.headers.emplace_back("Content-Type", "application/json");
    call.headers.emplace_back("Accept", "application/json, text/event-stream");
    call.body = std::move(message);
    call.deadline = deadline;
    begin(id, std::move(call));
  }

  void agreed(std::string_view revision) override { revision_ = revision; }

  void close(std::function<void()> done) override {
    sink_.reset();
    listen_.cancel();
    exchanges_.clear();
    if (session_.empty()) return loop_.post(std::move(done));
    net::HttpCall call = request("DELETE");
    call.deadline = Deadline::in(loop_.now(), kFarewell);
    closed_ = std::move(done);
    farewell_ = http_.send(std::move(call), {.head = {}, .body = {}, .done = [this](Result<void>) {
                                               if (const auto told = std::exchange(closed_, nullptr)) told();
                                             }});
  }

 private:
  struct Exchange {
    std::int64_t id;       // negative: no answer is waited for
    bool listens = false;  // the GET
    int status = 0;
    bool events = false;
    std::string body = {};
    net::SseParser parser{kMostMessage};
    std::unique_ptr<net::Pending> pending = {};
  };
  using Place = std::list<Exchange>::iterator;

  net::HttpCall request(const char* method) const {
    net::HttpCall call;
    call.method = method;
    call.url = address_.url;
    call.headers = address_.headers;
    if (!session_.empty()) call.headers.emplace_back("Mcp-Session-Id", session_);
    if (!revision_.empty()) call.headers.emplace_back("MCP-Protocol-Version", revision_);
    call.max_body = kMostStream;
    call.admits = [policy = address_.addresses, host = host_](const std::string& address) {
      return policy.admits(host, address);
    };
    return call;
  }

  void begin(std::int64_t id, net::HttpCall call) {
    const bool listens = call.method == "GET";
    const Place place = exchanges_.insert(exchanges_.end(), Exchange{.id = id, .listens = listens});
    place->pending =
        http_.send(std::move(call),
                   {.head = [this, place](int status, const net::Headers& headers) { head(*place, status, headers); },
                    .body = [this, place](std::string_view chunk) { body(place, chunk); },
                    .done = [this, place](Result<void> result) { done(place, std::move(result)); }});
  }

  void head(Exchange& exchange, int status, const net::Headers& headers) {
    exchange.status = status;
    exchange.events = status == 200 && is_type(headers, "text/event-stream");
    const std::string_view session = net::find_header(headers, "Mcp-Session-Id");
    if (session_.empty() && revision_.empty() && status == 200 && is_session_id(session)) session_ = session;
    if (exchange.listens && exchange.events) listen_next_ = kListenAgain;
  }

  void body(Place place, std::string_view chunk) {
    if (!place->events) {
      if (place->listens) return;
      place->body += chunk.substr(0, kMostMessage + 1 - std::min(kMostMessage + 1, place->body.size()));
      return;
    }
    std::vector<net::SseEvent> events;
    const Result<void> fed = place->parser.feed(chunk, events);
    const auto sink = sink_;  // whoever is told may let go of us
    for (const net::SseEvent& event : events) {
      if (event.data.empty() || (!event.event.empty() && event.event != "message")) continue;
      sink->message(event.data);
      if (sink.use_count() == 1) return;
    }
    if (!fed) end(place, fed.error());
  }

  void done(Place place, Result<void> result) {
    if (!result) return end(place, result.error());
    const int status = place->status;
    if (status == 404 && !session_.empty()) return gone(place);
    if (place->listens) return end(place, {Errc::closed, "the stream has ended"});
    if (status < 200 || status > 299) return end(place, refusal(*place));
    if (place->id < 0) {
      exchanges_.erase(place);
      if (!std::exchange(listened_, true)) listen();  // it has taken "initialized"
      return;
    }
    if (place->body.size() > kMostMessage)
      return end(place, {Errc::full, "it answered with more than " + std::to_string(kMostMessage) + " bytes"});
    const auto sink = sink_;
    if (const std::string text = std::move(place->body); !place->events && !text.empty()) {
      sink->message(text);
      if (sink.use_count() == 1) return;
    }
    end(place, {Errc::closed, "the exchange ended without an answer"});  // of no matter, where there was one
  }

  Error refusal(const Exchange& exchange) const {
    std::string words = service_words(exchange.body);
    for (const std::string& secret : address_.secrets) words = without_secret(std::move(words), secret);
    const bool redirect = exchange.status >= 300 && exchange.status < 400;
    return {redirect ? Errc::invalid : net::errc_of_status(exchange.status),
            "POST " + shown_ + ": status " + std::to_string(exchange.status) +
                (redirect        ? ", a redirect, which is not followed; name the address that it leads to"
                 : words.empty() ? ""
                                 : ": " + words)};
  }

  void end(Place place, Error why) {
    const std::int64_t id = place->id;
    const bool listens = place->listens, offered = place->events || place->status == 0;
    const auto pending = std::move(place->pending);
    exchanges_.erase(place);
    if (listens && offered) {  // where none is offered, none is asked for again
      listen_.after(listen_next_);
      listen_next_ = std::min(listen_next_ * 2, kListenSeldom);
    }
    if (why.code == Errc::not_found) why.code = Errc::unavailable;
    const auto sink = sink_;
    if (id >= 0) sink->failed(id, std::move(why));
  }

  // 404 to a session that it gave us: over, and what was asked last has not been looked at.
  void gone(Place place) {
    const std::int64_t id = place->id;
    const auto sink = std::exchange(sink_, nullptr);
    const auto pending = std::move(place->pending);
    const Error why{Errc::not_found, "POST " + shown_ + ": status 404: it no longer knows the session"};
    exchanges_.clear();
    listen_.cancel();
    session_.clear();
    if (id >= 0) sink->failed(id, why);
    sink->lost(why);
  }

  void listen() {
    net::HttpCall call = request("GET");
    call.headers.emplace_back("Accept", "text/event-stream");
    begin(-1, std::move(call));
  }

  net::Loop& loop_;
  net::HttpClient& http_;
  const McpAddress address_;
  std::string host_, shown_, session_, revision_;
  std::shared_ptr<Sink> sink_;  // null: nobody wants to know any more
  std::list<Exchange> exchanges_;
  bool listened_ = false;
  Duration listen_next_ = kListenAgain;
  net::Timer listen_;
  std::function<void()> closed_;
  std::unique_ptr<net::Pending> farewell_;
};

}  // namespace

std::unique_ptr<McpTransport> connect_mcp_http(net::Loop& loop, net::HttpClient& http, const McpAddress& address,
                                               McpTransport::Sink sink) {
  return std::make_unique<McpHttp>(loop, http, address, std::move(sink));
}

}  // namespace offhook::tools

#include "server/router.hpp"

#include <boost/json.hpp>

#include "base/log.hpp"
#include "edge/public_url.hpp"
#include "edge/twilio.hpp"
#include "edge/twilio_signature.hpp"
#include "edge/twiml.hpp"

namespace offhook::embedded {
extern const std::string_view page;
extern const std::string_view worklet;
}  // namespace offhook::embedded

namespace offhook::server {
namespace {

net::HttpResponse text(int status, std::string body) {
  return {status, "text/plain; charset=utf-8", std::move(body), {}};
}

net::HttpResponse json(std::string body) {
  return {200, "application/json", std::move(body), {{"Cache-Control", "no-store"}}};
}

net::HttpResponse page(std::string_view body, std::string type) {
  return {200,
          std::move(type),
          std::string(body),
          {{"Cache-Control", "no-cache"},
           {"Content-Security-Policy",
            "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; connect-src "
            "'self' ws: wss:"},
           {"X-Content-Type-Options", "nosniff"}}};
}

bool is_loopback(std::string_view peer) {
  return peer == "::1" || peer.substr(0, 4) == "127." || peer.substr(0, 11) == "::ffff:127.";
}

// "/phone" → "", "/phone/bob" → "bob"; none of ours → nothing.
std::optional<std::string_view> name_behind(std::string_view path, std::string_view door) {
  if (path == door) return std::string_view();
  if (path.size() > door.size() + 1 && path.substr(0, door.size()) == door && path[door.size()] == '/') {
    const auto name = path.substr(door.size() + 1);
    if (name.find('/') == std::string_view::npos) return name;
  }
  return std::nullopt;
}

std::string query_value(const net::HttpRequest& request, std::string_view key) {
  for (auto& [name, value] : net::parse_form(request.query()))
    if (name == key) return value;
  return "";
}

}  // namespace

void Router::serve(net::Loop&, net::HttpRequest request, Respond respond) {
  respond(answer(request));
}

net::HttpResponse Router::answer(const net::HttpRequest& request) {
  const std::string_view path = request.path();
  const bool get = request.method == "GET" || request.method == "HEAD";
  if (path == "/healthz") return text(200, "ok\n");
  if (path == "/readyz") {
    if (admission_.is_open() || handed_over_.load(std::memory_order_acquire)) return text(200, "ready\n");
    return text(503, engine_.ready() ? "draining\n" : "loading models\n");
  }
  if (path == "/favicon.ico") return {204, "image/x-icon", "", {}};
  if (path == "/metrics" && get) return metrics();
  if (name_behind(path, "/phone/answer")) return answer_phone(request);
  if (name_behind(path, "/phone")) {
    return {426,
            "text/plain; charset=utf-8",
            "this is a WebSocket: connect a carrier's media stream to it\n",
            {{"Upgrade", "websocket"}}};
  }
  const bool ours = path == "/" || path == "/worklet.js" || path.substr(0, 5) == "/api/";
  if (!ours)
    return text(404, "there is nothing here; the doors are /phone, /phone/answer, /healthz, /readyz, /metrics and /\n");
  if (!is_ours(request))
    return text(403, "the page and /api are for this machine, or for who sends auth_token as a bearer\n");
  if (path == "/" && get) return page(embedded::page, "text/html; charset=utf-8");
  if (path == "/worklet.js" && get) return page(embedded::worklet, "text/javascript; charset=utf-8");
  if (path == "/api/token" && request.method == "POST")
    return json(boost::json::serialize(boost::json::object{{"token", tokens_.issue(clock_.now())}}));
  if (path == "/api/agents" && get) {
    boost::json::array agents;
    for (const auto& a : engine_.agents())
      agents.push_back(boost::json::object{{"name", a.agent.name}, {"greeting", a.agent.settings.greeting}});
    return json(
        boost::json::serialize(boost::json::object{{"agents", std::move(agents)}, {"calls", admission_.calls()}}));
  }
  return text(404, "no such part of /api\n");
}

net::HttpResponse Router::answer_phone(const net::HttpRequest& request) {
  if (request.method != "POST" && request.method != "GET") return text(405, "GET or POST\n");
  if (auto valid = check_signature(request, false); !valid) return text(403, valid.error().what + "\n");
  const auto name = *name_behind(request.path(), "/phone/answer");
  if (!engine_.find(name)) return text(404, "there is no agent \"" + std::string(name) + "\"\n");
  net::HttpResponse response{200, "text/xml", "", {}};
  auto base = edge::public_base(request, {config_.public_url, config_.trusted_proxies});
  if (!base) return text(400, base.error().what + "\n");
  if (!handed_over_.load(std::memory_order_acquire)) {  // the socket will go to the other process, which decides
    if (const auto why = admission_.promise(clock_.now())) {
      say_refused(*why);
      response.body = edge::twiml_reject_busy();
      return response;
    }
  }
  auto form = request.method == "POST" ? net::parse_form(request.body) : net::parse_form(request.query());
  response.body =
      edge::twiml_connect(edge::socket_url(*base, name.empty() ? "/phone" : "/phone/" + std::string(name)), form);
  return response;
}

net::HttpResponse Router::metrics() const {
  telemetry::Scrape scrape;
  engine_.scrape(scrape);
  scrape_admission(scrape, admission_, clock_.now());
  auto n = [](const edge::EdgeStats::Counter& c) {
    return static_cast<std::int64_t>(c.load(std::memory_order_relaxed));
  };
  scrape.counter("offhook_sockets_total", "Telephone sockets opened.", n(stats_.sockets));
  scrape.gauge("offhook_sockets_open", "Telephone sockets open now.", static_cast<double>(stats_.live.load()));
  scrape.counter("offhook_frames_in_total", "Frames received from carriers.", n(stats_.frames_in));
  scrape.counter("offhook_media_out_total", "Frames of sound sent.", n(stats_.media_out));
  scrape.counter("offhook_media_gaps_total", "Holes in callers' sound.", n(stats_.media_gaps));
  scrape.counter("offhook_slow_readers_total", "Calls closed because our sound was not read.", n(stats_.slow_readers));
  scrape.counter("offhook_starts_missed_total", "Sockets closed because no start came within 10 s.",
                 n(stats_.starts_missed));
  scrape.counter("offhook_floods_total", "Calls closed because far more came than a carrier sends.", n(stats_.floods));
  scrape.counter("offhook_misbehaved_total", "Sockets closed for too many bad frames.", n(stats_.misbehaved));
  for (std::size_t i = 0; i < stats_.bad_frames.size(); ++i)
    scrape.counter("offhook_bad_frames_total", "Frames dropped.", n(stats_.bad_frames[i]),
                   "kind=\"" + std::string(edge::bad_frame_names[i]) + '"');
  return {200, "text/plain; version=0.0.4; charset=utf-8", std::move(scrape).text(), {}};
}

// One line a second: a flood of calls must not become a flood of lines. /metrics counts each.
void Router::say_refused(Refusal why) {
  const Time now = clock_.now();
  Time said = refused_said_.load(std::memory_order_relaxed);
  if (now - said < 1s || !refused_said_.compare_exchange_strong(said, now, std::memory_order_relaxed)) return;
  log::warn("call_refused", {{"reason", name(why)},
                             {"calls", admission_.calls()},
                             {"lateness_ms", admission_.lateness(now)},
                             {"age_ms", admission_.age(now)}});
}

// This machine itself and nothing in between, or who knows the token.
bool Router::is_ours(const net::HttpRequest& request) const {
  if (config_.auth_token.empty()) return true;
  if (request.header("Authorization") == "Bearer " + config_.auth_token) return true;
  return is_loopback(request.peer) && request.header("X-Forwarded-For").empty() && request.header("Forwarded").empty();
}

Result<void> Router::check_signature(const net::HttpRequest& request, bool socket) const {
  if (config_.auth_token.empty()) return {};
  auto base = edge::public_base(request, {config_.public_url, config_.trusted_proxies});
  if (!base) return base.error();
  edge::SignedRequest wanted;
  wanted.url = socket ? edge::socket_url(*base, request.target) : edge::http_url(*base, request.target);
  if (request.method == "POST") {
    if (request.header("Content-Type").substr(0, 33) == "application/x-www-form-urlencoded")
      wanted.form = net::parse_form(request.body);
    else
      wanted.body = request.body;
  }
  return edge::check_twilio_signature(config_.auth_token, request.header("X-Twilio-Signature"), wanted);
}

std::variant<net::HttpResponse, net::Service::Accept> Router::upgrade(net::Loop& loop,
                                                                      const net::HttpRequest& request) {
  // A page of somebody else's must not call through a visitor's browser. Carriers send no Origin.
  if (const auto origin = request.header("Origin"); !origin.empty()) {
    const auto host = origin.substr(std::min(origin.size(), origin.find("//") + 2));
    if (host != request.header("Host")) return text(403, "this socket is not for pages of another origin\n");
  }
  if (request.path() == "/api/events") return upgrade_events(request);
  if (name_behind(request.path(), "/phone")) return upgrade_phone(loop, request);
  return text(404, "the WebSockets here are /phone, /phone/NAME and /api/events\n");
}

std::variant<net::HttpResponse, net::Service::Accept> Router::upgrade_phone(net::Loop&,
                                                                            const net::HttpRequest& request) {
  if (!config_.auth_token.empty() && !tokens_.redeem(query_value(request, "token"), clock_.now())) {
    if (auto valid = check_signature(request, true); !valid) return text(403, valid.error().what + "\n");
  }
  const auto name = *name_behind(request.path(), "/phone");
  if (!engine_.find(name)) return text(404, "there is no agent \"" + std::string(name) + "\"\n");
  auto admitted = admission_.admit(clock_.now());
  if (const auto* why = std::get_if<Refusal>(&admitted)) {
    say_refused(*why);
    net::HttpResponse busy = text(503, "no call can be taken now: " + std::string(server::name(*why)) + "\n");
    busy.headers.emplace_back("Retry-After", *why == Refusal::ramp ? "1" : "5");
    return busy;
  }
  // Returned when the last that holds it goes: the call, or a socket that never says start.
  auto place = std::make_shared<Admission::Place>(std::get<Admission::Place>(std::move(admitted)));
  return Accept([this, name = std::string(name), place](std::shared_ptr<net::WebSocket> socket) {
    edge::TwilioEdge::open(
        std::move(socket),
        [this, place](net::Loop& loop, call::CallStart start, call::Wire& wire) {
          return engine_.answer(loop, std::move(start), wire, std::move(*place));
        },
        name, stats_);
  });
}

std::variant<net::HttpResponse, net::Service::Accept> Router::upgrade_events(const net::HttpRequest& request) {
  if (!is_ours(request)) return text(403, "/api is for this machine, or for who sends auth_token as a bearer\n");
  std::string stream = query_value(request, "stream");
  if (stream.empty() || stream.size() > 128) return text(400, "which call? /api/events?stream=STREAM_SID\n");
  if (hub_.full()) return text(503, "too many watch already\n");
  return Accept([this, stream](std::shared_ptr<net::WebSocket> socket) { hub_.add(std::move(socket), stream); });
}

}  // namespace offhook::server

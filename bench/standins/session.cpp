#include "standins/session.hpp"

#include <boost/json/serialize.hpp>

namespace offhook::standins {

net::HttpResponse json_response(int status, const json::object& body, net::Headers headers) {
  return {status, "application/json", json::serialize(body), std::move(headers), {}};
}

std::string_view credentials(std::string_view header, std::string_view scheme) {
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ' ||
      !net::same_name(header.substr(0, scheme.size()), scheme))
    return {};
  return header.substr(scheme.size() + 1);
}

std::optional<net::HttpResponse> Door::knock(std::string_view key) {
  const Fault* fault = site_.faults.next(service_);
  if (fault && fault->kind == Fault::Kind::refuse) {
    const Fault refusal = *fault;
    site_.faults.struck(service_);
    net::HttpResponse response =
        turn_away(refusal.status, refusal.body.empty() ? "the service is not available" : refusal.body);
    if (!refusal.body.empty()) response.body = refusal.body;
    if (refusal.retry_after > Duration())
      response.headers.emplace_back("Retry-After", std::to_string(refusal.retry_after / 1s));
    return response;
  }
  if (key.empty() && site_.settings.keys_required) return refuse(401, "no key was sent");
  if (key == "wrong") return turn_away(401, "the key is invalid");
  const Fault* limit = site_.faults.limit(service_);
  if (limit && site_.ledger.counters(service_).open >= static_cast<std::int64_t>(limit->limit)) {
    net::HttpResponse response = turn_away(429, "too many requests at once");
    if (limit->retry_after > Duration())
      response.headers.emplace_back("Retry-After", std::to_string(limit->retry_after / 1s));
    return response;
  }
  return std::nullopt;
}

net::HttpResponse Door::refuse(int status, std::string_view said) {
  site_.ledger.complain(service_, said);
  return turn_away(status, said);
}

net::HttpResponse Door::turn_away(int status, std::string_view said) {
  site_.ledger.count(service_, [](Counters& c) { ++c.refused; });
  return refusal_(status, said);
}

SocketSession::SocketSession(Site& site, Service service)
    : site_(site),
      service_(service),
      out_(site, service, Outlet::Kind::socket,
           {[this](const std::string& said) { fail(said); },
            [this] {
              socket_.reset();
              site_.release(this);
            },
            {}}) {
  site_.ledger.opened(service_);
}

SocketSession::~SocketSession() {
  if (socket_) socket_->set_handler(nullptr);
  site_.ledger.closed(service_);
}

void SocketSession::run(std::shared_ptr<net::WebSocket> socket) {
  socket_ = std::move(socket);
  socket_->set_handler(this);
  out_.attach(socket_);
  opened();
}

void SocketSession::on_text(std::string_view message) {
  count([](Counters& c) { ++c.messages_in; });
  site_.ledger.remember(service_, message);
  text(message);
}

void SocketSession::on_binary(std::string_view bytes) {
  count([](Counters& c) { ++c.messages_in; });
  binary(bytes);
}

void SocketSession::on_closed(bool, std::string_view) {
  site_.release(this);
}

HttpSession::HttpSession(Site& site, Service service, Outlet::Kind kind)
    : site_(site),
      service_(service),
      out_(site, service, kind,
           {[this](const std::string& said) { fail(said); }, [this] { site_.release(this); },
            [this](bool whole) {
              if (!whole) gone();
              site_.release(this);
            }}) {
  site_.ledger.opened(service_);
}

HttpSession::~HttpSession() {
  site_.ledger.closed(service_);
}

void HttpSession::begin(const net::Service::Respond& respond, std::string type, net::Headers headers) {
  net::HttpResponse response{200, std::move(type), {}, std::move(headers), {}};
  response.streamed = [this, alive = std::weak_ptr<bool>(alive_)](std::shared_ptr<net::ResponseBody> body) {
    if (alive.lock()) out_.attach(std::move(body));
  };
  respond(std::move(response));
}

}  // namespace offhook::standins

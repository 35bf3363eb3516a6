// What the stand-ins have in common: who is let in, and how a connection or a request begins and ends.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "net/http.hpp"
#include "standins/fields.hpp"
#include "standins/outlet.hpp"
#include "standins/site.hpp"

namespace offhook::standins {

using Verdict = std::variant<net::HttpResponse, net::Service::Accept>;

// A vendor's answer to what it does not take, as its HTTP API says it.
using Refusal = net::HttpResponse (*)(int status, std::string_view said);

net::HttpResponse json_response(int status, const json::object& body, net::Headers headers = {});

// The door of one service for one request. Faults that refuse come first, then the key, then what the vendor finds
// wrong.
class Door {
 public:
  Door(Site& site, Service service, Refusal refusal) : site_(site), service_(service), refusal_(refusal) {}

  // The key that was sent, empty if none. Nothing: come in.
  std::optional<net::HttpResponse> knock(std::string_view key);
  net::HttpResponse refuse(int status, std::string_view said);     // the client's mistake: a complaint
  net::HttpResponse turn_away(int status, std::string_view said);  // not a mistake

 private:
  Site& site_;
  const Service service_;
  const Refusal refusal_;
};

// "Bearer abc" → "abc"; empty if it is not of that scheme. The scheme is compared without case.
std::string_view credentials(std::string_view header, std::string_view scheme);

class SocketSession : public Session, public net::WebSocket::Handler {
 public:
  SocketSession(Site& site, Service service);
  ~SocketSession() override;

  template <class Stand, class... Arguments>
  static Verdict accept(Site& site, Arguments... arguments) {
    return net::Service::Accept([&site, ... a = std::move(arguments)](std::shared_ptr<net::WebSocket> socket) mutable {
      auto session = std::make_unique<Stand>(site, std::move(a)...);
      Stand& stand = *session;
      site.keep(std::move(session));
      stand.run(std::move(socket));
    });
  }

 protected:
  virtual void opened() {}
  virtual void text(std::string_view text) = 0;
  virtual void binary(std::string_view bytes) = 0;
  virtual void fail(const std::string& said) = 0;  // the vendor's error, and what it does after it
  void complain(std::string_view what) { site_.ledger.complain(service_, what); }
  template <class F>
  void count(F change) {
    site_.ledger.count(service_, change);
  }

  Site& site_;
  const Service service_;
  Outlet out_;

 private:
  void run(std::shared_ptr<net::WebSocket> socket);
  void on_text(std::string_view text) final;
  void on_binary(std::string_view bytes) final;
  void on_closed(bool clean, std::string_view why) final;

  std::shared_ptr<net::WebSocket> socket_;
};

class HttpSession : public Session {
 public:
  HttpSession(Site& site, Service service, Outlet::Kind kind);
  ~HttpSession() override;

  // Answers with a body that the session sends through out_.
  void begin(const net::Service::Respond& respond, std::string type, net::Headers headers);

 protected:
  virtual void fail(const std::string& said) = 0;
  virtual void gone() {}  // the client left before the end
  template <class F>
  void count(F change) {
    site_.ledger.count(service_, change);
  }

  Site& site_;
  const Service service_;
  Outlet out_;

 private:
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace offhook::standins

// The way back to one client: counts what goes out, delays it, and is where faults strike.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/http.hpp"
#include "standins/site.hpp"

namespace offhook::standins {

class Outlet final : public FaultListener {
 public:
  struct Events {
    std::function<void(const std::string& said)> fail;  // to send the vendor's error, and to do what it does then
    std::function<void()> cut;                          // the connection has gone by our hand: the last
    std::function<void(bool whole)> over = {};          // an HTTP body has ended; not whole: the client left it
  };
  enum class Kind { socket, events, bytes };  // WebSocket; server-sent events; any other body

  Outlet(Site& site, Service service, Kind kind, Events events);
  ~Outlet() override;
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;

  // What is sent before waits.
  void attach(std::shared_ptr<net::WebSocket> socket);
  void attach(std::shared_ptr<net::ResponseBody> body);

  void send(std::string message);       // a text message, an event with its framing, or bytes of a body
  void send_binary(std::string bytes);  // of a socket
  bool loses_end();                     // asked once, before the final events: they are to be left out
  void end(std::uint16_t code = 1000, std::string_view reason = {});
  void drop();                           // without a word, at once
  bool over() const { return silent_; }  // what is sent goes nowhere

  void on_faults_changed() override;

 private:
  struct Item {
    Time due;
    std::string bytes;
    bool binary = false, end = false;
    std::uint16_t code = 1000;
  };
  void send(std::string bytes, bool binary);
  void queue(Item item);
  void pump();
  void pass(Item item);
  void check();
  void attached();

  Site& site_;
  const Service service_;
  const Kind kind_;
  const Events events_;
  std::shared_ptr<net::WebSocket> socket_;
  std::shared_ptr<net::ResponseBody> body_;
  std::deque<Item> queue_;
  net::Timer timer_{site_.loop, [this] { pump(); }};
  net::Timer cut_{site_.loop, [this] { drop(); }};
  std::size_t sent_ = 0;  // messages, since the connection began or the faults changed
  bool open_ = false;
  bool silent_ = false;  // nothing goes out any more
  bool struck_ = false;  // nothing strikes any more
  bool ended_ = false, dropped_ = false;
};

}  // namespace offhook::standins

// The doors: which path does what, and who may use it.
//
//   /phone  /phone/NAME          WebSocket: a carrier, the page, `offhook call`
//   /phone/answer[/NAME]         the carrier's webhook; answers with its XML
//   /healthz /readyz /metrics    for machines
//   /api/events?stream=SID       WebSocket: the words and turns of a call as they happen
//   /api/token  /api/agents      for the page
//   /                            the page
//
// With auth_token set, /phone and its webhook want the carrier's signature (or the page's one-use token), and the page
// and /api are for this machine alone, or for who sends the token as a bearer.
//
// A call that `admission` refuses gets 503 with Retry-After at its socket, and a busy tone from its webhook.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "edge/edge_stats.hpp"
#include "net/http.hpp"
#include "server/admission.hpp"
#include "server/config.hpp"
#include "server/engine.hpp"
#include "server/hub.hpp"
#include "server/tokens.hpp"

namespace offhook::server {

class Router final : public net::Service {
 public:
  Router(const ServerConfig& config, Engine& engine, Hub& hub, Admission& admission)
      : config_(config), engine_(engine), hub_(hub), admission_(admission) {}

  void serve(net::Loop& loop, net::HttpRequest request, Respond respond) override;
  std::variant<net::HttpResponse, Accept> upgrade(net::Loop& loop, const net::HttpRequest& request) override;

  // Any thread. The address is served by another process from now on: who still asks here, over a connection that was
  // there before, is answered as if there. Sockets are taken as before: they cannot be handed on.
  void hand_over() { handed_over_.store(true, std::memory_order_release); }
  const edge::EdgeStats& stats() const { return stats_; }

 private:
  net::HttpResponse answer(const net::HttpRequest& request);
  net::HttpResponse answer_phone(const net::HttpRequest& request);
  net::HttpResponse metrics() const;
  std::variant<net::HttpResponse, Accept> upgrade_phone(net::Loop& loop, const net::HttpRequest& request);
  std::variant<net::HttpResponse, Accept> upgrade_events(const net::HttpRequest& request);
  Result<void> check_signature(const net::HttpRequest& request, bool socket) const;
  bool is_ours(const net::HttpRequest& request) const;  // may see the page and /api
  void say_refused(Refusal why);

  const ServerConfig& config_;
  Engine& engine_;
  Hub& hub_;
  Admission& admission_;
  SteadyClock clock_;
  Tokens tokens_;
  edge::EdgeStats stats_;
  std::atomic<bool> handed_over_{false};
  std::atomic<Time> refused_said_{Time{}};
};

}  // namespace offhook::server

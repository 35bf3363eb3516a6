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
#pragma once

#include <memory>
#include <string>

#include "edge/edge_stats.hpp"
#include "net/http.hpp"
#include "server/config.hpp"
#include "server/engine.hpp"
#include "server/hub.hpp"
#include "server/tokens.hpp"

namespace offhook::server {

class Router final : public net::Service {
 public:
  Router(const ServerConfig& config, Engine& engine, Hub& hub) : config_(config), engine_(engine), hub_(hub) {}

  void serve(net::Loop& loop, net::HttpRequest request, Respond respond) override;
  std::variant<net::HttpResponse, Accept> upgrade(net::Loop& loop, const net::HttpRequest& request) override;

  void drain() { draining_.store(true, std::memory_order_release); }  // any thread
  const edge::EdgeStats& stats() const { return stats_; }

 private:
  net::HttpResponse answer(const net::HttpRequest& request);
  net::HttpResponse answer_phone(const net::HttpRequest& request);
  net::HttpResponse metrics() const;
  std::variant<net::HttpResponse, Accept> upgrade_phone(net::Loop& loop, const net::HttpRequest& request);
  std::variant<net::HttpResponse, Accept> upgrade_events(const net::HttpRequest& request);
  Result<void> check_signature(const net::HttpRequest& request, bool socket) const;
  bool is_ours(const net::HttpRequest& request) const;  // may see the page and /api
  bool full() const;

  const ServerConfig& config_;
  Engine& engine_;
  Hub& hub_;
  SteadyClock clock_;
  Tokens tokens_;
  edge::EdgeStats stats_;
  std::atomic<bool> draining_{false};
};

}  // namespace offhook::server

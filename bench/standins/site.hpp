// What all stand-ins of one process share. Lives on one loop.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "net/loop.hpp"
#include "standins/faults.hpp"
#include "standins/ledger.hpp"
#include "standins/settings.hpp"

namespace offhook::standins {

// One connection or one request under way.
class Session {
 public:
  virtual ~Session() = default;
};

class Site : public std::enable_shared_from_this<Site> {
 public:
  Site(net::Loop& loop, Settings settings, Ledger& ledger)
      : loop(loop), settings(std::move(settings)), ledger(ledger), faults(ledger) {}

  void keep(std::unique_ptr<Session> session) {
    Session* const key = session.get();
    sessions_.emplace(key, std::move(session));
  }
  void release(Session* session) {  // soon: it may be on the stack
    loop.post([self = weak_from_this(), session] {
      if (const auto site = self.lock()) site->sessions_.erase(session);
    });
  }
  void release_all() { sessions_.clear(); }

  std::string new_id(std::string_view prefix) { return std::string(prefix) + std::to_string(++ids_); }

  net::Loop& loop;
  Settings settings;
  Ledger& ledger;
  FaultBoard faults;
  int transcriptions = 0;  // requests so far, each an utterance

 private:
  std::unordered_map<Session*, std::unique_ptr<Session>> sessions_;
  std::uint64_t ids_ = 0;
};

}  // namespace offhook::standins

// Who watches which call. Calls tell on their own loop; watchers hear on theirs. Any thread.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "call/call.hpp"
#include "net/http.hpp"

namespace offhook::server {

class Hub final : public call::Observers {
 public:
  static constexpr int kMostWatchers = 256;  // in all; more are refused

  // Takes an open socket and sends it what happens in the call of `stream_id`, which may not have begun yet. The hub
  // keeps the socket until its other end closes it or does not read it.
  void add(std::shared_ptr<net::WebSocket> socket, std::string stream_id);
  bool full() const { return count_.load(std::memory_order_relaxed) >= kMostWatchers; }
  void close_all();  // before the loops end

  bool watched(const std::string& stream_id) const override;
  void tell(const std::string& stream_id, std::string json) override;

 private:
  struct Watcher;
  void remove(const std::shared_ptr<Watcher>& watcher);

  std::atomic<int> count_{0};
  mutable std::mutex mutex_;  // over the map; held for look-ups only
  std::multimap<std::string, std::shared_ptr<Watcher>> watchers_;
};

}  // namespace offhook::server

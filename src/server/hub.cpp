#include "server/hub.hpp"

#include <utility>

namespace offhook::server {

// Lives on its socket's loop; others only post to it.
struct Hub::Watcher final : net::WebSocket::Handler, std::enable_shared_from_this<Hub::Watcher> {
  Watcher(Hub& hub, std::shared_ptr<net::WebSocket> socket, std::string stream_id)
      : hub(hub), socket(std::move(socket)), loop(this->socket->loop()), stream_id(std::move(stream_id)) {}

  void on_text(std::string_view) override {}
  void on_binary(std::string_view) override {}
  void on_closed(bool, std::string_view) override {
    auto self = shared_from_this();
    hub.remove(self);
    socket.reset();
  }

  Hub& hub;
  std::shared_ptr<net::WebSocket> socket;
  net::Loop& loop;
  const std::string stream_id;
};

void Hub::add(std::shared_ptr<net::WebSocket> socket, std::string stream_id) {
  auto watcher = std::make_shared<Watcher>(*this, std::move(socket), stream_id);
  {
    std::lock_guard lock(mutex_);
    watchers_.emplace(std::move(stream_id), watcher);
    count_.fetch_add(1, std::memory_order_relaxed);
  }
  watcher->socket->set_handler(watcher.get());
}

void Hub::remove(const std::shared_ptr<Watcher>& watcher) {
  std::lock_guard lock(mutex_);
  auto [it, end] = watchers_.equal_range(watcher->stream_id);
  for (; it != end; ++it) {
    if (it->second != watcher) continue;
    watchers_.erase(it);
    count_.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
}

bool Hub::watched(const std::string& stream_id) const {
  if (count_.load(std::memory_order_relaxed) == 0) return false;
  std::lock_guard lock(mutex_);
  return watchers_.contains(stream_id);
}

void Hub::tell(const std::string& stream_id, std::string json) {
  if (count_.load(std::memory_order_relaxed) == 0) return;
  std::lock_guard lock(mutex_);
  auto [it, end] = watchers_.equal_range(stream_id);
  for (; it != end; ++it) {
    it->second->loop.post([watcher = it->second, json] {
      // One that does not read is cut: a call never waits for who watches it.
      if (watcher->socket && !watcher->socket->send_text(json)) watcher->socket->close(1013, "too slow");
    });
  }
}

void Hub::close_all() {
  std::lock_guard lock(mutex_);
  for (auto& [id, watcher] : watchers_)
    watcher->loop.post([watcher = watcher] {
      if (watcher->socket) watcher->socket->close(1001, "the server is going away");
    });
}

}  // namespace offhook::server

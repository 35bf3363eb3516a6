#include "net/http_link.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace offhook::net {

HttpLink::HttpLink(std::shared_ptr<Stream> stream) : stream_(std::move(stream)) {}

void HttpLink::start() {
  asio::co_spawn(stream_->get_executor(), read(shared_from_this()), asio::detached);
}

void HttpLink::set_user(std::weak_ptr<User> user) {
  user_ = std::move(user);
  old_.cancel();
}

void HttpLink::keep_for(Duration time) {
  old_.after(time);
}

void HttpLink::write(std::shared_ptr<const Outgoing> message) {
  writing_ = true;
  asio::co_spawn(stream_->get_executor(), write_all(shared_from_this(), std::move(message)), asio::detached);
}

Awaitable<void> HttpLink::write_all(std::shared_ptr<HttpLink> self, std::shared_ptr<const Outgoing> message) {
  co_await stream_->write_all(message->head, message->body);
  writing_ = false;
}

Awaitable<void> HttpLink::read(std::shared_ptr<HttpLink> self) {
  std::vector<char> buffer(16384);
  for (;;) {
    const auto [error, bytes] = co_await stream_->read_some(asio::buffer(buffer));
    const std::shared_ptr<User> user = user_.lock();
    if (!user || error) {
      old_.cancel();
      if (user) user->on_end(error);
      stream_->close();
      co_return;
    }
    user->on_bytes({buffer.data(), bytes});
  }
}

HttpPool::~HttpPool() {
  for (auto& [origin, links] : idle_)
    for (const auto& link : links) link->close();
}

std::shared_ptr<HttpLink> HttpPool::take(const std::string& origin) {
  forget_closed();
  const auto found = idle_.find(origin);
  if (found == idle_.end()) return nullptr;
  std::shared_ptr<HttpLink> link = std::move(found->second.back());
  found->second.pop_back();
  if (found->second.empty()) idle_.erase(found);
  return link;
}

void HttpPool::put(const std::string& origin, std::shared_ptr<HttpLink> link) {
  forget_closed();
  link->set_user({});
  link->keep_for(keep);
  auto& links = idle_[origin];
  if (links.size() == max_idle) {
    links.front()->close();
    links.erase(links.begin());
  }
  links.push_back(std::move(link));
}

std::size_t HttpPool::idle(const std::string& origin) {
  forget_closed();
  const auto found = idle_.find(origin);
  return found == idle_.end() ? 0 : found->second.size();
}

void HttpPool::forget_closed() {
  for (auto& [origin, links] : idle_) std::erase_if(links, [](const auto& link) { return !link->is_open(); });
  std::erase_if(idle_, [](const auto& entry) { return entry.second.empty(); });
}

}  // namespace offhook::net

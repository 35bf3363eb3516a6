#include "server/tokens.hpp"

#include <algorithm>

#include "base/ids.hpp"

namespace offhook::server {

std::string Tokens::issue(Time now) {
  std::string text = random_hex(16);
  std::lock_guard lock(mutex_);
  while (!tokens_.empty() && (tokens_.front().expires <= now || tokens_.size() >= kMost)) tokens_.pop_front();
  tokens_.push_back({text, now + kLife});
  return text;
}

bool Tokens::redeem(std::string_view token, Time now) {
  std::lock_guard lock(mutex_);
  const auto it = std::find_if(tokens_.begin(), tokens_.end(), [&](const Token& t) { return t.text == token; });
  if (it == tokens_.end()) return false;
  const bool fresh = it->expires > now;
  tokens_.erase(it);
  return fresh;
}

}  // namespace offhook::server

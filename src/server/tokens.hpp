// One-use tokens with which the page opens its telephone socket. Bounded, short-lived. Any thread.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace offhook::server {

class Tokens {
 public:
  static constexpr Duration kLife = 60s;
  static constexpr std::size_t kMost = 1024;  // unused ones; the oldest goes

  std::string issue(Time now);
  bool redeem(std::string_view token, Time now);  // true once

 private:
  struct Token {
    std::string text;
    Time expires;
  };
  std::mutex mutex_;
  std::deque<Token> tokens_;
};

}  // namespace offhook::server

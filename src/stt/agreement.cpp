#include "stt/agreement.hpp"

#include "stt/words.hpp"

namespace offhook::stt {

int agreeing_words(std::string_view before, std::string_view now) {
  const auto old = words(before);
  const auto fresh = words(now);
  std::size_t i = 0;
  std::size_t agreed = 0;
  for (std::size_t k = 0; k < fresh.size(); ++k) {
    if (fresh[k].bare.empty()) continue;  // counted only if a word after it agrees
    while (i < old.size() && old[i].bare.empty()) ++i;
    if (i == old.size() || old[i].bare != fresh[k].bare) break;
    ++i;
    agreed = k + 1;
  }
  return static_cast<int>(agreed);
}

}  // namespace offhook::stt

// Reports as text: printf into a string, and JSON in the order written. Pure.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::load {

[[gnu::format(printf, 1, 2)]] std::string format(const char* how, ...);  // at most 511 bytes

// One JSON object, in the order written. Boost.JSON would write 118.3 as 1.183E2.
class JsonObject {
 public:
  void put(std::string_view name, std::optional<double> value);  // three decimals at most; none: null
  void put(std::string_view name, const std::string& text);
  void put(std::string_view name, std::integral auto n) {
    if constexpr (std::same_as<decltype(n), bool>)
      put_json(name, n ? "true" : "false");
    else
      put_json(name, std::to_string(n));
  }
  void put_json(std::string_view name, std::string_view json);  // as it is
  std::string text() && { return text_ + '}'; }

 private:
  std::string text_ = "{";
};

}  // namespace offhook::load

// Any bytes that a recogniser hands over, of any kind that is asked for and in any language, give nothing or a value of
// that kind's form, and one that can be said.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/utf8.hpp"
#include "dialog/slots.hpp"

using namespace offhook;
using namespace offhook::dialog;

namespace {

bool only(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

bool has_form(SlotKind kind, std::string_view value) {
  constexpr std::string_view kDigits = "0123456789";
  switch (kind) {
    case SlotKind::text: return true;
    case SlotKind::yes_no: return value == "yes" || value == "no";
    case SlotKind::one_of: return value == "cleaning" || value == "check-up" || value == "\xFF";
    case SlotKind::number: return only(value, "0123456789.-");
    case SlotKind::digits:
      return only(value, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") && value.find_first_of(kDigits) != value.npos;
    case SlotKind::phone: {
      const std::string_view digits = value.substr(value.starts_with('+') ? 1 : 0);
      return only(digits, kDigits) && digits.size() >= 7 && digits.size() <= 15;
    }
    case SlotKind::email: return std::count(value.begin(), value.end(), '@') == 1 && value.size() <= 320;
    case SlotKind::day: return value.ends_with("day") || value.ends_with("tomorrow") || only(value, "0123456789-");
    case SlotKind::time: return value.size() == 5 && value[2] == ':' && value < "24:00";
    case SlotKind::name: return std::count(value.begin(), value.end(), ' ') < 4;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 4000) return 0;
  constexpr std::string_view kLanguages[] = {"en", "de", "en-GB", "fr"};
  static const std::vector<SlotChoice> choices{
      {"cleaning", {"clean", "teeth cleaning"}}, {"check-up", {"check up", "kontrolle", ""}}, {"\xFF", {"\xC3", "ö"}}};
  const auto kind = static_cast<SlotKind>(data[0] % 10);
  const std::string_view text(reinterpret_cast<const char*>(data + 2), size - 2);
  const auto found = slot_in(kind, choices, text, kLanguages[data[1] % 4], data[1] % 8 < 4);
  if (!found) return 0;
  if (found->value.empty() || found->spoken.empty() || !has_form(kind, found->value)) std::abort();
  if (kind != SlotKind::one_of &&
      (clean_utf8(found->value) != found->value || clean_utf8(found->spoken) != found->spoken))
    std::abort();
  return 0;
}

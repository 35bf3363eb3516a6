#include "dialog/tongue.hpp"

#include "dialog/lower_case.hpp"

namespace offhook::dialog {

const Tongue* tongue_of(std::string_view language) {
  const std::string tag = lower_case(language);
  const std::string_view code = std::string_view(tag).substr(0, tag.find_first_of("-_"));
  if (code == "de") return &german();
  if (code != "en") return nullptr;
  constexpr std::string_view kDayFirst[] = {"gb", "ie", "au", "nz", "in", "za"};
  return tag.size() > 3 && contains(kDayFirst, std::string_view(tag).substr(3)) ? &british() : &english();
}

}  // namespace offhook::dialog

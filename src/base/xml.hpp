// Text inside XML and SVG.
#pragma once

#include <string>
#include <string_view>

namespace offhook {

// Fit for a text and for an attribute in double quotes; what no XML may hold is base/utf8.hpp's printable().
inline std::string xml_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  return out;
}

}  // namespace offhook

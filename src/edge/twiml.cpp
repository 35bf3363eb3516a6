#include "edge/twiml.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace offhook::edge {
namespace {

constexpr std::string_view declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
constexpr std::size_t parameter_bound = 500;  // of name and value together, exclusive

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::size_t used = utf8_length(text);
    const std::string_view character = text.substr(0, used);
    const char c = text[0];
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&apos;";
    else if (c == '\t')
      out += "&#9;";  // raw, an attribute would turn these three into blanks
    else if (c == '\n')
      out += "&#10;";
    else if (c == '\r')
      out += "&#13;";
    else if (used == 0 || static_cast<unsigned char>(c) < 0x20 || character == "\xEF\xBF\xBE" ||
             character == "\xEF\xBF\xBF")
      out += replacement_character;
    else
      out += character;
    text.remove_prefix(std::max<std::size_t>(used, 1));
  }
  return out;
}

std::string twiml_connect(std::string_view stream_url, const std::vector<std::pair<std::string, std::string>>& form) {
  constexpr std::pair<std::string_view, std::string_view> carried[] = {
      {"To", "to"}, {"From", "from"}, {"CallSid", "call_sid"}};
  std::string out(declaration);
  out += "<Response><Connect><Stream url=\"" + xml_escaped(stream_url) + "\">";
  for (const auto& [field, name] : carried) {
    const auto found = std::ranges::find(form, field, &std::pair<std::string, std::string>::first);
    if (found == form.end() || found->second.empty() || found->second.size() + name.size() >= parameter_bound) continue;
    out += "<Parameter name=\"" + std::string(name) + "\" value=\"" + xml_escaped(found->second) + "\"/>";
  }
  out += "</Stream></Connect></Response>";
  return out;
}

std::string twiml_reject_busy() {
  return std::string(declaration) + "<Response><Reject reason=\"busy\"/></Response>";
}

}  // namespace offhook::edge

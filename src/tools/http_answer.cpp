#include "tools/http_answer.hpp"

#include <algorithm>

#include "base/json_fields.hpp"
#include "base/secret.hpp"
#include "base/utf8.hpp"

namespace offhook::tools {
namespace {

std::string kind_of(std::string_view type) {  // "Text/HTML; charset=utf-8" is "text/html"
  std::string out(type.substr(0, type.find(';')));
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

bool is_page(std::string_view kind) {
  return kind == "text/html" || kind == "application/xhtml+xml";
}

bool is_text(std::string_view kind) {
  return kind.empty() || kind == "application/json" || kind.ends_with("+json") || kind == "application/xml" ||
         kind == "application/yaml" || kind.starts_with("text/");
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == text.npos;
}

}  // namespace

void HttpAnswer::head(int status, const net::Headers& headers) {
  status_ = status;
  type_ = kind_of(net::find_header(headers, "Content-Type"));
}

void HttpAnswer::body(std::string_view chunk) {
  size_ += chunk.size();
  constexpr std::size_t kKept = kTold + 4;  // one character more tells that there is more
  if (body_.size() < kKept) body_ += chunk.substr(0, kKept - body_.size());
}

Told HttpAnswer::told() const {
  if (status_ >= 300 && status_ < 400) return {false, "The tool answered with a redirect, which is not followed."};
  if (status_ >= 500) return {false, "The tool failed on its side; it may work later."};
  const std::string_view body = utf8_front(body_, kTold);
  std::string text;
  if (status_ >= 400) {  // its own words, where it has any for programs
    const auto object = parse_object(body);
    text = object ? service_words(*object) : "";
    text = "The tool refused this" + (text.empty() ? "." : ": " + text);
  } else if (is_page(type_)) {
    return {false, "The tool answered with a web page instead of data."};
  } else if (!is_text(type_) || !is_utf8(body)) {
    return {false, "The tool answered with something that is no text."};
  } else if (blank(body)) {
    return {true, "The tool succeeded and returned nothing."};
  } else {
    text = body;
    if (size_ > body.size()) text += " … (the rest is left out)";
  }
  for (const std::string& secret : secrets_) text = without_secret(std::move(text), secret);
  return {status_ < 400, std::move(text)};
}

Told told_of(const Error& error) {
  switch (error.code) {
    case Errc::timeout: return {false, "The tool did not return in time."};
    case Errc::full: return {false, "The tool answered with more than can be read."};
    case Errc::not_found:
    case Errc::refused:
    case Errc::unavailable: return {false, "The tool cannot be reached."};
    default: return {false, "The tool did not give a usable answer."};
  }
}

}  // namespace offhook::tools

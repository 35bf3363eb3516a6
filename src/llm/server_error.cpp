#include "llm/server_error.hpp"

#include <algorithm>

#include "base/json_fields.hpp"
#include "base/utf8.hpp"
#include "net/http.hpp"

namespace offhook::llm {

namespace {

// The description of a failure wherever it stands: {"error":{…}}, {"error":"…"}, {"message":…} or {"detail":…}. Gemini
// sends it as the only element of an array, too.
std::string_view message_in(const json::object& from) {
  const json::object* error = object_in(from, "error");
  for (const json::object* place : {error, &from}) {
    if (!place) continue;
    for (const std::string_view key : {"message", "error", "detail"})
      if (const std::string_view text = text_in(*place, key); !text.empty()) return text;
  }
  return {};
}

// Of OpenAI's and Anthropic's `type` and `code` and of Google's `status`, lower-cased.
Errc errc_of_kind(std::string_view kind) {
  const auto says = [&](std::string_view word) { return kind.find(word) != std::string_view::npos; };
  if (says("insufficient_quota") || says("authentication") || says("permission") || says("billing"))
    return Errc::refused;
  if (says("rate_limit") || says("quota") || says("resource_exhausted")) return Errc::full;
  if (says("timeout") || says("deadline")) return Errc::timeout;
  if (says("not_found")) return Errc::not_found;
  if (says("invalid_request") || says("badrequest") || says("invalid_argument") || says("too_large"))
    return Errc::invalid;
  return Errc::unavailable;
}

}  // namespace

std::string server_message(std::string_view body) {
  boost::system::error_code ec;
  const json::value value = json::parse(body, ec, {}, lenient());
  const json::value* first = ec ? nullptr : &value;
  if (first && first->is_array()) first = first->get_array().empty() ? nullptr : &first->get_array()[0];
  const json::object* top = first ? first->if_object() : nullptr;
  const std::string_view message = top ? message_in(*top) : std::string_view();
  return one_line(message.empty() ? body : message, 200);
}

Errc errc_of_refusal(int status, std::string_view body) {
  if (status == 429 && body.find("insufficient_quota") != std::string_view::npos) return Errc::refused;
  if (status == 400 && body.find("API_KEY_INVALID") != std::string_view::npos) return Errc::refused;
  return net::errc_of_status(status);
}

Error error_in_stream(const json::object& event) {
  const json::object* error = object_in(event, "error");
  const json::object& place = error ? *error : event;
  std::string kind;
  for (const std::string_view key : {"type", "code", "status"}) kind += std::string(text_in(place, key)) + " ";
  std::transform(kind.begin(), kind.end(), kind.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const std::int64_t status = whole_in(place, "code", whole_in(place, "status", 0));
  const Errc code = status >= 400 && status < 600 ? net::errc_of_status(static_cast<int>(status)) : errc_of_kind(kind);
  const std::string text = one_line(message_in(event), 200);
  return {code, "the server broke the answer off: " + (text.empty() ? std::string("(no message)") : text)};
}

}  // namespace offhook::llm

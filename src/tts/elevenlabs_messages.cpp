#include "tts/elevenlabs_messages.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "base/json_fields.hpp"
#include "tts/service_text.hpp"

namespace offhook::tts {

namespace json = boost::json;

namespace {

// Answers come in camelCase; the types of their own SDK have snake_case beside it.
const json::value* either(const json::object& from, std::string_view camel, std::string_view snake) {
  const json::value* v = from.if_contains(camel);
  return v ? v : from.if_contains(snake);
}

const json::array& array_of(const json::value* v) {
  static const json::array none;
  return v && v->is_array() ? v->get_array() : none;
}

std::vector<TimedText> letters_in(const json::object& alignment) {
  const json::array& letters = array_of(either(alignment, "chars", "characters"));
  const json::array& starts = array_of(either(alignment, "charStartTimesMs", "char_start_times_ms"));
  const json::array& lengths = array_of(either(alignment, "charDurationsMs", "char_durations_ms"));
  std::vector<TimedText> out;
  for (std::size_t i = 0; i < std::min({letters.size(), starts.size(), lengths.size()}); ++i) {
    const json::string* letter = letters[i].if_string();
    const double end = number_or(&starts[i], -1) + std::max(0.0, number_or(&lengths[i], 0));
    if (letter && end >= 0 && end <= 3.6e6)
      out.push_back({std::string(*letter), Duration(static_cast<Duration::rep>(end * 1e3))});
  }
  return out;
}

// Their errors are named by words ("quota_exceeded"), beside a code of the WebSocket's closing. [?] which words.
Error error_in(const json::object& message) {
  std::string kind(text_in(message, "error"));
  kind += " " + std::string(text_in(message, "code")) + " " + std::string(text_in(message, "message"));
  std::transform(kind.begin(), kind.end(), kind.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const auto says = [&](std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](auto word) { return kind.find(word) != std::string::npos; });
  };
  Errc code = Errc::unavailable;
  if (says({"api_key", "api key", "unauthorized", "authentication", "permission", "quota"}))
    code = Errc::refused;
  else if (says({"rate_limit", "rate limit", "concurren", "too_many", "too many"}))
    code = Errc::full;
  else if (says({"not_found", "not found", "does not exist", "does_not_exist"}))
    code = Errc::not_found;
  else if (says({"invalid", "unsupported", "validation"}))
    code = Errc::invalid;
  std::string words = service_words(message);
  const std::string_view name = text_in(message, "error");
  if (!name.empty() && words.find(name) == std::string::npos) words += " (" + service_words(name.substr(0, 60)) + ")";
  return {code, words.empty() ? "an error without a message" : words};
}

}  // namespace

std::string elevenlabs_path(std::string_view voice, std::string_view endpoint, const ElevenLabsQuery& query) {
  std::string path = "/v1/text-to-speech/" + url_encoded(voice) + "/" + std::string(endpoint);
  path += "?model_id=" + url_encoded(query.model) + "&output_format=" + url_encoded(query.output_format);
  if (!query.language.empty()) path += "&language_code=" + url_encoded(query.language);
  // auto_mode: whole clauses come, none is to be kept back until there is more of it.
  return path + "&auto_mode=true&inactivity_timeout=" + std::to_string(query.inactivity_timeout);
}

std::vector<std::string> elevenlabs_speak(std::string_view context, std::string_view text, double speed) {
  const bool named = !context.empty();
  const auto message = [&](json::object body) {
    if (named) body["context_id"] = context;
    return json::serialize(body);
  };
  json::object begin = {{"text", " "}};
  if (speed != 0) begin["voice_settings"] = {{"speed", speed}};  // only here: later ones are not heeded
  std::string words(text);
  if (!words.ends_with(' ')) words += ' ';
  return {message(std::move(begin)), message({{"text", words}, {"flush", true}}),
          named ? message({{"close_context", true}}) : message({{"text", ""}})};
}

Result<SpeechEvent> read_elevenlabs(std::string_view text) {
  const Result<json::object> message = read_message(text);
  if (!message) return message.error();
  SpeechEvent event;
  const json::value* context = either(*message, "contextId", "context_id");
  if (context && context->is_string()) event.context = std::string_view(context->get_string());
  if (const std::string_view base64 = text_in(*message, "audio"); !base64.empty()) {
    auto sound = decode_sound(base64);
    if (sound)
      event.sound = std::move(*sound);
    else
      event.error = sound.error();
  } else if (const json::value* error = message->if_contains("error"); error && !error->is_null()) {
    event.error = error_in(*message);
  }
  const json::value* spoken = message->if_contains("alignment");
  if (!spoken || !spoken->is_object()) spoken = either(*message, "normalizedAlignment", "normalized_alignment");
  if (spoken && spoken->is_object()) event.words = letters_in(spoken->get_object());
  event.letters = true;
  const json::value* final = either(*message, "isFinal", "is_final");
  event.done = final && final->is_bool() && final->get_bool();
  return event;
}

}  // namespace offhook::tts

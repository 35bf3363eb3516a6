#include "tts/cartesia_messages.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "base/json_fields.hpp"
#include "tts/service_text.hpp"

namespace offhook::tts {

namespace json = boost::json;

namespace {

Error error_in(const json::object& message) {
  const auto status = static_cast<int>(std::clamp(number_or(message.if_contains("status_code"), 0), 0.0, 999.0));
  const std::string words = service_words(message);
  return {status >= 400 ? net::errc_of_status(status) : Errc::unavailable,
          (status >= 400 ? "status " + std::to_string(status) + ": " : "") + (words.empty() ? "(no message)" : words)};
}

std::vector<TimedText> words_in(const json::object& timestamps) {
  const json::array &words = array_in(timestamps, "words"), &ends = array_in(timestamps, "end");
  std::vector<TimedText> out;
  for (std::size_t i = 0; i < std::min(words.size(), ends.size()); ++i) {
    const json::string* word = words[i].if_string();
    const double end = number_or(&ends[i], -1);
    if (word && end >= 0 && end <= 3600)
      out.push_back({std::string(*word), Duration(static_cast<Duration::rep>(end * 1e6))});
  }
  return out;
}

}  // namespace

std::string cartesia_speak(const CartesiaRequest& request, std::string_view context, std::string_view text) {
  json::object message;
  message["context_id"] = context;
  message["model_id"] = request.model;
  message["transcript"] = text;
  message["continue"] = false;
  message["voice"] = {{"mode", "id"}, {"id", request.voice}};
  if (!request.language.empty()) message["language"] = request.language;
  message["output_format"] = {{"container", "raw"}, {"encoding", "pcm_s16le"}, {"sample_rate", request.rate}};
  message["add_timestamps"] = true;
  message["max_buffer_delay_ms"] = 0;  // the text is whole: nothing more is to be waited for
  if (request.speed != 0) message["generation_config"] = {{"speed", request.speed}};
  return json::serialize(message);
}

std::string cartesia_cancel(std::string_view context) {
  return json::serialize(json::object{{"context_id", context}, {"cancel", true}});
}

Result<SpeechEvent> read_cartesia(std::string_view text) {
  const Result<json::object> message = read_message(text);
  if (!message) return message.error();
  SpeechEvent event;
  event.context = text_in(*message, "context_id");
  const std::string_view type = text_in(*message, "type");
  if (type == "chunk") {
    auto sound = decode_sound(text_in(*message, "data"));
    if (sound)
      event.sound = std::move(*sound);
    else
      event.error = sound.error();
  } else if (type == "timestamps") {
    if (const json::object* words = object_in(*message, "word_timestamps")) event.words = words_in(*words);
  } else if (type == "error" || (type.empty() && message->contains("error"))) {  // the oldest API names no type
    event.error = error_in(*message);
  }
  // "timestamps" and "flush_done" have a `done` of their own, which is not the context's.
  const json::value* done = message->if_contains("done");
  event.done = type == "done" || (type == "chunk" && done && done->is_bool() && done->get_bool());
  return event;
}

}  // namespace offhook::tts

#include "stt/deepgram_listen.hpp"

#include <algorithm>

#include "base/json_fields.hpp"
#include "base/utf8.hpp"

namespace offhook::stt {
namespace {

// How the service rounds its times; and less sound than this holds no word.
constexpr Duration kRounding = 20ms;

void append(std::string& text, std::string_view more) {
  if (!text.empty() && !more.empty()) text += ' ';
  text += more;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

std::string socket_base(std::string_view base_url) {
  std::string out(base_url);
  if (out.starts_with("http")) out.replace(0, 4, "ws");
  while (out.ends_with('/')) out.pop_back();
  return out;
}

std::string query_value(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

std::string listen_url(const Spec& spec) {
  // An end of speech of 300 ms is about when we ask for the transcript ourselves: the default of 10 ms would cut
  // sentences into pieces that are recognised without one another.
  std::string url = socket_base(spec.base_url) + "/v1/listen?model=" + query_value(spec.model) +
                    "&encoding=mulaw&sample_rate=8000&channels=1&interim_results=true&smart_format=true&punctuate=true"
                    "&endpointing=300";
  if (!spec.language.empty()) url += "&language=" + query_value(spec.language);
  const std::string_view terms = spec.model.starts_with("nova-3") ? "&keyterm=" : "&keywords=";
  for (const auto& term : spec.keyterms) url.append(terms).append(query_value(term));
  return url;
}

ServiceError not_json(std::string_view message) {
  return {one_line("what is not JSON: " + std::string(message), 200)};
}

ListenMessage parse_listen(std::string_view message) {
  const auto top = parse_object(message);
  if (!top) return not_json(message);
  const std::string_view type = text_in(*top, "type");
  if (type == "Error") {
    std::string words;
    for (const std::string_view key : {"variant", "description", "message"}) {
      const std::string_view said = text_in(*top, key);
      if (said.empty()) continue;
      if (!words.empty()) words += ": ";
      words += said;
    }
    return ServiceError{one_line(words.empty() ? message : words, 200)};
  }
  if (type != "Results") return NothingToUs{};
  const auto start = seconds_in(*top, "start"), duration = seconds_in(*top, "duration");
  const json::object* channel = object_in(*top, "channel");
  if (!start || !duration || !channel) return NothingToUs{};
  ListenResult result;
  result.start = *start;
  result.end = *start + *duration;
  result.is_final = flag_in(*top, "is_final");
  result.from_finalize = flag_in(*top, "from_finalize");
  const json::array& alternatives = array_in(*channel, "alternatives");
  if (!alternatives.empty() && alternatives[0].is_object())
    result.text = trimmed(text_in(alternatives[0].get_object(), "transcript"));
  return result;
}

void ListenTurn::begin(Duration at) {
  began_ = final_until_ = known_until_ = at;
  finals_.clear();
  interim_.clear();
}

bool ListenTurn::take(const ListenResult& result) {
  if (result.end <= began_ + kRounding) return false;
  known_until_ = std::max(known_until_, result.end);
  if (result.is_final) {
    append(finals_, result.text);
    interim_.clear();
    final_until_ = std::max(final_until_, result.end);
  } else if (result.end > final_until_) {
    interim_ = result.text;
  }
  return true;
}

std::string ListenTurn::text() const {
  std::string out = finals_;
  append(out, interim_);
  return out;
}

}  // namespace offhook::stt

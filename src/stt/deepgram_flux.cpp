#include "stt/deepgram_flux.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/json_fields.hpp"
#include "base/utf8.hpp"
#include "stt/words.hpp"

namespace offhook::stt {
namespace {

constexpr double kEagerDefault = 0.5;  // early enough that thinking ahead pays, and never above the end of turn itself
constexpr double kEndOfTurnDefault = 0.7;  // the service's own

std::string number(double value) {
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed, 3);
  return error == std::errc() ? std::string(digits, end) : std::string("0");
}

std::string without_leading_words(std::string_view text, std::size_t count) {
  const auto all = words(text);
  if (count >= all.size()) return {};
  return std::string(text.substr(static_cast<std::size_t>(all[count].written.data() - text.data())));
}

void append(std::string& text, const std::string& more) {
  if (!text.empty() && !more.empty()) text += ' ';
  text += more;
}

std::optional<TurnInfo::Event> event_of(std::string_view name) {
  using Event = TurnInfo::Event;
  if (name == "Update") return Event::update;
  if (name == "StartOfTurn") return Event::start;
  if (name == "EagerEndOfTurn") return Event::eager_end;
  if (name == "TurnResumed") return Event::resumed;
  if (name == "EndOfTurn") return Event::end;
  return {};
}

}  // namespace

std::string flux_url(const Spec& spec) {
  std::string url =
      socket_base(spec.base_url) + "/v2/listen?model=" + query_value(spec.model) + "&encoding=mulaw&sample_rate=8000";
  const double end = spec.end_of_turn > 0 ? spec.end_of_turn : kEndOfTurnDefault;
  if (spec.end_of_turn > 0) url += "&eot_threshold=" + number(end);
  url += "&eager_eot_threshold=" +
         number(spec.eager_end_of_turn > 0 ? spec.eager_end_of_turn : std::min(kEagerDefault, end));
  if (!spec.language.empty() && spec.model.find("multi") != std::string::npos)
    url += "&language_hint=" + query_value(std::string_view(spec.language).substr(0, spec.language.find('-')));
  for (const auto& term : spec.keyterms) url += "&keyterm=" + query_value(term);
  return url;
}

FluxMessage parse_flux(std::string_view message) {
  const auto top = parse_object(message);
  if (!top) return not_json(message);
  const std::string_view type = text_in(*top, "type");
  if (type == "Error") {
    std::string said(text_in(*top, "code"));
    if (const auto description = text_in(*top, "description"); !description.empty())
      said.append(said.empty() ? "" : ": ").append(description);
    return ServiceError{one_line(said.empty() ? message : said, 200)};
  }
  const auto event = event_of(text_in(*top, "event"));
  const auto index = number_in(*top, "turn_index");
  const auto end = seconds_in(*top, "audio_window_end");
  if (type != "TurnInfo" || !event || !index || !(*index >= 0 && *index < 1e9) || !end) return NothingToUs{};
  TurnInfo info;
  info.event = *event;
  info.turn = static_cast<std::int64_t>(*index);
  info.end = *end;
  info.text = text_in(*top, "transcript");
  const auto first = info.text.find_first_not_of(' ');
  info.text.erase(0, std::min(first, info.text.size()));
  info.text.erase(info.text.find_last_not_of(' ') + 1);
  if (const auto sure = number_in(*top, "end_of_turn_confidence"); sure && *sure >= 0 && *sure <= 1)
    info.permille = static_cast<int>(std::lround(*sure * 1000));
  return info;
}

void FluxTurns::begin(Duration at) {
  on_ = true;
  began_ = at;
  closed_.clear();
}

void FluxTurns::end(Duration at) {
  if (!on_) return;
  on_ = false;
  ended_ = at;
  had_words_ = words(open_).size();
  closed_.clear();
}

bool FluxTurns::take(const TurnInfo& info) {
  if (info.turn < current_) return false;
  if (info.turn > current_) {  // its predecessor has ended, whether we were told or not
    close();
    current_ = info.turn;
  }
  open_ = info.text;
  if (info.end <= ended_) had_words_ = words(open_).size();  // news of our earlier turn, come late
  const bool ended = info.event == TurnInfo::Event::end;
  const bool ours = on_ && !(ended && info.end <= began_);
  if (ended) {
    if (!ours) open_.clear();
    close();
    ++current_;
  }
  return ours;
}

// Takes the open turn of Flux into ours.
void FluxTurns::close() {
  if (on_) append(closed_, without_leading_words(open_, had_words_));
  open_.clear();
  had_words_ = 0;
}

std::string FluxTurns::text() const {
  std::string out = closed_;
  append(out, without_leading_words(open_, had_words_));
  return out;
}

}  // namespace offhook::stt

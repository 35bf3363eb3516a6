// Deepgram's listen v2 (Flux): what is asked for, and how its turns become ours. Pure; the session is
// deepgram_flux_session.cpp.
//
// Flux cuts the call into turns of its own, which need not be ours: of a caller's turn of ours (begin to end, found by
// the VAD) several may be parts, and one may go on from one of ours into the next.
//
//   Flux   ├─ 0 "a pizza" ─┤├─ 1 "with ham" ───── "and to go" ─┤
//   ours    ├─────────────────────────────┤    ├────────────┤
//           "a pizza with ham"                  "and to go"
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "stt/deepgram_listen.hpp"
#include "stt/providers.hpp"

namespace offhook::stt {

// With the query. `spec` is complete.
std::string flux_url(const Spec& spec);

struct TurnInfo {
  enum class Event { update, start, eager_end, resumed, end };
  Event event = Event::update;
  std::int64_t turn = 0;  // counts from 0
  Duration end{};         // of the audio that it is about, in the stream
  std::string text;       // of this turn of Flux
  int permille = -1;      // that the turn is over; -1: it does not say
};
using FluxMessage = std::variant<NothingToUs, TurnInfo, ServiceError>;

FluxMessage parse_flux(std::string_view message);

// Which of Flux's words belong to a turn of ours. A turn of Flux that is open at begin() counts with the words that no
// turn of ours has had.
class FluxTurns {
 public:
  void begin(Duration at);  // in the stream
  void end(Duration at);
  // False: it is old news, about a turn of Flux that was over before ours began.
  bool take(const TurnInfo& info);
  std::string text() const;  // of our turn so far

 private:
  void close();

  bool on_ = false;
  Duration began_{}, ended_{};  // our turn, and the one before
  std::int64_t current_ = 0;    // turn of Flux
  std::string open_;            // its text
  std::size_t had_words_ = 0;   // of it, by an earlier turn of ours
  std::string closed_;          // text of Flux's turns that have ended within ours
};

}  // namespace offhook::stt

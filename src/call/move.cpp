#include "call/move.hpp"

#include "dialog/words.hpp"

namespace offhook::call {

std::string_view name(Move::Kind kind) {
  switch (kind) {
    case Move::Kind::taken: return "taken";
    case Move::Kind::let_go: return "let_go";
    case Move::Kind::held: return "held";
    case Move::Kind::resumed: return "resumed";
    case Move::Kind::stopped: return "stopped";
    case Move::Kind::prompted: return "prompted";
    case Move::Kind::ended: return "ended";
  }
  return "";
}

Moves step_and_tell(State& state, const Event& event, Time now) {
  const int turns = state.floor.turns, prompts = state.patience.prompts;
  const bool up = state.line.phase == LineState::Phase::up;
  Moves moves{step(state, event, now), {}};
  auto add = [&](Move::Kind kind, const std::string& why) { moves.list.push_back({kind, now, why}); };
  for (const auto& a : moves.actions) {
    if (std::holds_alternative<action::StopListening>(a.what))
      add(state.floor.turns > turns ? Move::Kind::taken : Move::Kind::let_go, a.why);
    if (std::holds_alternative<action::Hold>(a.what)) add(Move::Kind::held, a.why);
    if (std::holds_alternative<action::Resume>(a.what)) add(Move::Kind::resumed, a.why);
    if (std::holds_alternative<action::Flush>(a.what)) add(Move::Kind::stopped, a.why);
  }
  const bool over = up && state.line.phase != LineState::Phase::up;
  if (over && !std::holds_alternative<event::HungUp>(event)) {
    std::string why;
    for (const auto& a : moves.actions)
      if (std::holds_alternative<action::Release>(a.what) || std::holds_alternative<action::HangUp>(a.what))
        why = a.why;
    add(Move::Kind::ended, why);
  } else if (state.patience.prompts > prompts) {
    add(Move::Kind::prompted, "the caller has been silent");
  }
  return moves;
}

void Counter::saw(const std::vector<Move>& moves, const std::string& words) {
  for (const auto& move : moves) {
    switch (move.kind) {
      case Move::Kind::held: ++tally_.held; break;
      case Move::Kind::resumed: ++tally_.resumed; break;
      case Move::Kind::prompted: ++tally_.prompted; break;
      case Move::Kind::stopped:
        ++tally_.stopped;
        stopped_ = true;
        break;
      case Move::Kind::taken:
      case Move::Kind::let_go:
        if (stopped_ && (dialog::words_of(words).empty() || dialog::is_backchannel(words))) ++tally_.empty_stops;
        stopped_ = false;
        break;
      case Move::Kind::ended: break;
    }
  }
}

}  // namespace offhook::call

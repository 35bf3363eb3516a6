// The actor on a telephone line: says its recordings there, hears with its ear, presses its keys. Lives on the call's
// loop; what became of the steps may be asked once the call is over.
#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "edge/caller.hpp"
#include "eval/actor.hpp"

namespace offhook::eval {

class Performer final : public edge::LiveVoice {
 public:
  // `sounds`: of each step; empty where it says nothing.
  Performer(const Scenario& scenario, std::vector<edge::Utterance> sounds, bool greeted, Actor::Patience patience = {});

  Took take(std::span<std::int16_t, edge::Earpiece::kFrame> frame) override;
  void hear(std::span<const std::int16_t, edge::Earpiece::kFrame> frame, bool cut, Time now) override;
  char key() override { return std::exchange(act_.key, '\0'); }

  const std::vector<Played>& played() const { return actor_.played(); }
  Duration length() const { return now_; }  // of the call so far

 private:
  std::vector<edge::Utterance> sounds_;  // padded at their front to whole frames
  Actor actor_;
  Actor::Act act_;
  std::optional<Time> began_;
  Duration now_{};
  std::span<const std::uint8_t> saying_;
};

}  // namespace offhook::eval

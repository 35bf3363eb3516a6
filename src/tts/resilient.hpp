// A voice that outlives its services: the first of a list that works. One that fails before its first sound is replaced
// for the whole clause; one that breaks off is replaced for the rest of it, from the first word that was not said.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/service_health.hpp"
#include "tts/tts.hpp"

namespace offhook::tts {

struct Choice {
  std::string name;            // for errors, logs and costs: "cartesia sonic-3.5"
  Voice* voice;                // outlives this
  net::ServiceHealth* health;  // null: never in doubt (the local one)
};

struct ResiliencePolicy {
  Duration first_sound = 1500ms;  // a service that is silent so long is left for the next, if there is one …
  Duration stall = 1s;            // … as is one whose sound ran out so long ago, played as it came
};

// key() is the first choice's.
std::unique_ptr<Voice> resilient(std::vector<Choice> choices, ResiliencePolicy policy = {});

}  // namespace offhook::tts

// A recogniser that outlives its services: the first of a list that works, with the sound of the caller's turn kept
// (60 s at most), so that a connection that breaks, or a service that falls back to the next, costs no word and repeats
// none: the new session is given the turn from its beginning, and the hypotheses of the old one are forgotten.
//
//   begin ─ audio ─ audio ✗ (broken)   audio ─ pause ─────▶ transcript
//                           └ new session: begin ─ all audio of the turn so far ─ …
//
// What counts as a failure of a service: `failed`, a transcript that is an error (other than cancelled), and none in
// time. A connection that was lost is asked for again at once, the first time; any other failure is for the next
// choice. A choice without health (the local one) is never given up for being slow or full if there is nothing else to
// try.
//
// Of one choice the others need not be alike: traits() are the first's, except that the rate is 16 kHz unless all agree
// on another (each then gets its own), and turns are signalled only while a choice that finds them is in use. One that
// wants all of the call, behind a first that does not, hears only turns; one that wants only turns, behind a first that
// wants all, gets the last 500 ms before each turn as its run-up.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/service_health.hpp"
#include "stt/stt.hpp"

namespace offhook::stt {

struct Choice {
  std::string name;            // for errors, logs and costs: "deepgram nova-3"
  Recognizer* recognizer;      // outlives this
  net::ServiceHealth* health;  // null: never in doubt (the local one)
};

struct ResiliencePolicy {
  Duration keep = 60s;              // of the turn's sound
  Duration transcript = 2s;         // a pause not answered this long after it usually is: the session is taken for dead
  Duration reconnect = 100ms;       // before the same service is tried again, doubling …
  Duration longest_reconnect = 5s;  // … up to this, with jitter
  Duration settled = 1s;            // a better choice that is back must stay up for so long before it takes over
};

// An error that no service could avert names each of them. While no turn is under way a better choice that is healthy
// again takes over; in a turn only what fails is replaced. A session counts as one request of its service's health from
// its opening to its end. Its first transcript, and all that comes after it, is told as a success: a hypothesis is no
// answer yet, and who breaks off behind each has failed each time. So is a probe that has stayed up for 5 s, whether
// its caller speaks or not. Where breakers are all that keep a call from being heard, the best choice is opened in
// spite of its own, unless it refuses us, and uncounted.
std::unique_ptr<Recognizer> resilient(std::vector<Choice> choices, ResiliencePolicy policy = {});

}  // namespace offhook::stt

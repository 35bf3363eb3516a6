// A language model that outlives its services: the first of a list that works. A service that fails before its first
// word or tool call is replaced within the same chat; one that breaks off later ends it, since half an answer cannot be
// gone on with by another.
//
//   ask ── A: "503" at once ── A again: "503" ── B: silent ─────────── C: word … word ── done
//          └ try_again_within ┘                  └─── first_token ───┘
//
// Which service is asked: the first in the list whose breaker and limits let it, and that was not asked in this chat.
// Where none lets us in:
// - one that is only busy (its concurrency, a Retry-After that ends in time) is waited for, at most `first_token`;
// - of those whose breaker is open the one whose wait ends first is asked all the same: a caller in silence is worse
//   than one more request. One such request at a time, until one has succeeded, so that a service that is down is not
//   stormed by all calls at once; the others wait for its outcome, at most `first_token`. Its health hears nothing of
//   it.
// - else the chat fails with an error that names each service and what it said last, and when the first may be asked
//   again.
//
// A request is tried at most twice with one service. Its deadlines are the chat's own: the next service gets what is
// left. A request that a service finds invalid is no sign of its health, but the next one is asked: it may take it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "llm/llm.hpp"
#include "net/loop.hpp"
#include "net/service_health.hpp"

namespace offhook::llm {

struct Choice {
  std::string name;            // for errors, logs and costs: "openai gpt-4.1"
  Client* client;              // outlives this
  net::ServiceHealth* health;  // null: never in doubt
};

struct ResiliencePolicy {
  // A service without a first word for so long is left for the next, if there is one that lets us in. Its answer is not
  // waited for.
  Duration first_token = 2s;
  // A failure this soon after the question, of a kind that may pass (connection lost, 5xx), is tried once more with the
  // same service before the next one.
  Duration try_again_within = 500ms;
};

// Sink::asked is called with a choice's name for every request that goes out, before it does.
std::unique_ptr<Client> resilient(net::Loop& loop, std::vector<Choice> choices, ResiliencePolicy policy = {});

}  // namespace offhook::llm

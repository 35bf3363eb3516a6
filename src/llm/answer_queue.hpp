// How long questions wait inside a server that answers only so many at a time. It does not tell, but whoever asks all
// its questions knows: one that finds every slot taken waits, and its first word shows how long that was.
//
//   slots taken   4      4           3        4
//   ──────────────┬──────┬───────────┬────────┬── first word
//                 asked (fifth)      one ends │
//                 └────────── told ───────────┘
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "llm/llm.hpp"
#include "net/loop.hpp"

namespace offhook::llm {

// Shared by the clients of all loops.
struct AnswerQueue {
  int slots;
  std::function<void(Time now, Duration waited)> told;  // any thread
  std::atomic<int> under_way{0};
};

// Asks `client`, which lives on `loop`, and tells the queue of each question that waits in it: every quarter of a
// second, and at its first word, or at its end if that comes first.
std::unique_ptr<Client> watched(net::Loop& loop, std::unique_ptr<Client> client, std::shared_ptr<AnswerQueue> queue);

}  // namespace offhook::llm

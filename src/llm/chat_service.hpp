// A language model behind HTTP whose answer comes as a stream of events, in any dialect: one connection for each
// question, two deadlines, no second try. Its errors carry the service's own words and never the key.
//
//   send    head  first word        done()  end
//   ──┬──────┬───────┬─ token … token ─┬─────┬── done
//     └─ first_token ┘                 └─────┘ at most 20 ms, so that the connection is kept
//     └──────────────── deadline ────────────┘
//
// Codes: refused (401, 402, 403, an account without money), not_found (404), full (429), invalid (other 4xx; events
// that cannot be read), unavailable (5xx; nobody there), timeout, closed (broken off within the answer).
#pragma once

#include <memory>

#include "llm/dialect.hpp"
#include "llm/llm.hpp"
#include "llm/providers.hpp"
#include "net/loop.hpp"

namespace offhook::llm {

// Of `spec` it takes what errors are about: model, base_url and the key. Never calls Sink::asked: resilient.hpp does,
// which knows the service's name.
std::unique_ptr<Client> chat_service(net::Loop& loop, net::HttpClient& http, const Spec& spec,
                                     std::unique_ptr<Dialect> dialect);

}  // namespace offhook::llm

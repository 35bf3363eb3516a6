// Turn detection by the words: has the caller finished, judged by what was said? A small language model is asked
// whether a message would end here: what it thinks comes next, an end or another word, is one step of its work (30
// to 130 ms of a core for SmolLM2-135M, less where it has seen the beginning before).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "net/http_client.hpp"

namespace offhook::turn {

// One per loop.
class WordScorer {
 public:
  static constexpr std::size_t kMostBytes = 240;  // of the end of what was said: what it looks at
  static constexpr int kMostAtOnce = 4;           // more are refused: an answer that comes late is worth nothing

  virtual ~WordScorer() = default;
  // `done` comes on the loop, exactly once, never from inside: the probability that a message ends behind `words`, or
  // why there is none (full, timeout, unavailable, invalid). Destroying the handle cancels.
  virtual std::unique_ptr<net::Pending> score(std::string_view words, Deadline deadline,
                                              std::function<void(Result<float>)> done) = 0;
};

// Over a llama-server at `origin` ("http://127.0.0.1:4000") that runs SmolLM2, or another model whose texts begin
// behind
// "<|endoftext|>".
std::unique_ptr<WordScorer> connect_word_scorer(net::Loop& loop, net::HttpClient& http, std::string origin);

// What is asked, and what the answer says: the body of POST /completion, and the probability out of llama-server's
// "completion_probabilities".
std::string encode_word_score(std::string_view words);
Result<float> decode_word_score(std::string_view body);

}  // namespace offhook::turn

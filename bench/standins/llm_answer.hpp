// What the language models' stand-ins have in common: a reply, word by word.
//
//   request ── first ──▶ word ─ token ─ word ─ token … tools ──▶ finish
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "standins/session.hpp"

namespace offhook::standins {

enum class ToolChoice { none, automatic, required };
enum class Finish { stop, length, tools };

// The request as the vendor's API understands it.
struct Question {
  Asked asked;
  ToolChoice choice = ToolChoice::automatic;
  std::string only_tool;          // the one that must be called, if any
  std::int64_t most_tokens = -1;  // of the answer; -1: no bound
  std::int64_t prompt_tokens = 0;
};

// The model's words and calls, after `think` or Settings::reply, and after what the question forbids or demands.
Reply reply_to(const Settings& settings, const Question& question);
std::vector<std::string> tokens_of(std::string_view text);  // words with the blank behind them
inline std::int64_t tokens_in(std::size_t bytes) {
  return static_cast<std::int64_t>(bytes / 4 + 1);
}

class LlmAnswer : public HttpSession {
 public:
  LlmAnswer(Site& site, Service service, Outlet::Kind kind, Question question);

 protected:
  virtual void start() = 0;  // before the first word
  virtual void word(std::string_view word) = 0;
  virtual void tool(std::size_t index, const Reply::ToolUse& use) = 0;
  virtual void finish(Finish why) = 0;  // ends

  std::int64_t cached() const { return std::min(site_.settings.llm_cached, question_.prompt_tokens); }

  const Question question_;
  std::int64_t made_ = 0;  // tokens

 private:
  void next();

  const Reply reply_;
  const std::vector<std::string> words_;
  net::Timer timer_{site_.loop, [this] { next(); }};
  Time due_;
};

}  // namespace offhook::standins

#include "call/spending.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace offhook::call {
void Spending::asked(Generation generation, const llm::Request& request) {
  Thought& thought = thoughts_[generation];
  for (const auto& message : request.messages)
    thought.prompt_estimate.prompt += telemetry::estimated_tokens(message.content);
  for (const auto& tool : request.tools)
    thought.prompt_estimate.prompt += telemetry::estimated_tokens(tool.description + tool.parameters);
}

// A service that failed has read the question all the same.
void Spending::asked_of(Generation generation, std::string_view service) {
  const auto it = thoughts_.find(generation);
  if (it == thoughts_.end()) return;
  Thought& thought = it->second;
  if (!thought.service.empty())
    bill_.add_tokens(thought.service, thought.prompt_estimate, {.speculated = false, .estimated = true});
  thought.service = service;
}

void Spending::token(Generation generation, std::string_view text) {
  if (const auto it = thoughts_.find(generation); it != thoughts_.end() && !it->second.over) it->second.text += text;
}

void Spending::answered(Generation generation, const llm::Usage& usage) {
  const auto it = thoughts_.find(generation);
  if (it == thoughts_.end() || it->second.over) return;
  const bool told = usage.prompt_tokens > 0 || usage.completion_tokens > 0;
  end(it->second, told, {usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens});
  settle(generation);
}

void Spending::stopped(Generation generation) {
  const auto it = thoughts_.find(generation);
  if (it == thoughts_.end() || it->second.over) return;
  end(it->second, false, {});
  settle(generation);
}

void Spending::end(Thought& thought, bool told, const telemetry::Tokens& tokens) {
  thought.over = true;
  thought.estimated = !told;
  thought.tokens = tokens;
  if (told) return;
  thought.tokens = thought.prompt_estimate;
  thought.tokens.completion = telemetry::estimated_tokens(thought.text);
}

void Spending::released(Generation generation) {
  if (const auto it = thoughts_.find(generation); it != thoughts_.end()) it->second.released = true;
  settle(generation);
}

void Spending::abandoned(Generation generation) {
  spoken_.clear();  // what was heard of it has been told before
  if (const auto it = thoughts_.find(generation); it != thoughts_.end()) {
    if (!it->second.over) end(it->second, false, {});
    it->second.abandoned = true;
  }
  settle(generation);
}

void Spending::settle(Generation generation) {
  const auto it = thoughts_.find(generation);
  if (it == thoughts_.end()) return;
  const Thought& t = it->second;
  if (!t.over || !(t.released || t.abandoned)) return;
  if (!t.service.empty()) bill_.add_tokens(t.service, t.tokens, {.speculated = !t.released, .estimated = t.estimated});
  thoughts_.erase(it);
}

void Spending::spoken(std::string_view service, std::int64_t characters) {
  if (!service.empty()) bill_.add_characters(service, characters);
  if (spoken_.size() < kMostSpoken) spoken_.emplace_back(service, characters);
}

void Spending::heard(std::string_view text) {
  std::int64_t left = code_points(text);
  for (const auto& [service, characters] : spoken_) {
    const std::int64_t part = std::min(left, characters);
    if (!service.empty()) bill_.add_heard(service, part);
    left -= std::min(left, part + 1);  // and the space between two clauses
  }
  spoken_.clear();
}

void Spending::close() {
  while (!thoughts_.empty()) abandoned(thoughts_.begin()->first);
}

}  // namespace offhook::call

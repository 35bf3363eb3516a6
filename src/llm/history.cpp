#include "llm/history.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

namespace offhook::llm {

namespace {

constexpr std::string_view no_result = "(There is no result: the conversation went on without it.)";
constexpr std::string_view opening = "(The call begins.)";
constexpr std::string_view go_on = "(Go on.)";

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// FNV-1a in base 36: the same everywhere, and nothing depends on its quality.
std::string digest(std::string_view text, int digits) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  std::string out;
  for (int i = 0; i < digits; ++i, hash /= 36) out += "0123456789abcdefghijklmnopqrstuvwxyz"[hash % 36];
  return out;
}

class Ids {
 public:
  explicit Ids(bool nine) : nine_(nine) {}

  std::string operator()(const std::string& id) {
    for (int n = 1;; ++n) {
      std::string out = form(n == 1 ? id : id + "_" + std::to_string(n));
      if (used_.insert(out).second) return out;
    }
  }

 private:
  std::string form(const std::string& id) const {
    const bool plain = std::all_of(id.begin(), id.end(),
                                   [&](char c) { return is_letter_or_digit(c) || (!nine_ && (c == '_' || c == '-')); });
    if (nine_) return plain && id.size() == 9 ? id : digest(id, 9);
    return plain && !id.empty() && id.size() <= 40 ? id : "call_" + digest(id, 12);
  }

  const bool nine_;
  std::set<std::string> used_;
};

bool calls(const Message& message, std::string_view id) {
  return std::any_of(message.tool_calls.begin(), message.tool_calls.end(),
                     [&](const ToolCall& call) { return call.id == id; });
}

// The result of a call that stands in messages[at], or nullptr: the first behind it that is not taken, before another
// call of the same id.
const Message* result_of(const std::vector<Message>& messages, std::size_t at, std::string_view id,
                         std::vector<bool>& taken) {
  for (std::size_t i = at + 1; i < messages.size() && !calls(messages[i], id); ++i)
    if (messages[i].role == Role::tool && messages[i].tool_call_id == id && !taken[i]) {
      taken[i] = true;
      return &messages[i];
    }
  return nullptr;
}

std::vector<Message> with_results(const std::vector<Message>& messages, bool nine) {
  std::vector<Message> out;
  std::vector<bool> taken(messages.size());
  Ids ids(nine);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].role == Role::tool || (messages[i].tool_calls.empty() && blank(messages[i].content))) continue;
    out.push_back(messages[i]);
    std::vector<Message> results;
    for (ToolCall& call : out.back().tool_calls) {
      const Message* result = result_of(messages, i, call.id, taken);
      call.id = ids(call.id);
      results.push_back({Role::tool, result ? result->content : std::string(no_result), {}, call.id});
    }
    std::move(results.begin(), results.end(), std::back_inserter(out));
  }
  return out;
}

void join(std::string& to, const std::string& text) {
  if (!blank(to) && !blank(text)) to += "\n";
  if (!blank(text)) to += text;
}

}  // namespace

History history_of(const std::vector<Message>& messages, const HistoryRules& rules) {
  History out;
  bool spoken = false;
  for (Message& message : with_results(messages, rules.nine_character_ids)) {
    if (rules.alternate && message.role == Role::system) {
      if (!spoken) {
        join(out.system, message.content);
        continue;
      }
      message = {Role::user, "(Note: " + message.content + ")", {}, {}};
    }
    spoken = true;
    if (rules.alternate && out.messages.empty() && message.role != Role::user)
      out.messages.push_back({Role::user, std::string(opening), {}, {}});
    Message* before = out.messages.empty() ? nullptr : &out.messages.back();
    // A call is followed by its result, so the message before never holds one here.
    if (before && before->role == message.role && message.role != Role::tool &&
        (message.tool_calls.empty() || rules.alternate)) {
      join(before->content, message.content);
      before->tool_calls = std::move(message.tool_calls);
    } else {
      out.messages.push_back(std::move(message));
    }
  }
  if (out.messages.empty()) out.messages.push_back({Role::user, std::string(opening), {}, {}});
  if (rules.alternate && out.messages.back().role == Role::assistant)
    out.messages.push_back({Role::user, std::string(go_on), {}, {}});
  return out;
}

}  // namespace offhook::llm

#include "dialog/context.hpp"

#include <algorithm>

namespace offhook::dialog {
namespace {

void append_agent(std::vector<llm::Message>& out, const Item& item, const Context& context) {
  llm::Message message;
  message.role = llm::Role::assistant;
  message.content = item.text;
  if (item.cut) message.content += message.content.empty() ? "" : " …";
  message.tool_calls = item.calls;
  if (message.content.empty() && message.tool_calls.empty()) return;
  out.push_back(std::move(message));
  for (const auto& call : item.calls) {
    const auto result = std::find_if(context.begin(), context.end(), [&](const ItemPtr& i) {
      return i->kind == Item::Kind::tool_result && i->call_id == call.id;
    });
    out.push_back(
        {llm::Role::tool, result == context.end() ? std::string(still_running) : (*result)->text, {}, call.id});
  }
}

}  // namespace

std::size_t estimate_tokens(const llm::Message& message) {
  std::size_t bytes = message.content.size();
  for (const auto& call : message.tool_calls) bytes += call.name.size() + call.arguments.size() + 16;
  return bytes / 3 + 4;
}

namespace {

using Turn = std::vector<llm::Message>;

// Oldest first; what stands before the first word of the caller (the greeting) is a turn of its own.
std::vector<Turn> turns_of(const Context& context) {
  std::vector<Turn> turns(1);
  bool agent_spoke = false;
  for (const auto& item : context) {
    switch (item->kind) {
      case Item::Kind::caller:
        if (agent_spoke || turns.back().empty()) {
          if (!turns.back().empty()) turns.emplace_back();
          agent_spoke = false;
        }
        turns.back().push_back({llm::Role::user, item->text, {}, {}});
        break;
      case Item::Kind::agent:
        append_agent(turns.back(), *item, context);
        agent_spoke = true;
        break;
      case Item::Kind::note: turns.back().push_back({llm::Role::system, item->text, {}, {}}); break;
      case Item::Kind::tool_result: break;  // rendered behind its call
    }
  }
  return turns;
}

// How much must go, so that what is left of `all` has room: nothing, or halves of it.
std::size_t excess(std::size_t all, std::size_t room) {
  if (all <= room) return 0;
  const std::size_t half = std::max<std::size_t>(room / 2, 1);
  return (all - room + half - 1) / half * half;
}

// The first turn that is told.
std::size_t first_told(const std::vector<Turn>& turns, const Room& room, std::size_t instructions) {
  std::vector<std::size_t> before(1, 0);  // tokens
  for (const Turn& turn : turns) {
    std::size_t cost = before.back();
    for (const auto& m : turn) cost += estimate_tokens(m);
    before.push_back(cost);
  }
  const std::size_t tokens = room.max_tokens > instructions ? room.max_tokens - instructions : 0;
  const std::size_t too_long = excess(before.back(), tokens);
  std::size_t first = room.turns == 0 ? 0 : excess(turns.size(), room.turns);
  while (first + 1 < turns.size() && before[first] < too_long) ++first;
  return std::min(first, turns.size() - 1);
}

}  // namespace

std::vector<llm::Message> render(const std::string& instructions, const Context& context, const Room& room) {
  std::vector<llm::Message> messages;
  if (!instructions.empty()) messages.push_back({llm::Role::system, instructions, {}, {}});
  std::vector<Turn> turns = turns_of(context);
  for (std::size_t i = first_told(turns, room, messages.empty() ? 0 : estimate_tokens(messages.front()));
       i < turns.size(); ++i)
    for (auto& m : turns[i]) messages.push_back(std::move(m));
  return messages;
}

}  // namespace offhook::dialog

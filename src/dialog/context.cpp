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

std::vector<llm::Message> render(const std::string& instructions, const Context& context, std::size_t max_tokens) {
  // Turns, oldest first; what stands before the first word of the caller (the greeting) is a turn of its own.
  std::vector<std::vector<llm::Message>> turns(1);
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
  std::vector<llm::Message> messages;
  if (!instructions.empty()) messages.push_back({llm::Role::system, instructions, {}, {}});
  std::size_t used = messages.empty() ? 0 : estimate_tokens(messages.front());
  std::size_t first = turns.size() - 1;
  for (std::size_t i = turns.size(); i-- > 0;) {
    std::size_t cost = 0;
    for (const auto& m : turns[i]) cost += estimate_tokens(m);
    if (i + 1 < turns.size() && used + cost > max_tokens) break;
    used += cost;
    first = i;
  }
  for (std::size_t i = first; i < turns.size(); ++i)
    for (auto& m : turns[i]) messages.push_back(std::move(m));
  return messages;
}

}  // namespace offhook::dialog

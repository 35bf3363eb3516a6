// The `tools:` of an agent's file: what a model may call, read and checked.
#pragma once

#include "server/agent_file.hpp"
#include "server/fields.hpp"

namespace offhook::server {

// Fills the three views of each tool: what the conversation needs, what the model is told, what is sent. In the order
// of the file, so that a model's cache of its prompt holds.
void read_tools(Fields root, AgentFile& out);

std::string in_words(call::Effect effect);  // "without effect", "idempotent", "once"

// In a sentence for people: "book (POST crm.example, once), end_call". Empty: none.
std::string described_tools(const AgentFile& agent);

}  // namespace offhook::server

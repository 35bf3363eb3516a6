// What those who watch a call are told, one JSON object a message; `at_ms` counts from the call's beginning.
//
//   {"type":"caller.partial","text":…}   {"type":"caller.final","text":…}
//   {"type":"agent.clause","reply":n,"text":…}      on its way to be heard
//   {"type":"agent.said","reply":n,"text":…,"cut":bool,"at_ms":…}   what was heard; at_ms of its first sample
//   {"type":"hold"} {"type":"resume"} {"type":"flush"}              with "why"
//   {"type":"turn","turn":n,"v2v_ms":…,"speculated":bool,"parts":[{"name":"hear","ms":…},…],"why":…}
//   {"type":"tool","id":…,"tool":…,"arguments":…}   it is called; arguments: JSON text, as the model wrote it
//   {"type":"tool.returned","id":…,"ok":bool,"text":…}   the beginning of what the model is told of it
//   {"type":"tool.cancelled","id":…,"why":…}
//   {"type":"node","node":…,"why":…}                the call is at this node of its flow now; then it stands in each
//   event
//   {"type":"ended","why":…}
#pragma once

#include <string>
#include <string_view>

#include "call/action.hpp"
#include "call/event.hpp"

namespace offhook::call {

std::string publish_action(const Action& action, Time now, std::string_view node = {});  // empty: nobody needs to know
std::string publish_clause(Generation generation, const std::string& text, Time now, std::string_view node = {});
std::string publish_returned(const event::ToolReturned& returned, Time now, std::string_view node = {});
std::string publish_ended(std::string_view why, Time now);

}  // namespace offhook::call

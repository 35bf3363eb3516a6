#include "call/builtin_tools.hpp"

#include "base/json_fields.hpp"
#include "tools/schema.hpp"

namespace offhook::call {
namespace {

struct Definition {
  const char *name, *description, *parameters;
};

// What more a model writes than it needs to hinders neither goodbye nor waiting.
constexpr Definition kDefinitions[] = {
    {"", "", "{}"},
    {"end_call",
     "Ends the call, once everything you have said has been heard. Call it when the caller is done and has said "
     "goodbye, or asks to hang up.",
     R"({"type":"object","properties":{"words":{"type":"string","maxLength":300,"description":)"
     R"("A goodbye to say first. Leave it out if you have just said one."}}})"},
    {"send_digits", "Presses keys on the telephone: plays their tones into the call, to answer a machine's menu.",
     R"({"type":"object","properties":{"digits":{"type":"string","minLength":1,"maxLength":32,"description":)"
     R"("Keys in their order, of 0 to 9, * and #."}},"required":["digits"],"additionalProperties":false})"},
    {"collect",
     "Says what the caller is about to tell, so that they are not interrupted in the middle of it. Call it together "
     "with the question for a number, a date, an e-mail address or a spelled name.",
     R"({"type":"object","properties":{"what":{"enum":["number","phone","date","email","spelling"]}},)"
     R"("required":["what"],"additionalProperties":false})"},
    {"wait", "Waits in silence until the caller speaks again. Call it when the caller asks for a moment.",
     R"({"type":"object","properties":{"seconds":{"type":"integer","minimum":1,"maximum":120,"description":)"
     R"("At most so long; 30 if left out."}}})"},
    {"remember",
     "Notes a fact of this call, such as the caller's name or an order number, so that it is never forgotten however "
     "long the call gets. A note of the same key takes its place.",
     R"({"type":"object","properties":{"key":{"type":"string","minLength":1,"maxLength":60},)"
     R"("value":{"type":["string","number","boolean"],"maxLength":300}},)"
     R"("required":["key","value"],"additionalProperties":false})"},
    {"go_to", "", "{}"},  // these two are described by the flow
    {"note", "", "{}"},
};

dialog::Expects expects_of(std::string_view what) {
  using dialog::Expects;
  for (const Expects e : {Expects::number, Expects::phone, Expects::date, Expects::email, Expects::spelling})
    if (name(e) == what) return e;
  return Expects::none;
}

}  // namespace

llm::Tool described(Builtin builtin) {
  const Definition& d = kDefinitions[static_cast<std::size_t>(builtin)];
  return {d.name, d.description, d.parameters};
}

Result<BuiltinCall> read_builtin(Builtin builtin, std::string_view text) {
  const auto arguments = tools::parse_arguments(text);
  if (!arguments) return arguments.error();
  const json::value schema = json::parse(kDefinitions[static_cast<std::size_t>(builtin)].parameters);
  if (auto sentence = tools::misfit(schema, *arguments)) return Error{Errc::invalid, std::move(*sentence)};
  BuiltinCall call;
  call.words = text_in(*arguments, "words");
  call.digits = text_in(*arguments, "digits");
  if (call.digits.find_first_not_of("0123456789*#") != std::string::npos)
    return Error{Errc::invalid, "The argument \"digits\" holds something else than 0 to 9, * and #."};
  call.expects = expects_of(text_in(*arguments, "what"));
  call.wait = std::chrono::seconds(whole_in(*arguments, "seconds", 30));
  call.key = text_in(*arguments, "key");
  if (const json::value* value = arguments->if_contains("value")) call.value = json::serialize(*value);
  return call;
}

}  // namespace offhook::call

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "base/ids.hpp"
#include "standins/llm_answer.hpp"
#include "standins/openai.hpp"

namespace offhook::standins {
namespace {

constexpr Service service = Service::openai_chat;

struct Chat {
  Question question;
  bool stream = false, usage = false;
};

bool is_function_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; });
}

// Text, or a list of text parts.
std::string read_content(Fields& message, Need need, Problem& problem) {
  const json::value* content = message.any("content");
  if (!content) {
    if (need == Need::required) problem.found(message.where() + ": \"content\" is missing");
    return {};
  }
  if (const json::string* text = content->if_string()) return {text->data(), text->size()};
  std::string all;
  const json::array* parts = content->if_array();
  if (!parts || parts->empty()) message.wrong("content", "text or a list of parts");
  for (const json::value& part : parts ? *parts : json::array()) {
    if (!part.is_object()) {
      problem.found(message.where() + ".content: expected objects");
      continue;
    }
    Fields fields(part.get_object(), message.where() + ".content", problem);
    const std::string type =
        fields.choice("type", {"text", "image_url", "input_audio", "file", "refusal"}, Need::required);
    if (type != "text") return all;
    all += fields.text("text", Need::required);
    fields.end();
  }
  return all;
}

// Follows who may speak after whom: every tool call is answered before anybody else speaks.
class Messages {
 public:
  Messages(Question& question, Problem& problem) : question_(question), problem_(problem) {}

  void read(const json::array& list) {
    if (list.empty()) problem_.found("messages: the list is empty");
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (list[i].is_object())
        read(list[i].get_object(), "messages[" + std::to_string(i) + "]");
      else
        problem_.found("messages[" + std::to_string(i) + "]: expected an object");
    }
    if (!open_.empty()) unanswered("messages");
  }

 private:
  void read(const json::object& object, const std::string& where) {
    Fields message(object, where, problem_);
    const std::string role =
        message.choice("role", {"system", "developer", "user", "assistant", "tool"}, Need::required);
    message.text("name");
    Asked& asked = question_.asked;
    if (role != "tool" && !open_.empty()) unanswered(where);
    if (role != "system" && role != "developer") {
      ++asked.messages;
      asked.after_tool = role == "tool";
    }
    if (role == "tool") {
      const std::string id = message.text("tool_call_id", Need::required);
      asked.tool_result = read_content(message, Need::required, problem_);
      if (!open_.erase(id))
        problem_.found(where + ": role 'tool' must answer a preceding tool_calls; none has the id \"" + id + "\"");
    } else if (role == "assistant") {
      const bool calls = message.has("tool_calls");
      read_content(message, calls ? Need::optional : Need::required, problem_);
      message.ignore({"refusal", "audio"});
      if (const json::array* list = message.array("tool_calls")) read_calls(*list, where);
    } else {
      const std::string text = read_content(message, Need::required, problem_);
      if (role == "user") asked.last_user = text;
    }
    message.end();
  }
  void read_calls(const json::array& list, const std::string& where) {
    if (list.empty()) problem_.found(where + ".tool_calls: the list is empty");
    for (const json::value& item : list) {
      if (!item.is_object()) {
        problem_.found(where + ".tool_calls: expected objects");
        continue;
      }
      Fields call(item.get_object(), where + ".tool_calls", problem_);
      const std::string id = call.text("id", Need::required);
      call.choice("type", {"function"}, Need::required);
      if (id.empty() || !open_.insert(id).second)
        problem_.found(where + ".tool_calls: the id \"" + id + "\" is empty or used twice");
      if (const json::object* function = call.object("function", Need::required)) {
        Fields inner(*function, where + ".tool_calls.function", problem_);
        if (!is_function_name(inner.text("name", Need::required))) inner.wrong("name", "letters, digits, _ and -");
        inner.text("arguments", Need::required);
        inner.end();
      }
      call.end();
    }
  }
  void unanswered(const std::string& where) {
    problem_.found(where +
                   ": an assistant message with 'tool_calls' must be followed by tool messages responding to "
                   "each 'tool_call_id'; not answered: " +
                   *open_.begin());
    open_.clear();
  }

  Question& question_;
  Problem& problem_;
  std::set<std::string, std::less<>> open_;
};

void read_tools(const json::array& list, Question& question, Problem& problem) {
  if (list.empty() || list.size() > 128) problem.found("tools: expected 1 to 128");
  for (const json::value& item : list) {
    if (!item.is_object()) {
      problem.found("tools: expected objects");
      continue;
    }
    Fields tool(item.get_object(), "tools", problem);
    tool.choice("type", {"function"}, Need::required);
    if (const json::object* function = tool.object("function", Need::required)) {
      Fields inner(*function, "tools.function", problem);
      const std::string name = inner.text("name", Need::required);
      if (!is_function_name(name)) inner.wrong("name", "letters, digits, _ and -");
      inner.text("description");
      if (const json::object* schema = inner.object("parameters")) {
        const json::value* type = schema->if_contains("type");
        if (!schema->empty() && (!type || *type != "object")) inner.wrong("parameters", "a schema of type object");
      }
      inner.flag("strict");
      inner.end();
      question.asked.tools.push_back(name);
    }
    tool.end();
  }
}

void read_choice(Fields& fields, Question& question, Problem& problem) {
  const json::value* choice = fields.any("tool_choice");
  if (!choice) return;
  if (question.asked.tools.empty()) problem.found("tool_choice is only allowed when tools are given");
  if (*choice == "none")
    question.choice = ToolChoice::none;
  else if (*choice == "required")
    question.choice = ToolChoice::required;
  else if (const json::object* named = choice->if_object()) {
    question.choice = ToolChoice::required;
    Fields inner(*named, "tool_choice", problem);
    inner.choice("type", {"function"}, Need::required);
    if (const json::object* function = inner.object("function", Need::required)) {
      Fields name(*function, "tool_choice.function", problem);
      question.only_tool = name.text("name", Need::required);
      name.end();
    }
    inner.end();
  } else if (*choice != "auto") {
    fields.wrong("tool_choice", "none, auto, required or a function");
  }
}

Chat read_chat(const json::object& object, std::size_t bytes, Problem& problem) {
  Chat chat;
  Question& question = chat.question;
  Fields fields(object, "request", problem);
  question.asked.model = fields.text("model", Need::required);
  if (const json::array* messages = fields.array("messages", Need::required))
    Messages(question, problem).read(*messages);
  if (const json::array* tools = fields.array("tools")) read_tools(*tools, question, problem);
  read_choice(fields, question, problem);
  if (fields.flag("parallel_tool_calls") && question.asked.tools.empty())
    problem.found("parallel_tool_calls is only allowed when tools are given");
  chat.stream = fields.flag("stream").value_or(false);
  if (const json::object* options = fields.object("stream_options")) {
    if (!chat.stream) problem.found("stream_options is only allowed when stream is true");
    Fields inner(*options, "stream_options", problem);
    chat.usage = inner.flag("include_usage").value_or(false);
    inner.flag("include_obfuscation");
    inner.end();
  }
  const auto newer = fields.whole("max_completion_tokens", 1, 1 << 20), older = fields.whole("max_tokens", 1, 1 << 20);
  if (newer && older) problem.found("max_tokens and max_completion_tokens cannot both be set");
  question.most_tokens = newer.value_or(older.value_or(-1));
  fields.number("temperature", 0, 2);
  fields.number("top_p", 0, 1);
  fields.number("presence_penalty", -2, 2);
  fields.number("frequency_penalty", -2, 2);
  fields.whole("n", 1, 1);
  fields.whole("seed", INT64_MIN, INT64_MAX);
  fields.choice("reasoning_effort", {"none", "minimal", "low", "medium", "high", "xhigh"});
  fields.choice("service_tier", {"auto", "default", "flex", "priority", "scale"});
  fields.choice("verbosity", {"low", "medium", "high"});
  fields.ignore({"stop", "response_format", "prompt_cache_key", "prompt_cache_retention", "prediction", "metadata",
                 "store", "user", "safety_identifier", "logprobs", "top_logprobs", "logit_bias", "modalities"});
  fields.end();
  question.prompt_tokens = tokens_in(bytes);
  return chat;
}

class Stand final : public LlmAnswer {
 public:
  Stand(Site& site, Chat chat)
      : LlmAnswer(site, service, chat.stream ? Outlet::Kind::events : Outlet::Kind::bytes, chat.question),
        chat_(std::move(chat)) {}
  ~Stand() override = default;

 private:
  void fail(const std::string& said) override {
    event(
        {{"error", json::object{{"message", said}, {"type", "server_error"}, {"param", nullptr}, {"code", nullptr}}}});
    out_.end();
  }
  void start() override {
    if (chat_.stream) chunk({{"role", "assistant"}, {"content", ""}, {"refusal", nullptr}}, nullptr);
  }
  void word(std::string_view word) override {
    text_ += word;
    if (chat_.stream) chunk({{"content", word}}, nullptr);
  }
  void tool(std::size_t index, const Reply::ToolUse& use) override;
  void finish(Finish why) override;

  json::object frame(std::string_view object) const {
    return {{"id", id_}, {"object", object}, {"created", 1767225600}, {"model", question_.asked.model}};
  }
  json::object usage() const;
  void chunk(json::object delta, json::value finish_reason);
  void event(const json::object& object) { out_.send("data: " + json::serialize(object) + "\n\n"); }

  const Chat chat_;
  const std::string id_ = "chatcmpl-" + random_hex(12);
  std::string text_;
  json::array calls_;
};

void Stand::chunk(json::object delta, json::value finish_reason) {
  json::object chunk = frame("chat.completion.chunk");
  chunk["choices"] = json::array{
      json::object{{"index", 0}, {"delta", std::move(delta)}, {"logprobs", nullptr}, {"finish_reason", finish_reason}}};
  if (chat_.usage) chunk["usage"] = nullptr;
  event(chunk);
}

// First the name, then the arguments in two pieces: whoever does not put them together sees it.
void Stand::tool(std::size_t index, const Reply::ToolUse& use) {
  const std::string id = "call_" + random_hex(12);
  calls_.push_back(json::object{
      {"id", id}, {"type", "function"}, {"function", json::object{{"name", use.name}, {"arguments", use.arguments}}}});
  if (!chat_.stream) return;
  const auto piece = [&](json::object call) {
    chunk({{"tool_calls", json::array{json::value(std::move(call))}}}, nullptr);
  };
  piece({{"index", index},
         {"id", id},
         {"type", "function"},
         {"function", json::object{{"name", use.name}, {"arguments", ""}}}});
  const std::size_t half = use.arguments.size() / 2;
  for (const std::string& part : {use.arguments.substr(0, half), use.arguments.substr(half)})
    if (!part.empty()) piece({{"index", index}, {"function", json::object{{"arguments", part}}}});
}

json::object Stand::usage() const {
  return {{"prompt_tokens", question_.prompt_tokens},
          {"completion_tokens", made_},
          {"total_tokens", question_.prompt_tokens + made_},
          {"prompt_tokens_details", json::object{{"cached_tokens", cached()}, {"audio_tokens", 0}}},
          {"completion_tokens_details", json::object{{"reasoning_tokens", 0},
                                                     {"audio_tokens", 0},
                                                     {"accepted_prediction_tokens", 0},
                                                     {"rejected_prediction_tokens", 0}}}};
}

void Stand::finish(Finish why) {
  const std::string_view reason = why == Finish::stop ? "stop" : why == Finish::length ? "length" : "tool_calls";
  if (out_.loses_end()) return out_.end();
  if (chat_.stream) {
    chunk({}, json::value(reason));
    if (chat_.usage) {
      json::object last = frame("chat.completion.chunk");
      last["choices"] = json::array();
      last["usage"] = usage();
      event(last);
    }
    out_.send("data: [DONE]\n\n");
    return out_.end();
  }
  json::object message{{"role", "assistant"}, {"content", nullptr}, {"refusal", nullptr}};
  if (!text_.empty() || calls_.empty()) message["content"] = text_;
  if (!calls_.empty()) message["tool_calls"] = calls_;
  json::object whole = frame("chat.completion");
  whole["choices"] =
      json::array{json::object{{"index", 0}, {"message", message}, {"logprobs", nullptr}, {"finish_reason", reason}}};
  whole["usage"] = usage();
  out_.send(json::serialize(whole));
  out_.end();
}

}  // namespace

net::HttpResponse openai_refusal(int status, std::string_view said) {
  const std::string_view type = status == 401   ? "authentication_error"
                                : status == 429 ? "requests"
                                : status < 500  ? "invalid_request_error"
                                                : "server_error";
  json::value code = nullptr;
  if (status == 401) code = "invalid_api_key";
  if (status == 429) code = "rate_limit_exceeded";
  return json_response(status,
                       {{"error", json::object{{"message", said}, {"type", type}, {"param", nullptr}, {"code", code}}}},
                       {{"x-request-id", "req_" + random_hex(8)}});
}

void serve_openai_chat(Site& site, const net::HttpRequest& request, const net::Service::Respond& respond) {
  Door door(site, service, openai_refusal);
  if (auto refusal = door.knock(credentials(request.header("Authorization"), "Bearer"))) return respond(*refusal);
  Problem problem;
  if (!request.header("Content-Type").starts_with("application/json"))
    problem.found("Content-Type: found \"" + std::string(request.header("Content-Type")) +
                  "\", expected application/json");
  const auto object = parse_object(request.body, problem);
  Chat chat;
  if (object) chat = read_chat(*object, request.body.size(), problem);
  if (problem) return respond(door.refuse(400, problem.what()));
  const bool stream = chat.stream;
  auto stand = std::make_unique<Stand>(site, std::move(chat));
  stand->begin(respond, stream ? "text/event-stream; charset=utf-8" : "application/json",
               {{"x-request-id", "req_" + random_hex(8)}});
  site.keep(std::move(stand));
}

}  // namespace offhook::standins

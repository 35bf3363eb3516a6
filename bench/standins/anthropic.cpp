#include "standins/anthropic.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "base/ids.hpp"
#include "standins/llm_answer.hpp"

namespace offhook::standins {
namespace {

constexpr Service service = Service::anthropic;
constexpr std::string_view documented = "2023-06-01", newer = "2026-10-21";
constexpr int most_breakpoints = 4;  // of the prompt's cache

struct Messages {
  Question question;
  bool stream = false;
};

class Reader {
 public:
  Reader(Question& question, Problem& problem) : question_(question), problem_(problem) {}

  void read(const json::object& object, bool& stream);

 private:
  void cache(Fields& fields) {
    const json::object* control = fields.object("cache_control");
    if (!control) return;
    Fields inner(*control, fields.where() + ".cache_control", problem_);
    inner.choice("type", {"ephemeral"}, Need::required);
    inner.choice("ttl", {"5m", "1h"});
    inner.end();
    if (++breakpoints_ > most_breakpoints)
      problem_.found("cache_control: a maximum of 4 blocks may be provided, found more");
  }
  void system(Fields& fields);
  void tools(const json::array& list);
  void choice(Fields& fields);
  void messages(const json::array& list);
  void message(const json::object& object, const std::string& where);
  void block(const json::object& object, const std::string& where, const std::string& role, std::string& text);
  void unanswered(const std::string& where);

  Question& question_;
  Problem& problem_;
  std::set<std::string, std::less<>> open_;  // tool uses of the last assistant message without their result
  std::string last_role_;
  bool others_seen_ = false;      // in this user message, before a tool_result
  bool ends_with_blank_ = false;  // the last message, and it is the assistant's
  int breakpoints_ = 0;
};

void Reader::read(const json::object& object, bool& stream) {
  Fields fields(object, "request", problem_);
  question_.asked.model = fields.text("model", Need::required);
  if (!fields.has("max_tokens")) problem_.found("max_tokens: Field required");
  question_.most_tokens = fields.whole("max_tokens", 1, 1 << 20).value_or(-1);
  system(fields);
  if (const json::array* list = fields.array("tools")) tools(*list);
  choice(fields);
  if (const json::array* list = fields.array("messages", Need::required)) messages(*list);
  stream = fields.flag("stream").value_or(false);
  cache(fields);
  fields.number("temperature", 0, 1);
  fields.number("top_p", 0, 1);
  fields.whole("top_k", 0, 1000);
  fields.choice("service_tier", {"auto", "standard_only"});
  fields.choice("speed", {"standard", "fast"});
  fields.ignore({"stop_sequences", "thinking", "output_config", "metadata"});
  fields.end();
}

void Reader::system(Fields& fields) {
  const json::value* value = fields.any("system");
  if (!value || value->is_string()) return;
  const json::array* blocks = value->if_array();
  if (!blocks) return fields.wrong("system", "text or a list of text blocks");
  for (const json::value& item : *blocks) {
    if (!item.is_object()) {
      problem_.found("system: expected objects");
      continue;
    }
    Fields inner(item.get_object(), "system", problem_);
    inner.choice("type", {"text"}, Need::required);
    const std::string text = inner.text("text", Need::required);
    if (text.empty()) problem_.found("system: text content blocks must be non-empty");
    cache(inner);
    inner.end();
  }
}

void Reader::tools(const json::array& list) {
  for (const json::value& item : list) {
    if (!item.is_object()) {
      problem_.found("tools: expected objects");
      continue;
    }
    Fields tool(item.get_object(), "tools", problem_);
    tool.choice("type", {"custom"});
    const std::string name = tool.text("name", Need::required);
    const bool fits = !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
      return std::isalnum(c) || c == '_' || c == '-';
    });
    if (!fits) tool.wrong("name", "1 to 64 letters, digits, _ and -");
    tool.text("description");
    const json::object* schema = tool.object("input_schema", Need::required);
    const json::value* type = schema ? schema->if_contains("type") : nullptr;
    if (schema && (!type || *type != "object")) tool.wrong("input_schema", "a schema of type object");
    cache(tool);
    tool.ignore({"strict", "eager_input_streaming"});
    tool.end();
    question_.asked.tools.push_back(name);
  }
}

void Reader::choice(Fields& fields) {
  const json::object* object = fields.object("tool_choice");
  if (!object) return;
  if (question_.asked.tools.empty()) problem_.found("tool_choice: may only be specified while providing tools");
  Fields inner(*object, "tool_choice", problem_);
  const std::string type = inner.choice("type", {"auto", "any", "tool", "none"}, Need::required);
  question_.only_tool = inner.text("name", type == "tool" ? Need::required : Need::optional);
  inner.flag("disable_parallel_tool_use");
  inner.end();
  if (type == "none") question_.choice = ToolChoice::none;
  if (type == "any" || type == "tool") question_.choice = ToolChoice::required;
}

void Reader::messages(const json::array& list) {
  if (list.empty()) problem_.found("messages: at least one message is required");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string where = "messages." + std::to_string(i);
    if (list[i].is_object())
      message(list[i].get_object(), where);
    else
      problem_.found(where + ": expected an object");
  }
  if (!open_.empty()) unanswered("messages");
  if (ends_with_blank_) problem_.found("messages: final assistant content cannot end with trailing whitespace");
}

void Reader::message(const json::object& object, const std::string& where) {
  Fields fields(object, where, problem_);
  const std::string role = fields.choice("role", {"user", "assistant"}, Need::required);
  if (last_role_.empty() && role == "assistant") problem_.found(where + ": first message must use the \"user\" role");
  // The vendor merges messages of one role; a client of ours is expected to have done so.
  if (role == last_role_) problem_.found(where + ": roles must alternate between \"user\" and \"assistant\"");
  if (role == "assistant" && !open_.empty()) unanswered(where);
  last_role_ = role;
  others_seen_ = false;
  Asked& asked = question_.asked;
  ++asked.messages;
  asked.after_tool = false;
  std::string text;
  const json::value* content = fields.any("content");
  if (content && content->is_string()) {
    text = std::string(content->get_string());
    if (text.empty()) problem_.found(where + ": content must be non-empty");
  } else if (content && content->is_array()) {
    if (content->get_array().empty()) problem_.found(where + ": content must be non-empty");
    for (const json::value& item : content->get_array()) {
      if (item.is_object())
        block(item.get_object(), where + ".content", role, text);
      else
        problem_.found(where + ".content: expected objects");
    }
  } else {
    fields.wrong("content", "text or a list of blocks");
  }
  ends_with_blank_ = role == "assistant" && text.ends_with(' ');
  if (role == "user") {
    if (!open_.empty()) unanswered(where);
    if (!text.empty()) asked.last_user = text;
  }
  fields.end();
}

void Reader::block(const json::object& object, const std::string& where, const std::string& role, std::string& text) {
  Fields fields(object, where, problem_);
  const std::string type =
      fields.choice("type", {"text", "tool_use", "tool_result", "thinking", "redacted_thinking", "image", "document"},
                    Need::required);
  cache(fields);
  if (type == "text") {
    const std::string words = fields.text("text", Need::required);
    if (words.empty()) problem_.found(where + ": text content blocks must be non-empty");
    text += words;
  } else if (type == "tool_use") {
    const std::string id = fields.text("id", Need::required);
    fields.text("name", Need::required);
    fields.object("input", Need::required);
    if (role != "assistant") problem_.found(where + ": tool_use blocks are the assistant's");
    if (!open_.insert(id).second) problem_.found(where + ": tool_use ids must be unique");
  } else if (type == "tool_result") {
    const std::string id = fields.text("tool_use_id", Need::required);
    const json::value* content = fields.any("content");
    question_.asked.tool_result = content && content->is_string() ? std::string(content->get_string())
                                  : content                       ? json::serialize(*content)
                                                                  : "";
    if (content && !content->is_string() && !content->is_array()) fields.wrong("content", "text or a list of blocks");
    fields.flag("is_error");
    if (role != "user") problem_.found(where + ": tool_result blocks are the user's");
    if (others_seen_) problem_.found(where + ": tool_result blocks must come first in their message");
    if (!open_.erase(id))
      problem_.found(where + ": unexpected tool_use_id found in tool_result blocks: " + id +
                     "; each must have a tool_use block in the previous message");
    question_.asked.after_tool = true;
  } else {
    return;
  }
  if (type != "tool_result") others_seen_ = true;
  fields.end();
}

void Reader::unanswered(const std::string& where) {
  problem_.found(where + ": tool_use ids were found without tool_result blocks immediately after: " + *open_.begin());
  open_.clear();
}

class Stand final : public LlmAnswer {
 public:
  Stand(Site& site, Messages asked)
      : LlmAnswer(site, service, asked.stream ? Outlet::Kind::events : Outlet::Kind::bytes, asked.question),
        stream_(asked.stream) {}

 private:
  void fail(const std::string& said) override {
    event("error", {{"error", json::object{{"type", "api_error"}, {"message", said}}}});
    out_.end();
  }
  void start() override {
    if (!stream_) return;
    event("message_start", {{"message", message(json::array(), nullptr)}});
    event("ping", {});
  }
  void word(std::string_view word) override {
    if (text_.empty()) open_block({{"type", "text"}, {"text", ""}});
    text_ += word;
    delta({{"type", "text_delta"}, {"text", word}});
  }
  void tool(std::size_t, const Reply::ToolUse& use) override;
  void finish(Finish why) override;

  json::object message(json::array content, json::value reason) const {
    return {{"id", id_},
            {"type", "message"},
            {"role", "assistant"},
            {"model", question_.asked.model},
            {"content", std::move(content)},
            {"stop_reason", std::move(reason)},
            {"stop_sequence", nullptr},
            {"usage", json::object{{"input_tokens", question_.prompt_tokens - cached()},
                                   {"cache_creation_input_tokens", 0},
                                   {"cache_read_input_tokens", cached()},
                                   {"output_tokens", std::max<std::int64_t>(made_, 1)}}}};
  }
  void event(std::string_view type, json::object data) {
    data["type"] = type;
    out_.send("event: " + std::string(type) + "\ndata: " + json::serialize(data) + "\n\n");
  }
  void open_block(json::object block) {
    close_block();
    in_block_ = true;
    if (stream_) event("content_block_start", {{"index", index_}, {"content_block", std::move(block)}});
  }
  void delta(json::object delta) {
    if (stream_) event("content_block_delta", {{"index", index_}, {"delta", std::move(delta)}});
  }
  void close_block() {
    if (!std::exchange(in_block_, false)) return;
    if (stream_) event("content_block_stop", {{"index", index_}});
    ++index_;
  }

  const bool stream_;
  const std::string id_ = "msg_" + random_hex(12);
  std::string text_;
  json::array tools_;
  int index_ = 0;
  bool in_block_ = false;
};

void Stand::tool(std::size_t, const Reply::ToolUse& use) {
  const std::string id = "toolu_" + random_hex(12);
  boost::system::error_code error;
  json::value input = json::parse(use.arguments, error);
  tools_.push_back(json::object{{"type", "tool_use"}, {"id", id}, {"name", use.name}, {"input", std::move(input)}});
  open_block({{"type", "tool_use"}, {"id", id}, {"name", use.name}, {"input", json::object()}});
  const std::size_t half = use.arguments.size() / 2;
  for (const std::string& part : {std::string(), use.arguments.substr(0, half), use.arguments.substr(half)})
    delta({{"type", "input_json_delta"}, {"partial_json", part}});
}

void Stand::finish(Finish why) {
  const std::string_view reason = why == Finish::stop ? "end_turn" : why == Finish::length ? "max_tokens" : "tool_use";
  close_block();
  if (out_.loses_end()) return out_.end();
  if (stream_) {
    event("message_delta", {{"delta", json::object{{"stop_reason", reason}, {"stop_sequence", nullptr}}},
                            {"usage", json::object{{"output_tokens", made_}}}});
    event("message_stop", {});
    return out_.end();
  }
  json::array content;
  if (!text_.empty()) content.push_back(json::object{{"type", "text"}, {"text", text_}});
  for (const json::value& use : tools_) content.push_back(use);
  out_.send(json::serialize(message(std::move(content), json::value(reason))));
  out_.end();
}

net::HttpResponse refusal(int status, std::string_view said) {
  const std::string_view type = status == 401   ? "authentication_error"
                                : status == 403 ? "permission_error"
                                : status == 404 ? "not_found_error"
                                : status == 413 ? "request_too_large"
                                : status == 429 ? "rate_limit_error"
                                : status == 529 ? "overloaded_error"
                                : status < 500  ? "invalid_request_error"
                                                : "api_error";
  const std::string id = "req_" + random_hex(8);
  return json_response(
      status, {{"type", "error"}, {"error", json::object{{"type", type}, {"message", said}}}, {"request_id", id}},
      {{"request-id", id}});
}

}  // namespace

void serve_anthropic(Site& site, const net::HttpRequest& request, const net::Service::Respond& respond) {
  Door door(site, service, refusal);
  const bool bearer = !request.header("Authorization").empty();  // neither, where no key is asked for: as documented
  const std::string_view key =
      bearer ? credentials(request.header("Authorization"), "Bearer") : request.header("x-api-key");
  if (auto refused = door.knock(key)) return respond(*refused);
  Problem problem;
  // [?] Two forms are known, the documented one and what the vendor's own client (anthropic 2.11.0) sends. Whether the
  // vendor takes the one's key with the other's version is not.
  const std::string_view version = request.header("anthropic-version"), expected = bearer ? newer : documented;
  if (version != expected)
    problem.found("anthropic-version: found \"" + std::string(version) + "\", expected " + std::string(expected) +
                  (bearer ? " with Authorization: Bearer" : " with x-api-key"));
  if (!request.header("Content-Type").starts_with("application/json"))
    problem.found("Content-Type: found \"" + std::string(request.header("Content-Type")) +
                  "\", expected application/json");
  const auto object = parse_object(request.body, problem);
  Messages asked;
  if (object) Reader(asked.question, problem).read(*object, asked.stream);
  if (problem) return respond(door.refuse(400, problem.what()));
  asked.question.prompt_tokens = tokens_in(request.body.size());
  const bool stream = asked.stream;
  auto stand = std::make_unique<Stand>(site, std::move(asked));
  stand->begin(respond, stream ? "text/event-stream; charset=utf-8" : "application/json",
               {{"request-id", "req_" + random_hex(8)}});
  site.keep(std::move(stand));
}

}  // namespace offhook::standins

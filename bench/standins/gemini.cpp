#include "standins/gemini.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cctype>
#include <utility>

#include "base/ids.hpp"
#include "standins/llm_answer.hpp"

namespace offhook::standins {
namespace {

constexpr Service service = Service::gemini;

// Of a protocol buffer's JSON both spellings are right, maxOutputTokens and max_output_tokens; the vendor's own client
// mixes them. What is not a message of the vendor's stays as it is.
json::value in_camel_case(const json::value& value) {
  if (const json::array* list = value.if_array()) {
    json::array changed;
    for (const json::value& item : *list) changed.push_back(in_camel_case(item));
    return changed;
  }
  if (!value.is_object()) return value;
  json::object changed;
  for (const auto& field : value.get_object()) {
    std::string name;
    bool upper = false;
    for (const char c : std::string_view(field.key())) {
      if (c == '_')
        upper = true;
      else
        name += std::exchange(upper, false) ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    }
    const bool foreign = name == "args" || name == "response" || name == "parameters" ||
                         name == "parametersJsonSchema" || name == "responseSchema" || name == "responseJsonSchema";
    changed[name] = foreign ? field.value() : in_camel_case(field.value());
  }
  return changed;
}

class Reader {
 public:
  Reader(Question& question, Problem& problem) : question_(question), problem_(problem) {}

  void read(const json::object& object) {
    Fields fields(object, "request", problem_);
    if (const json::object* system = fields.object("systemInstruction")) {
      std::string text;
      content(*system, "systemInstruction", text);
    }
    if (const json::array* list = fields.array("tools")) tools(*list);
    if (const json::object* config = fields.object("toolConfig")) choice(*config);
    if (const json::object* config = fields.object("generationConfig")) generation(*config);
    const json::array* list = fields.array("contents", Need::required);
    if (list && list->empty()) problem_.found("contents is not specified");
    for (const json::value& item : list ? *list : json::array()) turn(item);
    if (calls_ > 0) unanswered();
    fields.ignore({"safetySettings", "cachedContent", "labels"});
    fields.end();
  }

 private:
  void turn(const json::value& item) {
    if (!item.is_object()) return problem_.found("contents: expected objects");
    const int before = calls_;
    calls_ = responses_ = 0;
    Asked& asked = question_.asked;
    std::string text;
    const std::string role = content(item.get_object(), "contents", text);
    if (before > 0 && responses_ != before) return unanswered();
    if (before == 0 && responses_ > 0)
      problem_.found("contents: a function response turn must come immediately after a function call turn");
    if (calls_ > 0 && role != "model") problem_.found("contents: function calls are the model's");
    if (responses_ > 0 && role == "model") problem_.found("contents: function responses are the user's");
    if (asked.messages == 0 && role == "model") problem_.found("contents: the first turn must be the user's");
    ++asked.messages;
    asked.after_tool = responses_ > 0;
    if (role != "model" && !text.empty()) asked.last_user = text;
  }

  std::string content(const json::object& object, const std::string& where, std::string& text) {
    Fields fields(object, where, problem_);
    const std::string role = fields.choice("role", {"user", "model", "function", "system"});
    const json::array* parts = fields.array("parts", Need::required);
    if (parts && parts->empty()) problem_.found(where + ".parts must not be empty");
    for (const json::value& item : parts ? *parts : json::array()) {
      if (item.is_object())
        part(item.get_object(), where + ".parts", text);
      else
        problem_.found(where + ".parts: expected objects");
    }
    fields.end();
    return role;
  }

  void part(const json::object& object, const std::string& where, std::string& text) {
    Fields fields(object, where, problem_);
    int kinds = 0;
    if (fields.has("text")) {
      ++kinds;
      text += fields.text("text");
    }
    if (const json::object* call = fields.object("functionCall")) {
      ++kinds;
      ++calls_;
      Fields inner(*call, where + ".functionCall", problem_);
      inner.text("id");
      inner.text("name", Need::required);
      inner.object("args");
      inner.end();
    }
    if (const json::object* response = fields.object("functionResponse")) {
      ++kinds;
      ++responses_;
      Fields inner(*response, where + ".functionResponse", problem_);
      inner.text("id");
      inner.text("name", Need::required);
      if (const json::object* result = inner.object("response", Need::required))
        question_.asked.tool_result = json::serialize(*result);
      inner.end();
    }
    if (fields.has("inlineData")) ++kinds;
    if (kinds != 1)
      problem_.found(where + ": a part must have exactly one of text, functionCall, functionResponse, inlineData");
    fields.flag("thought");
    fields.text("thoughtSignature");
    fields.ignore({"inlineData"});
    fields.end();
  }

  void tools(const json::array& list) {
    for (const json::value& item : list) {
      if (!item.is_object()) {
        problem_.found("tools: expected objects");
        continue;
      }
      Fields tool(item.get_object(), "tools", problem_);
      const json::array* declarations = tool.array("functionDeclarations", Need::required);
      for (const json::value& declaration : declarations ? *declarations : json::array()) {
        if (!declaration.is_object()) {
          problem_.found("functionDeclarations: expected objects");
          continue;
        }
        Fields fields(declaration.get_object(), "functionDeclarations", problem_);
        question_.asked.tools.push_back(fields.text("name", Need::required));
        fields.text("description", Need::required);
        if (fields.has("parameters") && fields.has("parametersJsonSchema"))
          problem_.found("functionDeclarations: parameters and parametersJsonSchema exclude each other");
        fields.object("parameters");
        fields.object("parametersJsonSchema");
        fields.ignore({"behavior", "response", "responseJsonSchema"});
        fields.end();
      }
      tool.end();
    }
  }

  void choice(const json::object& object) {
    Fields fields(object, "toolConfig", problem_);
    if (const json::object* config = fields.object("functionCallingConfig")) {
      Fields inner(*config, "functionCallingConfig", problem_);
      const std::string mode = inner.choice("mode", {"AUTO", "ANY", "NONE", "VALIDATED"});
      if (mode == "NONE") question_.choice = ToolChoice::none;
      if (mode == "ANY") question_.choice = ToolChoice::required;
      const json::array* names = inner.array("allowedFunctionNames");
      if (names && names->size() == 1 && names->front().is_string())
        question_.only_tool = std::string(names->front().get_string());
      inner.end();
    }
    fields.ignore({"retrievalConfig"});
    fields.end();
  }

  void generation(const json::object& object) {
    Fields fields(object, "generationConfig", problem_);
    fields.number("temperature", 0, 2);
    fields.number("topP", 0, 1);
    fields.number("topK", 0, 1000);
    question_.most_tokens = fields.whole("maxOutputTokens", 1, 1 << 20).value_or(-1);
    fields.array("stopSequences");
    fields.whole("seed", INT32_MIN, INT32_MAX);
    if (const json::object* thinking = fields.object("thinkingConfig")) {
      Fields inner(*thinking, "thinkingConfig", problem_);
      const bool budget = inner.whole("thinkingBudget", -1, 1 << 20).has_value();
      const bool level = inner.has("thinkingLevel");
      inner.text("thinkingLevel");
      inner.flag("includeThoughts");
      if (budget && level) problem_.found("thinkingConfig: thinkingBudget and thinkingLevel exclude each other");
      inner.end();
    }
    fields.number("presencePenalty", -2, 2);
    fields.number("frequencyPenalty", -2, 2);
    fields.whole("candidateCount", 1, 1);
    fields.ignore({"responseModalities", "speechConfig", "responseMimeType", "responseSchema", "responseJsonSchema"});
    fields.end();
  }

  void unanswered() {
    calls_ = 0;
    problem_.found(
        "contents: please ensure that the number of function response parts is equal to the number of function "
        "call parts of the function call turn");
  }

  Question& question_;
  Problem& problem_;
  int calls_ = 0, responses_ = 0;  // of the last turn
};

class Stand final : public LlmAnswer {
 public:
  Stand(Site& site, Question question, bool stream)
      : LlmAnswer(site, service, stream ? Outlet::Kind::events : Outlet::Kind::bytes, std::move(question)),
        stream_(stream) {}

 private:
  void fail(const std::string& said) override {
    const json::object error{{"error", json::object{{"code", 500}, {"message", said}, {"status", "INTERNAL"}}}};
    out_.send(stream_ ? "data: " + json::serialize(error) + "\r\n\r\n" : json::serialize(error));
    out_.end();
  }
  void start() override {}
  void word(std::string_view word) override { say({{"text", word}}); }
  void tool(std::size_t, const Reply::ToolUse& use) override {
    boost::system::error_code error;
    json::value arguments = json::parse(use.arguments, error);
    say({{"functionCall", json::object{{"name", use.name}, {"args", std::move(arguments)}}}});
  }
  void finish(Finish why) override {
    if (out_.loses_end()) return out_.end();
    const std::string_view reason = why == Finish::length ? "MAX_TOKENS" : "STOP";
    if (stream_)
      chunk(json::array{json::object{{"text", ""}}}, reason);
    else
      out_.send(json::serialize(response(std::move(parts_), reason)));
    out_.end();
  }

  void say(json::object part) {
    if (stream_) return chunk(json::array{json::value(std::move(part))}, {});
    json::value* last = parts_.empty() ? nullptr : parts_.back().get_object().if_contains("text");
    if (last && part.contains("text"))
      *last = std::string(last->get_string()) + std::string(part["text"].get_string());
    else
      parts_.push_back(std::move(part));
  }
  void chunk(json::array parts, std::string_view reason) {
    out_.send("data: " + json::serialize(response(std::move(parts), reason)) + "\r\n\r\n");
  }
  json::object response(json::array parts, std::string_view reason) const {
    json::object candidate{{"content", json::object{{"parts", std::move(parts)}, {"role", "model"}}}, {"index", 0}};
    if (!reason.empty()) candidate["finishReason"] = reason;
    json::object usage{{"promptTokenCount", question_.prompt_tokens},
                       {"candidatesTokenCount", made_},
                       {"totalTokenCount", question_.prompt_tokens + made_}};
    if (cached() > 0) usage["cachedContentTokenCount"] = cached();
    return {{"candidates", json::array{json::value(std::move(candidate))}},
            {"usageMetadata", std::move(usage)},
            {"modelVersion", question_.asked.model},
            {"responseId", id_}};
  }

  const bool stream_;
  const std::string id_ = random_hex(8);
  json::array parts_;
};

net::HttpResponse refusal(int status, std::string_view said) {
  const std::string_view code = status == 401   ? "UNAUTHENTICATED"
                                : status == 403 ? "PERMISSION_DENIED"
                                : status == 404 ? "NOT_FOUND"
                                : status == 429 ? "RESOURCE_EXHAUSTED"
                                : status == 503 ? "UNAVAILABLE"
                                : status < 500  ? "INVALID_ARGUMENT"
                                                : "INTERNAL";
  return json_response(status, {{"error", json::object{{"code", status}, {"message", said}, {"status", code}}}});
}

}  // namespace

std::optional<GeminiPath> gemini_path(std::string_view path) {
  // v1beta is the documented one; the vendor's own client (google-genai 3.4.0) uses v1 unless told otherwise.
  constexpr std::string_view beta = "/v1beta/models/", stable = "/v1/models/";
  if (!path.starts_with(beta) && !path.starts_with(stable)) return std::nullopt;
  path.remove_prefix(path.starts_with(beta) ? beta.size() : stable.size());
  const std::size_t colon = path.find(':');
  if (colon == 0 || colon == std::string_view::npos || path.substr(0, colon).find('/') != std::string_view::npos)
    return std::nullopt;
  const std::string_view method = path.substr(colon + 1);
  if (method != "streamGenerateContent" && method != "generateContent") return std::nullopt;
  return GeminiPath{std::string(path.substr(0, colon)), method == "streamGenerateContent"};
}

void serve_gemini(Site& site, const net::HttpRequest& request, const GeminiPath& path,
                  const net::Service::Respond& respond) {
  Door door(site, service, refusal);
  Problem problem;
  Query query(net::parse_form(request.query()), "query", problem);
  std::string key(request.header("x-goog-api-key"));
  if (key.empty() && query.has("key")) key = query.text("key");
  if (auto refused = door.knock(key)) return respond(*refused);
  if (path.stream)
    query.choice("alt", {"sse"}, Need::required);
  else
    query.choice("alt", {"json"});
  query.ignore({"key"});
  query.end();
  const auto object = parse_object(request.body, problem);
  Question question;
  question.asked.model = path.model;
  if (object) Reader(question, problem).read(in_camel_case(*object).get_object());
  if (problem) return respond(door.refuse(400, problem.what()));
  question.prompt_tokens = tokens_in(request.body.size());
  auto stand = std::make_unique<Stand>(site, std::move(question), path.stream);
  stand->begin(respond, path.stream ? "text/event-stream" : "application/json; charset=UTF-8", {});
  site.keep(std::move(stand));
}

}  // namespace offhook::standins

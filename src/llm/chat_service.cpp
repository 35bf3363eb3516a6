// openai_client() of llm.hpp: the decoder of openai_chat.hpp on an HTTP connection, under two deadlines.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "llm/llm.hpp"
#include "llm/openai_chat.hpp"
#include "net/sse.hpp"

namespace offhook::llm {

namespace {

constexpr std::size_t max_refusal = 16 << 10;  // bytes read of an error's body; more is no message
constexpr std::size_t max_answer = 16 << 20;   // bytes on the wire: some servers send 1 KB around each token
constexpr Duration end_grace = 20ms;           // from [DONE] to the end of the response, so that the connection is kept

// What all chats of one client share.
struct Server {
  net::Loop& loop;
  net::HttpClient& http;
  Endpoint endpoint;
  std::string url = endpoint.base_url + "/chat/completions";
  std::string name = "asking " + (endpoint.model.empty() ? "the model" : endpoint.model) + " at " + endpoint.base_url;

  // Some servers repeat the key they refuse.
  std::string without_key(std::string text) const {
    if (endpoint.api_key.empty()) return text;
    for (std::size_t at = 0; (at = text.find(endpoint.api_key, at)) != std::string::npos;)
      text.replace(at, endpoint.api_key.size(), "***");
    return text;
  }
};

// One question and its answer.
//
//   send    head  first word        [DONE]  end
//   ──┬──────┬───────┬─ token … token ─┬─────┬── done
//     └─ first_token ┘                 └─────┘ at most end_grace
//     └──────────────── deadline ────────────┘
class Chat : public std::enable_shared_from_this<Chat> {
 public:
  Chat(std::shared_ptr<Server> server, const Request& request, Sink sink)
      : server_(std::move(server)),
        sink_(std::move(sink)),
        sent_at_(server_->loop.now()),
        first_token_(request.first_token),
        deadline_(request.deadline),
        limit_(server_->loop, [this] { on_limit(); }) {}

  void send(const Request& request) {
    const Endpoint& endpoint = server_->endpoint;
    auto body = encode_chat(request, {.model = endpoint.model,
                                      .cache_prompt = endpoint.cache_prompt,
                                      .max_completion_tokens = endpoint.base_url.starts_with("https://api.openai.com/"),
                                      .presence_penalty = endpoint.presence_penalty,
                                      .frequency_penalty = endpoint.frequency_penalty});
    if (!body) {  // told by the timer, as nothing is called back from inside chat()
      stillborn_ = body.error();
      limit_.at(sent_at_);
      return;
    }
    net::HttpCall call;
    call.url = server_->url;
    call.headers = {{"Content-Type", "application/json"}, {"Accept", "text/event-stream"}};
    if (!endpoint.api_key.empty()) call.headers.emplace_back("Authorization", "Bearer " + endpoint.api_key);
    call.body = std::move(*body);
    call.max_body = max_answer;  // its deadline stays open: limit_ keeps both and can say what was missing
    arm();
    http_ = server_->http.send(std::move(call),
                               {.head = [this](int status, const net::Headers& headers) { on_head(status, headers); },
                                .body = [this](std::string_view chunk) { on_body(chunk); },
                                .done = [this](Result<void> result) { on_end(std::move(result)); }});
  }

  void cancel() {  // the handle is gone: from here on nothing is called back
    over_ = true;
    limit_.cancel();
    http_.reset();
  }

 private:
  void arm() {
    const Deadline next = decoder_.started() ? deadline_ : Deadline::earlier(first_token_, deadline_);
    if (next.is_never())
      limit_.cancel();
    else
      limit_.at(next.at());
  }

  void on_head(int status, const net::Headers& headers) {
    status_ = status;
    for (const auto& [name, value] : headers)
      if (name.size() == 12 && (name[0] | 0x20) == 'c' && (name[8] | 0x20) == 't') type_ = value.substr(0, 60);
  }

  bool refused() const { return status_ < 200 || status_ > 299; }

  void on_body(std::string_view chunk) {
    const auto self = shared_from_this();
    if (over_) return;
    if (refused()) {
      refusal_.append(chunk.substr(0, max_refusal - std::min(max_refusal, refusal_.size())));
      return;
    }
    std::vector<net::SseEvent> events;
    const auto parsed = parser_.feed(chunk, events);
    if (!read(events)) return;
    if (!parsed) return fail(parsed.error());
    if (decoder_.done() && !ending_) {
      ending_ = true;
      limit_.at(std::min(server_->loop.now() + end_grace, deadline_.at()));
    }
  }

  // False if the chat is over: a callback dropped the handle, or the answer failed.
  bool read(const std::vector<net::SseEvent>& events) {
    const bool was_started = decoder_.started();
    for (const net::SseEvent& event : events) {
      ChatDecoder::Piece piece;
      const auto fed = decoder_.feed(event, piece);
      if (!was_started && decoder_.started() && !ending_) arm();
      if (!put_out(piece)) return false;
      if (!fed) return fail(fed.error()), false;
    }
    return true;
  }

  bool put_out(ChatDecoder::Piece& piece) {
    if (!piece.text.empty() && sink_.token) {
      tokens_ = true;
      sink_.token(piece.text);
    }
    for (ToolCall& call : piece.tool_calls)
      if (!over_ && sink_.tool_call) sink_.tool_call(std::move(call));
    return !over_;
  }

  void on_end(Result<void> result) {
    const auto self = shared_from_this();
    if (over_) return;
    if (status_ != 0 && refused()) {
      const std::string message = server_message(refusal_);
      return fail({errc_of_status(status_), "HTTP " + std::to_string(status_) + ": " +
                                                (message.empty() ? std::string("(no message)") : message) +
                                                advice(status_)});
    }
    if (!result && status_ == 0 && result.error().code == Errc::unavailable)
      return fail(
          {Errc::unavailable, result.error().what + "; is the server running at " + server_->endpoint.base_url + "?"});
    std::vector<net::SseEvent> events;
    if (result && !decoder_.done() && parser_.feed("\n\n", events) && !read(events))
      return;  // it forgot the blank line
    complete(result);
  }

  void complete(const Result<void>& result) {
    ChatDecoder::Piece piece;
    auto answer = decoder_.end(piece);
    if (!put_out(piece)) return;
    if (answer) return finish(std::move(answer));
    if (!result) return fail(result.error());
    std::string type =
        type_.find("event-stream") == std::string::npos
            ? "; it came as '" + type_ + "', expected text/event-stream: is this a chat completions server?"
            : std::string();
    fail({answer.error().code, answer.error().what + type});
  }

  static std::string advice(int status) {
    switch (status) {
      case 401:
      case 403: return "; check the API key";
      case 404: return "; check base_url and model";
      default: return {};
    }
  }

  void on_limit() {
    const auto self = shared_from_this();
    if (stillborn_) return fail(*stillborn_);
    if (ending_) return complete({});
    const Time now = server_->loop.now();
    const auto waited =
        std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now - sent_at_).count()) + " ms";
    if (!deadline_.passed(now))
      return fail({Errc::timeout, "no word within " + waited + ", expected the first one by then (" +
                                      (status_ == 0 ? "no response yet" : "HTTP " + std::to_string(status_)) +
                                      "); is the server overloaded or still loading its model?"});
    fail({Errc::timeout, std::string(tokens_ ? "the answer had begun but not ended" : "no answer") + " within " +
                             waited + ", expected all of it by then"});
  }

  void fail(const Error& error) { finish(Error{error.code, server_->without_key(server_->name + ": " + error.what)}); }

  void finish(Result<Answer> result) {
    cancel();
    server_->http.warm(server_->url);
    if (sink_.done) std::exchange(sink_.done, nullptr)(std::move(result));
  }

  const std::shared_ptr<Server> server_;
  Sink sink_;
  const Time sent_at_;
  const Deadline first_token_, deadline_;
  net::Timer limit_;
  std::unique_ptr<net::Pending> http_;
  std::optional<Error> stillborn_;
  net::SseParser parser_;
  ChatDecoder decoder_;
  int status_ = 0;  // 0: no head yet
  std::string type_, refusal_;
  bool tokens_ = false, ending_ = false, over_ = false;
};

class Handle final : public net::Pending {
 public:
  explicit Handle(std::shared_ptr<Chat> chat) : chat_(std::move(chat)) {}
  ~Handle() override { chat_->cancel(); }

 private:
  const std::shared_ptr<Chat> chat_;
};

class OpenAiClient final : public Client {
 public:
  OpenAiClient(net::Loop& loop, net::HttpClient& http, Endpoint endpoint) {
    while (endpoint.base_url.ends_with('/')) endpoint.base_url.pop_back();
    server_ = std::make_shared<Server>(Server{loop, http, std::move(endpoint)});
  }

  std::unique_ptr<net::Pending> chat(Request request, Sink sink) override {
    auto chat = std::make_shared<Chat>(server_, request, std::move(sink));
    chat->send(request);
    warm();  // the next one's, should this one be cut off
    return std::make_unique<Handle>(std::move(chat));
  }

  void warm() override { server_->http.warm(server_->url); }

 private:
  std::shared_ptr<Server> server_;
};

}  // namespace

std::unique_ptr<Client> openai_client(net::Loop& loop, net::HttpClient& http, Endpoint endpoint) {
  return std::make_unique<OpenAiClient>(loop, http, std::move(endpoint));
}

}  // namespace offhook::llm

#include "llm/chat_service.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.hpp"
#include "llm/server_error.hpp"
#include "net/retry_after.hpp"
#include "net/sse.hpp"

namespace offhook::llm {

namespace {

constexpr std::size_t max_refusal = 16 << 10;  // bytes read of an error's body; more is no message
constexpr std::size_t max_answer = 16 << 20;   // bytes on the wire: some servers send 1 KB around each token
constexpr Duration kLongestRest = 5s;          // taken from "nothing remaining"
constexpr Duration end_grace = 20ms;           // from [DONE] to the end of the response, so that the connection is kept

// What all chats of one client share.
struct Server {
  net::Loop& loop;
  net::HttpClient& http;
  std::unique_ptr<Dialect> dialect;
  std::string place;  // its base_url, as errors show it
  std::string name;   // "asking gpt-4.1 at https://…"
  std::string key;
  std::string url = dialect->url();
};

class Chat : public std::enable_shared_from_this<Chat> {
 public:
  Chat(std::shared_ptr<Server> server, const Request& request, Sink sink)
      : server_(std::move(server)),
        sink_(std::move(sink)),
        decoder_(server_->dialect->decoder()),
        sent_at_(server_->loop.now()),
        first_token_(request.first_token),
        deadline_(request.deadline),
        limit_(server_->loop, [this] { on_limit(); }) {}

  void send(const Request& request) {
    auto body = server_->dialect->encode(request);
    if (!body) {  // told by the timer, as nothing is called back from inside chat()
      stillborn_ = body.error();
      limit_.at(sent_at_);
      return;
    }
    net::HttpCall call;
    call.url = server_->url;
    call.headers = server_->dialect->headers();
    call.headers.emplace_back("Content-Type", "application/json");
    call.headers.emplace_back("Accept", "text/event-stream");
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
    const Deadline next = decoder_->started() ? deadline_ : Deadline::earlier(first_token_, deadline_);
    if (next.is_never())
      limit_.cancel();
    else
      limit_.at(next.at());
  }

  void on_head(int status, const net::Headers& headers) {
    status_ = status;
    type_ = net::find_header(headers, "content-type").substr(0, 60);
    if (refused()) retry_after_ = net::retry_after(headers);
    // A bucket that is empty fills by and by: the time until it is full again is not the time until there is room.
    rest_ = std::min<Duration>(net::exhausted_for(headers), kLongestRest);
    if (status == 429 && retry_after_ == Duration::zero()) retry_after_ = rest_;
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
    if (decoder_->done() && !ending_) {
      ending_ = true;
      limit_.at(std::min(server_->loop.now() + end_grace, deadline_.at()));
    }
  }

  // False if the chat is over: a callback dropped the handle, or the answer failed.
  bool read(const std::vector<net::SseEvent>& events) {
    const bool was_started = decoder_->started();
    for (const net::SseEvent& event : events) {
      Decoder::Piece piece;
      const auto fed = decoder_->feed(event, piece);
      if (!was_started && decoder_->started() && !ending_) arm();
      if (!put_out(piece)) return false;
      if (!fed) return fail(fed.error()), false;
    }
    return true;
  }

  bool put_out(Decoder::Piece& piece) {
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
      const Errc code = errc_of_refusal(status_, refusal_);
      return fail({code,
                   "HTTP " + std::to_string(status_) + ": " +
                       (message.empty() ? std::string("(no message)") : message) + advice(code),
                   retry_after_});
    }
    if (!result && status_ == 0 && result.error().code == Errc::unavailable)
      return fail({Errc::unavailable, result.error().what + "; is the server running at " + server_->place + "?"});
    std::vector<net::SseEvent> events;
    if (result && !decoder_->done() && parser_.feed("\n\n", events) && !read(events))
      return;  // it forgot the blank line
    complete(result);
  }

  void complete(const Result<void>& result) {
    Decoder::Piece piece;
    auto answer = decoder_->end(piece);
    if (!put_out(piece)) return;
    if (answer) answer->rest = rest_;
    if (answer) return finish(std::move(answer));
    if (!result) return fail(result.error());
    std::string type = type_.find("event-stream") == std::string::npos
                           ? "; it came as '" + type_ + "', expected text/event-stream: is base_url right?"
                           : std::string();
    fail({answer.error().code, answer.error().what + type});
  }

  static std::string advice(Errc code) {
    switch (code) {
      case Errc::refused: return "; check the API key and what its account may do and pay for";
      case Errc::not_found: return "; check base_url and model";
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

  void fail(const Error& error) {  // some servers repeat the key they refuse
    Error told = error.within(server_->name);
    told.what = without_secret(std::move(told.what), server_->key);
    finish(std::move(told));
  }

  void finish(Result<Answer> result) {
    cancel();
    server_->http.warm(server_->url);
    if (sink_.done) std::exchange(sink_.done, nullptr)(std::move(result));
  }

  const std::shared_ptr<Server> server_;
  Sink sink_;
  const std::unique_ptr<Decoder> decoder_;
  const Time sent_at_;
  const Deadline first_token_, deadline_;
  net::Timer limit_;
  std::unique_ptr<net::Pending> http_;
  std::optional<Error> stillborn_;
  net::SseParser parser_;
  int status_ = 0;  // 0: no head yet
  std::string type_, refusal_;
  Duration retry_after_{}, rest_{};
  bool tokens_ = false, ending_ = false, over_ = false;
};

class Handle final : public net::Pending {
 public:
  explicit Handle(std::shared_ptr<Chat> chat) : chat_(std::move(chat)) {}
  ~Handle() override { chat_->cancel(); }

 private:
  const std::shared_ptr<Chat> chat_;
};

class ChatService final : public Client {
 public:
  explicit ChatService(std::shared_ptr<Server> server) : server_(std::move(server)) {}

  std::unique_ptr<net::Pending> chat(Request request, Sink sink) override {
    auto chat = std::make_shared<Chat>(server_, request, std::move(sink));
    chat->send(request);
    warm();  // the next one's, should this one be cut off
    return std::make_unique<Handle>(std::move(chat));
  }

  void warm() override { server_->http.warm(server_->url); }

 private:
  const std::shared_ptr<Server> server_;
};

}  // namespace

std::unique_ptr<Client> chat_service(net::Loop& loop, net::HttpClient& http, const Spec& spec,
                                     std::unique_ptr<Dialect> dialect) {
  const std::string place = spec.base_url.substr(0, spec.base_url.find('?'));
  const std::string name = "asking " + (spec.model.empty() ? "the model" : spec.model) + " at " + place;
  return std::make_unique<ChatService>(
      std::make_shared<Server>(Server{loop, http, std::move(dialect), place, name, spec.api_key}));
}

}  // namespace offhook::llm

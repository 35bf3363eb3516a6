#include "cli/placed_call.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <future>

#include "edge/twilio_signature.hpp"
#include "net/http_client.hpp"

namespace offhook::cli {
namespace {

using Kind = edge::CallEvent::Kind;
constexpr Duration kEventsPatience = 3s, kPhonePatience = 10s;
constexpr Duration kLastWords = 1s;         // what the server says of the call once it is over
constexpr std::size_t kMostLines = 10'000;  // of the transcript, and turns told

}  // namespace

struct PlacedCall::Mailbox {
  std::mutex mutex;
  News news;

  void put(int ready, const edge::CallEvent& event) {
    const std::lock_guard lock(mutex);
    if (news.events.size() >= kMostEvents && event.kind == Kind::caller_partial) return;
    if (news.events.size() >= 2 * kMostEvents) return;
    news.events.push_back(event);
    wake(ready);
  }
  void put(int ready, std::string note) {
    const std::lock_guard lock(mutex);
    if (news.notes.size() < kMostEvents) news.notes.push_back(std::move(note));
    wake(ready);
  }
  void put(int ready, std::unique_ptr<CallResult> result) {
    const std::lock_guard lock(mutex);
    news.result = std::move(result);
    wake(ready);
  }
  static void wake(int ready) { eventfd_write(ready, 1); }
};

class PlacedCall::OnLoop final : private net::WebSocket::Handler {
 public:
  OnLoop(net::EventLoop& loop, CallPlan plan, int ready, Mailbox& mailbox, std::shared_ptr<net::HttpClient> http)
      : loop_(loop), plan_(std::move(plan)), ready_(ready), mailbox_(mailbox), http_(std::move(http)) {
    opening_ = open(plan_.events_url, kEventsPatience, [this](Result<std::shared_ptr<net::WebSocket>> socket) {
      opening_.reset();
      if (socket) {
        events_ = std::move(*socket);
        events_->set_handler(this);
        result_.watched = true;
      } else {
        mailbox_.put(ready_, "no words from this server: " + socket.error().what);
      }
      dial();
    });
  }

  ~OnLoop() override {
    if (events_) events_->set_handler(nullptr);
  }

  void hang_up(const std::string& why) {
    if (caller_) return caller_->hang_up(why);
    if (!over_) over({.why = why});
  }

 private:
  using Opened = std::function<void(Result<std::shared_ptr<net::WebSocket>>)>;

  std::unique_ptr<net::Pending> open(const std::string& url, Duration patience, Opened opened) {
    net::HttpClient::SocketCall call;
    call.url = url;
    if (!plan_.auth_token.empty())
      call.headers.emplace_back("X-Twilio-Signature", edge::twilio_signature(plan_.auth_token, url));
    call.deadline = Deadline::in(loop_.now(), patience);
    return http_->connect(std::move(call), std::move(opened));
  }

  void dial() {
    if (over_) return;
    opening_ = open(plan_.url, kPhonePatience, [this](Result<std::shared_ptr<net::WebSocket>> socket) {
      opening_.reset();
      if (over_) return;
      if (!socket) return over({.broken = true, .why = socket.error().what});
      result_.connected = true;
      caller_ = std::make_unique<edge::Caller>(
          loop_.media_clock(), std::move(*socket), std::move(plan_.script),
          edge::Caller::Tell{[this](edge::Caller::Beat sent, edge::Caller::Beat heard) { beat(sent, heard); },
                             [this](edge::CallerOutcome outcome) { over(std::move(outcome)); }});
    });
  }

  void beat(edge::Caller::Beat sent, edge::Caller::Beat heard) {
    if (plan_.speaker) plan_.speaker->put(heard);
    if (!plan_.record) return;
    std::ranges::copy(sent, result_.sent.emplace_back().begin());
    std::ranges::copy(heard, result_.heard.emplace_back().begin());
  }

  void on_text(std::string_view text) override {
    const auto event = edge::read_call_event(text);
    if (!event) return;
    if (caller_) caller_->overhear(*event);
    if (event->kind == Kind::turn && result_.told.size() < kMostLines) result_.told.push_back({*event, loop_.now()});
    if (event->kind == Kind::tool && result_.tools.size() < kMostLines) result_.tools.push_back(*event);
    if (event->kind == Kind::tool_returned && result_.returned.size() < kMostLines) result_.returned.push_back(*event);
    const bool agent = event->kind == Kind::agent_said;
    if ((agent || event->kind == Kind::caller_final) && result_.transcript.size() < kMostLines) {
      auto& lines = result_.transcript;  // by time: what the agent said is told when it has been heard
      const auto at = std::ranges::upper_bound(lines, event->at_ms, {}, &edge::TranscriptLine::at_ms);
      lines.insert(at, {agent, event->text, event->at_ms, event->cut});
    }
    mailbox_.put(ready_, *event);
    if (event->kind != Kind::ended) return;
    ended_ = true;
    if (over_) finish();
  }
  void on_binary(std::string_view) override {}
  void on_closed(bool, std::string_view) override {
    events_.reset();
    if (over_) finish();
  }

  // The call is over; its last words may still be on their way.
  void over(edge::CallerOutcome outcome) {
    over_ = true;
    result_.outcome = std::move(outcome);
    if (caller_) {
      result_.answered = caller_->answered();
      result_.turns = caller_->turns();
      result_.underruns = caller_->earpiece().underruns();
      result_.dropped_bytes = caller_->earpiece().dropped();
      result_.strange = caller_->strange();
    }
    if (events_ && caller_ && !ended_)
      last_words_.after(kLastWords);
    else
      finish();
  }

  void finish() {
    if (finished_) return;
    finished_ = true;
    last_words_.cancel();
    mailbox_.put(ready_, std::make_unique<CallResult>(std::move(result_)));
  }

  net::EventLoop& loop_;
  CallPlan plan_;
  const int ready_;
  Mailbox& mailbox_;
  const std::shared_ptr<net::HttpClient> http_;
  std::unique_ptr<net::Pending> opening_;
  std::shared_ptr<net::WebSocket> events_;
  std::unique_ptr<edge::Caller> caller_;
  CallResult result_;
  bool over_ = false, ended_ = false, finished_ = false;
  net::Timer last_words_{loop_, [this] { finish(); }};
};

PlacedCall::PlacedCall(CallPlan plan)
    : ready_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), mailbox_(std::make_unique<Mailbox>()) {
  std::shared_ptr<net::HttpClient> http = net::HttpClient::create(loop_);  // reads certificates: too long for the loop
  loop_.start();
  loop_.post([this, plan = std::move(plan), http = std::move(http)]() mutable {
    on_loop_ = std::make_unique<OnLoop>(loop_, std::move(plan), ready_, *mailbox_, std::move(http));
  });
}

PlacedCall::~PlacedCall() {
  std::promise<void> gone;
  loop_.post([&] {
    on_loop_.reset();
    gone.set_value();
  });
  gone.get_future().wait_for(std::chrono::seconds(10));
  loop_.stop();
  loop_.join();
  ::close(ready_);
}

void PlacedCall::hang_up(std::string why) {
  loop_.post([this, why = std::move(why)] {
    if (on_loop_) on_loop_->hang_up(why);
  });
}

PlacedCall::News PlacedCall::news() {
  eventfd_t count = 0;
  eventfd_read(ready_, &count);
  const std::lock_guard lock(mailbox_->mutex);
  return std::exchange(mailbox_->news, {});
}

}  // namespace offhook::cli

#include "llm/resilient.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/log.hpp"

namespace offhook::llm {

namespace {

constexpr Duration poll = 50ms;  // how often one who is busy is asked whether he still is
constexpr std::size_t none = static_cast<std::size_t>(-1);

// What all chats of one client share.
struct Shared {
  net::Loop& loop;
  std::vector<Choice> choices;
  ResiliencePolicy policy;
  int out_of_turn = 0;  // requests under way to services whose breaker is open
  bool proven = false;  // the last of them succeeded
};

// One chat. At any time it waits for one of: its begin, a service that is busy, an attempt. Whatever calls back into it
// keeps it alive until it returns; `over_` says that the handle is gone or `done` was called.
class Chat : public std::enable_shared_from_this<Chat> {
 public:
  Chat(std::shared_ptr<Shared> shared, Request request, Sink sink)
      : shared_(std::move(shared)),
        request_(std::move(request)),
        sink_(std::move(sink)),
        began_(now()),
        known_(shared_->choices.size()),
        timer_(shared_->loop, [this] { on_timer(); }) {
    timer_.at(began_);  // nothing is called back from inside chat()
  }

  void cancel() {
    if (std::exchange(over_, true)) return;
    timer_.cancel();
    if (asking_ != none) settle(started_ ? Verdict::succeeded : Verdict::neither);
    attempt_.reset();
  }

 private:
  struct Known {
    int asked = 0;
    std::optional<Error> error;  // the last: of a request, else the refusal to let us in
    Time again{};                // its retry_after as a moment; Time{}: not known
  };
  enum class Verdict { succeeded, failed, neither };

  Time now() const { return shared_->loop.now(); }
  const Choice& choice(std::size_t i) const { return shared_->choices[i]; }
  Deadline patience() const {
    const Deadline asked_for = Deadline::earlier(request_.first_token, request_.deadline);
    return Deadline::earlier(asked_for, Deadline::in(began_, shared_->policy.first_token));
  }
  bool ready(std::size_t i) const { return !choice(i).health || choice(i).health->ready(now()); }
  bool too_late() const { return Deadline::earlier(request_.first_token, request_.deadline).passed(now()); }

  void on_timer() {
    const auto self = shared_from_this();
    if (over_) return;
    if (asking_ == none) return ask_next();
    on_silence();
  }

  void remember(std::size_t i, const Error& error) {
    known_[i].error = error;
    known_[i].again = error.retry_after > Duration::zero() ? now() + error.retry_after : Time{};
  }

  // `again`: this one may be asked a second time, before all others.
  void ask_next(std::size_t again = none) {
    if (again != none && ready(again) && (!choice(again).health || choice(again).health->enter(now())))
      return ask(again, true);
    for (std::size_t i = 0; i < shared_->choices.size(); ++i) {
      if (known_[i].asked > 0) continue;
      if (known_[i].error && !ready(i)) continue;  // a refusal is counted once
      const Result<void> let_in = choice(i).health ? choice(i).health->enter(now()) : Result<void>();
      if (let_in) return ask(i, true);
      remember(i, let_in.error());
    }
    nobody_lets_us_in();
  }

  void nobody_lets_us_in() {
    Time look_again = Time::max();
    std::size_t open = none;
    for (std::size_t i = 0; i < known_.size(); ++i) {
      if (known_[i].asked > 0) continue;
      if (known_[i].error->code == Errc::full)
        look_again = std::min(look_again, std::max(known_[i].again, now() + poll));
      else if (open == none || known_[i].again < known_[open].again)
        open = i;
    }
    const bool one_is_trying = shared_->out_of_turn > 0 && !shared_->proven;
    if (open != none && one_is_trying) look_again = std::min(look_again, now() + poll);
    if (look_again < patience().at()) return timer_.at(look_again);
    if (open != none && !one_is_trying) return ask(open, false);
    fail();
  }

  void ask(std::size_t i, bool entered) {
    asking_ = i;
    entered_ = entered;
    asked_at_ = now();
    ++known_[i].asked;
    if (!entered) ++shared_->out_of_turn;
    if (sink_.asked) sink_.asked(choice(i).name);
    if (over_) return;
    timer_.after(shared_->policy.first_token / 2);
    attempt_ =
        choice(i).client->chat(request_, {.token = [this](std::string_view text) { on_token(text); },
                                          .tool_call = [this](ToolCall call) { on_tool_call(std::move(call)); },
                                          .done = [this](Result<Answer> result) { on_done(std::move(result)); }});
  }

  // Exactly once for each ask().
  void settle(Verdict verdict, const Error& error = {}) {
    net::ServiceHealth* health = choice(asking_).health;
    if (!entered_) {
      --shared_->out_of_turn;
      if (verdict != Verdict::neither) shared_->proven = verdict == Verdict::succeeded;
    } else if (health) {
      if (verdict == Verdict::succeeded)
        health->succeeded(now());
      else if (verdict == Verdict::failed)
        health->failed(now(), error);
      else
        health->cancelled();
    }
    asking_ = none;
  }

  void on_token(std::string_view text) {
    const auto self = shared_from_this();
    if (over_) return;
    start();
    if (sink_.token) sink_.token(text);
  }

  void on_tool_call(ToolCall call) {
    const auto self = shared_from_this();
    if (over_) return;
    start();
    if (sink_.tool_call) sink_.tool_call(std::move(call));
  }

  void start() {
    if (std::exchange(started_, true)) return;
    timer_.cancel();
    if (entered_ && choice(asking_).health) choice(asking_).health->answered(now());
  }

  void on_done(Result<Answer> result) {
    const auto self = shared_from_this();
    if (over_) return;
    if (result) {
      if (result->rest > Duration::zero() && choice(asking_).health) choice(asking_).health->rest(now(), result->rest);
      settle(Verdict::succeeded);
      return finish(std::move(result));
    }
    if (!started_) return attempt_failed(result.error());
    Error error = result.error().within(choice(asking_).name);
    settle(verdict_of(error), error);
    finish(std::move(error));
  }

  // A timeout is no failure of a service that only had what others had left it.
  Verdict verdict_of(const Error& error) const {
    const Duration fair = Deadline::earlier(request_.first_token, request_.deadline).left(began_);
    const bool unfair = error.code == Errc::timeout && now() - asked_at_ < std::min(fair, shared_->policy.first_token);
    return unfair ? Verdict::neither : Verdict::failed;
  }

  void attempt_failed(const Error& error) {
    const std::size_t i = asking_;
    const bool may_pass = (error.code == Errc::unavailable || error.code == Errc::closed) &&
                          error.retry_after == Duration::zero() && entered_ && known_[i].asked == 1 &&
                          now() - asked_at_ <= shared_->policy.try_again_within;
    if (!choice(i).health)  // else its health tells
      log::warn("service_failed", {{"kind", "llm"}, {"service", choice(i).name}, {"error", error.what}});
    settle(verdict_of(error), error);
    remember(i, error);
    timer_.cancel();
    attempt_.reset();
    if (too_late()) return fail();
    ask_next(may_pass ? i : none);
  }

  // Half of the patience: the next one's connection is opened. All of it: the next one is asked.
  void on_silence() {
    const Duration waited = now() - asked_at_;
    std::size_t next = 0;
    while (next < known_.size() && (known_[next].asked > 0 || !ready(next))) ++next;
    if (next < known_.size() && waited >= shared_->policy.first_token)
      return attempt_failed({Errc::timeout, "no word within " + std::to_string(waited / 1ms) + " ms"});
    if (next < known_.size()) choice(next).client->warm();
    timer_.after(std::max<Duration>(shared_->policy.first_token / 2, 1ms));
  }

  void fail() {
    Error error{Errc::unavailable, "asking a language model: "};
    if (known_.empty()) error.what += "none is configured";
    bool alike = true;
    Time again = Time::max();
    for (std::size_t i = 0; i < known_.size(); ++i) {
      const Known& known = known_[i];
      error.what += (i == 0 ? "" : "; ") + choice(i).name + ": " + (known.error ? known.error->what : "not asked");
      alike = alike && known.error && known.error->code == (known_[0].error ? known_[0].error->code : Errc::internal);
      if (known.again != Time{}) again = std::min(again, known.again);
    }
    if (alike && !known_.empty()) error.code = known_[0].error->code;
    if (again != Time::max()) error.retry_after = std::max<Duration>(again - now(), 1us);
    finish(std::move(error));
  }

  void finish(Result<Answer> result) {
    over_ = true;
    timer_.cancel();
    attempt_.reset();
    if (sink_.done) std::exchange(sink_.done, nullptr)(std::move(result));
  }

  const std::shared_ptr<Shared> shared_;
  const Request request_;
  Sink sink_;
  const Time began_;
  std::vector<Known> known_;
  net::Timer timer_;
  std::unique_ptr<net::Pending> attempt_;
  std::size_t asking_ = none;
  bool entered_ = false;  // its health has counted it in
  Time asked_at_{};
  bool started_ = false, over_ = false;
};

class Handle final : public net::Pending {
 public:
  explicit Handle(std::shared_ptr<Chat> chat) : chat_(std::move(chat)) {}
  ~Handle() override { chat_->cancel(); }

 private:
  const std::shared_ptr<Chat> chat_;
};

class Resilient final : public Client {
 public:
  explicit Resilient(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  std::unique_ptr<net::Pending> chat(Request request, Sink sink) override {
    return std::make_unique<Handle>(std::make_shared<Chat>(shared_, std::move(request), std::move(sink)));
  }

  void warm() override {
    if (Client* next = next_asked()) next->warm();
  }
  void read_ahead(const std::function<std::vector<Message>()>& conversation) override {
    if (Client* next = next_asked()) next->read_ahead(conversation);
  }

 private:
  Client* next_asked() const {
    for (const Choice& choice : shared_->choices)
      if (!choice.health || choice.health->ready(shared_->loop.now())) return choice.client;
    return nullptr;
  }

  const std::shared_ptr<Shared> shared_;
};

}  // namespace

std::unique_ptr<Client> resilient(net::Loop& loop, std::vector<Choice> choices, ResiliencePolicy policy) {
  return std::make_unique<Resilient>(std::make_shared<Shared>(Shared{loop, std::move(choices), policy}));
}

}  // namespace offhook::llm

#include "stt/deepgram.hpp"

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "net/loop.hpp"
#include "stt/agreement.hpp"
#include "stt/deepgram_link.hpp"
#include "stt/deepgram_listen.hpp"

namespace offhook::stt {
namespace {

constexpr Duration kChunk = 20ms;
constexpr Duration kKeepAliveAfter = 4s;  // of sending nothing; the service gives up after 10
constexpr Duration kPatience = 700ms;     // with a Finalize that found nothing to finish, and so is not answered
// A pause is noticed some 200 ms after the last word: a result that ends this near to it has all the words. Where a
// Finalize was not answered, a final one is let off more: behind it the service heard nothing.
constexpr Duration kFinalReach = 100ms, kInterimReach = 300ms, kOldFinalReach = 500ms;

class ListenSession final : public Session {
 public:
  ListenSession(net::Loop& loop, net::HttpClient& http, const Spec& spec, Sink sink)
      : loop_(loop),
        sink_(std::make_shared<const Sink>(std::move(sink))),
        patience_(loop, [this] { answer_if_known(); }),
        keep_alive_(loop, [this] { keep_alive(); }),
        link_(loop, http, spec, listen_url(spec), kChunk, sink_,
              {.opened = [this] { opened(); }, .text = [this](std::string_view text) { heard(text); }}) {}

  void begin() override {
    end();
    on_ = true;
    turn_.begin(link_.position());
  }

  void audio(std::span<const float> samples) override {
    if (on_) link_.audio(samples);
  }

  void pause(std::uint32_t number) override {
    if (!on_ || link_.is_dead()) return;
    cancel_earlier();
    link_.flush();
    const Duration position = link_.position();
    pause_ = Pause{number, position, finalized_, loop_.now()};
    if (turn_.final_until() + kFinalReach >= position)
      return link_.later([this, n = turns_, number] {
        if (turns_ == n && pause_ && pause_->number == number) answer();
      });
    finalize();
    link_.expect();
    if (link_.is_open()) patience_.after(kPatience);
  }

  void end() override {
    ++turns_;
    pause_.reset();
    said_.clear();
    patience_.cancel();
    link_.expect(false);
    if (!std::exchange(on_, false)) return;
    link_.flush();
    // What has not become final yet does so now, and does not run into the next turn.
    if (link_.position() > finalized_) finalize();
  }

 private:
  struct Pause {
    std::uint32_t number;
    Duration position;
    Duration finalized_before;  // a result up to there answers another Finalize
    Time asked;
  };

  void finalize() {
    finalized_ = link_.position();
    link_.text(kFinalize);
    link_.report();
  }

  void cancel_earlier() {
    if (!pause_) return;
    link_.later([this, n = turns_, number = pause_->number] {
      if (turns_ != n) return;
      const auto sink = sink_;
      if (sink->transcript) sink->transcript(number, Error{Errc::cancelled, "deepgram: a later pause has come"});
    });
  }

  void opened() {
    keep_alive_.after(kKeepAliveAfter);
    if (pause_) {
      pause_->asked = loop_.now();
      patience_.after(kPatience);
    }
  }

  void keep_alive() {
    if (!link_.is_open()) return;
    if (loop_.now() - link_.last_sent() >= kKeepAliveAfter) link_.text(kKeepAlive);
    keep_alive_.at(link_.last_sent() + kKeepAliveAfter);
  }

  void heard(std::string_view text) {
    const auto message = parse_listen(text);
    if (const auto* error = std::get_if<ServiceError>(&message))
      return link_.fail({Errc::unavailable, "deepgram: it says: " + error->words});
    if (pause_) link_.expect();
    const auto* result = std::get_if<ListenResult>(&message);
    if (!result || !on_ || !turn_.take(*result)) return;
    if (!pause_) return tell_partial();
    const bool all = turn_.final_until() + kFinalReach >= pause_->position;
    if (result->is_final && (all || (result->from_finalize && result->end > pause_->finalized_before + kFinalReach)))
      return answer();
    if (!answer_if_known()) tell_partial();
  }

  bool answer_if_known() {
    if (!pause_ || link_.is_dead() || loop_.now() - pause_->asked < kPatience) return false;
    if (turn_.known_until() + kInterimReach < pause_->position &&
        turn_.final_until() + kOldFinalReach < pause_->position)
      return false;
    answer();
    return true;
  }

  void answer() {
    const auto number = pause_->number;
    pause_.reset();
    patience_.cancel();
    link_.expect(false);
    said_ = turn_.text();
    const auto sink = sink_;  // it may destroy the session
    if (sink->transcript) sink->transcript(number, turn_.text());
  }

  void tell_partial() {
    Hypothesis now{turn_.text(), 0};
    if (now.text.empty() || now.text == said_) return;
    now.stable_words = agreeing_words(std::exchange(said_, now.text), now.text);
    const auto sink = sink_;
    if (sink->partial) sink->partial(now);
  }

  net::Loop& loop_;
  const std::shared_ptr<const Sink> sink_;
  bool on_ = false;
  std::uint64_t turns_ = 0;  // counts begins and ends
  ListenTurn turn_;
  std::optional<Pause> pause_;  // not answered yet
  Duration finalized_{};        // where the last Finalize stood in the stream
  std::string said_;            // the last hypothesis told, for agreement
  net::Timer patience_, keep_alive_;
  DeepgramLink link_;  // last: gone first, its callbacks use all of the above
};

class Listen final : public Recognizer {
 public:
  Listen(net::HttpClient& http, const Spec& spec) : http_(http), spec_(spec) {}
  Traits traits() const override { return {.rate = MulawUplink::kRate, .usual_final = 300ms}; }
  std::unique_ptr<Session> open(net::Loop& loop, Session::Sink sink) override {
    return std::make_unique<ListenSession>(loop, http_, spec_, std::move(sink));
  }

 private:
  net::HttpClient& http_;
  const Spec spec_;
};

}  // namespace

std::unique_ptr<Recognizer> deepgram_listen(net::HttpClient& http, const Spec& spec) {
  return std::make_unique<Listen>(http, spec);
}

}  // namespace offhook::stt

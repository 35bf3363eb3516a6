#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "stt/agreement.hpp"
#include "stt/deepgram.hpp"
#include "stt/deepgram_flux.hpp"
#include "stt/deepgram_link.hpp"

namespace offhook::stt {
namespace {

constexpr Duration kChunk = 80ms;  // the vendor's advice
// A line that sends nothing while nobody speaks would leave a turn without its end, and after ten seconds the vendor
// closes: Flux hears silence instead, for as long as the session lives. No other keep-alive exists.
constexpr Duration kSilentAfter = 400ms, kSilenceEvery = 200ms;
constexpr Duration kReach = 100ms;  // news that end this near to a pause are about all of it
constexpr Duration kEndReach = 1s;  // … and so are those of an end of turn, which is well behind the last word

class FluxSession final : public Session {
 public:
  FluxSession(net::Loop& loop, net::HttpClient& http, const Spec& spec, Sink sink)
      : loop_(loop),
        sink_(std::make_shared<const Sink>(std::move(sink))),
        last_audio_(loop.now()),
        silence_(loop, [this] { fill_silence(); }),
        link_(loop, http, spec, flux_url(spec), kChunk, sink_,
              {.opened = nullptr, .text = [this](std::string_view text) { heard(text); }}) {
    silence_.after(kSilentAfter);
  }

  void begin() override {
    end();
    on_ = true;
    began_ = asked_until_ = link_.position();
    turns_.begin(began_);
  }

  void audio(std::span<const float> samples) override {
    if (link_.is_dead()) return;
    last_audio_ = loop_.now();
    send(samples);
  }

  void pause(std::uint32_t number) override {
    if (!on_ || link_.is_dead()) return;
    if (pause_) {
      link_.later([this, n = count_, earlier = pause_->number] {
        const auto sink = sink_;
        if (count_ == n && sink->transcript)
          sink->transcript(earlier, Error{Errc::cancelled, "deepgram: a later pause has come"});
      });
    }
    link_.flush();
    link_.expect();
    pause_ = Pause{number, link_.position(), std::exchange(asked_until_, link_.position())};
    if (known_until_ + kReach < pause_->position) return;
    link_.later([this, n = count_, number] {
      if (count_ == n && pause_ && pause_->number == number) answer();
    });
  }

  void end() override {
    ++count_;
    if (std::exchange(on_, false)) {
      turns_.end(link_.position());
      link_.report();
    }
    pause_.reset();
    said_.clear();
  }

 private:
  struct Pause {
    std::uint32_t number;
    Duration position;
    Duration earlier;  // pause's position, or where the turn began: something was said since
  };
  using Event = TurnInfo::Event;

  void send(std::span<const float> samples) {
    link_.audio(samples);
    link_.expect();  // news come four times a second while there is sound
  }

  void fill_silence() {
    if (link_.is_dead()) return;
    if (loop_.now() - last_audio_ < kSilentAfter) return silence_.at(last_audio_ + kSilentAfter);
    static const std::vector<float> kSilence(kSilenceEvery.count() * MulawUplink::kRate / 1'000'000);
    if (link_.is_open()) send(kSilence);
    silence_.after(kSilenceEvery);
  }

  void heard(std::string_view text) {
    const auto message = parse_flux(text);
    if (const auto* error = std::get_if<ServiceError>(&message))
      return link_.fail({Errc::unavailable, "deepgram: it says: " + error->words});
    if (pause_) link_.expect();
    const auto* info = std::get_if<TurnInfo>(&message);
    if (!info) return;
    known_until_ = std::max(known_until_, info->end);
    if (!turns_.take(*info)) return;

    const bool over = info->event == Event::eager_end || info->event == Event::end;
    const auto alive = std::weak_ptr(alive_);
    const auto count = count_;
    if (pause_ && (info->end + kReach >= pause_->position ||
                   (over && info->end > pause_->earlier && info->end + kEndReach >= pause_->position)))
      answer();
    else
      tell_partial();
    if (alive.expired() || count != count_ || link_.is_dead() || info->end <= began_) return;
    tell_turn(*info);
  }

  void answer() {
    const auto number = pause_->number;
    pause_.reset();
    said_ = turns_.text();
    const auto sink = sink_;  // it may destroy the session
    if (sink->transcript) sink->transcript(number, turns_.text());
  }

  void tell_partial() {
    Hypothesis now{turns_.text(), 0};
    if (now.text.empty() || now.text == said_) return;
    now.stable_words = agreeing_words(std::exchange(said_, now.text), now.text);
    const auto sink = sink_;
    if (sink->partial) sink->partial(now);
  }

  void tell_turn(const TurnInfo& info) {
    TurnSignal signal{TurnSignal::Kind::ended, turns_.text(), info.permille};
    switch (info.event) {
      case Event::update:
      case Event::start: return;
      case Event::eager_end: signal.kind = TurnSignal::Kind::eager; break;
      case Event::resumed: signal.kind = TurnSignal::Kind::resumed; break;
      case Event::end: break;
    }
    if (signal.text.empty()) return;  // a turn in which nobody spoke
    const auto sink = sink_;
    if (sink->turn) sink->turn(signal);
  }

  net::Loop& loop_;
  const std::shared_ptr<const Sink> sink_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>();
  bool on_ = false;
  std::uint64_t count_ = 0;  // of begins and ends
  FluxTurns turns_;
  // In the stream: our turn; its last pause, or its beginning; the latest news.
  Duration began_{}, asked_until_{}, known_until_{};
  Time last_audio_{};
  std::optional<Pause> pause_;  // not answered yet
  std::string said_;            // the last hypothesis told
  net::Timer silence_;
  DeepgramLink link_;  // last: gone first, its callbacks use all of the above
};

class Flux final : public Recognizer {
 public:
  Flux(net::HttpClient& http, const Spec& spec) : http_(http), spec_(spec) {}
  Traits traits() const override {
    return {.rate = MulawUplink::kRate, .continuous = true, .finds_turns = true, .usual_final = 400ms};
  }
  std::unique_ptr<Session> open(net::Loop& loop, Session::Sink sink) override {
    return std::make_unique<FluxSession>(loop, http_, spec_, std::move(sink));
  }

 private:
  net::HttpClient& http_;
  const Spec spec_;
};

}  // namespace

std::unique_ptr<Recognizer> deepgram_flux(net::HttpClient& http, const Spec& spec) {
  return std::make_unique<Flux>(http, spec);
}

}  // namespace offhook::stt

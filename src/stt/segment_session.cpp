#include "stt/segment_session.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "stt/agreement.hpp"
#include "stt/speech_buffer.hpp"
#include "stt/tidy.hpp"

namespace offhook::stt {
namespace {

using Moot = std::shared_ptr<std::atomic<bool>>;
constexpr std::size_t kPausesInFlight = 8;

std::size_t in_samples(Duration d) {
  return static_cast<std::size_t>(d.count() * kRate / 1'000'000);
}

void append(std::string& text, const std::string& more) {
  if (!text.empty() && !more.empty()) text += ' ';
  text += more;
}

// A stretch that takes no more sound. Its samples are kept until its text is there.
struct Closed {
  std::size_t from = 0, to = 0;
  std::optional<std::string> text;
  Moot asked;  // null: not under way
};

struct Pause {
  std::uint32_t number = 0;
  std::size_t segments = 0;         // how many closed ones its transcript takes in
  std::optional<std::string> tail;  // the text of the segment that was open
  Moot asked;
};

class SegmentSession final : public Session {
 public:
  SegmentSession(net::Loop& loop, Sink sink, Transcriber transcriber, SegmentPolicy policy,
                 std::function<void()> mooted)
      : loop_(loop),
        sink_(std::make_shared<const Sink>(std::move(sink))),
        transcribe_(std::move(transcriber)),
        mooted_(std::move(mooted)),
        policy_(policy) {}
  ~SegmentSession() override { end(); }

  void begin() override {
    end();
    on_ = true;
  }

  void audio(std::span<const float> samples) override {
    if (!on_) return;
    buffer_.append(samples);
    close_without_pause();
    drop_excess();
    ask_partial();
  }

  void pause(std::uint32_t number) override {
    if (!on_) return;
    drop(partial_);
    ask_again();
    Pause asked{number, closed_.size(), std::nullopt, nullptr};
    if (open_length() >= in_samples(policy_.close_at_pause)) {
      close(buffer_.end(), policy_.pause_wanted);
      ++asked.segments;
      asked.tail.emplace();
    } else {
      asked.asked = ask(open_, buffer_.end(), policy_.pause_wanted, policy_.pause_deadline,
                        [this, number](Result<std::string> text) { tail(number, std::move(text)); });
    }
    for (auto& earlier : pauses_) drop(earlier.asked);
    pauses_.push_back(std::move(asked));
    last_ask_ = buffer_.end();
    if (pauses_.size() > kPausesInFlight) refuse_oldest();
    if (!closed_.empty()) later([this] { answer(); });  // all of it may be known already
  }

  void end() override {
    ++turn_;
    on_ = false;
    drop(partial_);
    for (auto& pause : pauses_) drop(pause.asked);
    for (auto& segment : closed_) drop(segment.asked);
    pauses_.clear();
    closed_.clear();
    buffer_.clear();
    hypothesis_.clear();
    open_ = last_ask_ = 0;
    loudest_ = SpeechBuffer::kSilence;
    lost_ = 0;
  }

 private:
  using Handler = std::function<void(Result<std::string>)>;  // on the loop, in the turn that asked

  void drop(const Moot& asked) {
    if (!asked || asked->exchange(true)) return;
    if (mooted_) mooted_();
  }

  std::size_t open_length() const { return buffer_.end() - open_; }

  bool all_closed_known() const {
    return std::all_of(closed_.begin(), closed_.end(), [](const Closed& c) { return c.text.has_value(); });
  }

  // Runs `then` on the loop, later, unless the turn is over by then.
  void later(std::function<void()> then) {
    loop_.post([this, alive = std::weak_ptr(alive_), turn = turn_, then = std::move(then)] {
      if (!alive.expired() && turn_ == turn) then();
    });
  }

  // Asks for the text between the two positions; what cannot be speech is known to be empty without asking.
  Moot ask(std::size_t from, std::size_t to, Duration wanted, Duration deadline, Handler handle) {
    auto moot = std::make_shared<std::atomic<bool>>(false);
    if (to - from < in_samples(policy_.shortest) || buffer_.loudest(from, to) < policy_.silence_dbfs) {
      later([handle = std::move(handle)] { handle(std::string()); });
      return moot;
    }
    const Time now = loop_.now();
    transcribe_({buffer_.copy(from, to), now + wanted, Deadline::in(now, deadline), moot},
                [this, loop = &loop_, alive = std::weak_ptr(alive_), turn = turn_,
                 handle = std::move(handle)](Result<std::string> text) {
                  loop->post([this, alive, turn, handle, text = std::move(text)]() mutable {
                    if (alive.expired() || turn_ != turn) return;
                    if (text) *text = tidy_transcript(*text);
                    handle(std::move(text));
                  });
                });
    return moot;
  }

  // Partials ----------------------------------------------------------------------------------------------------------

  void ask_partial() {
    if (partial_ && !partial_done()) return;
    const std::size_t since = std::max(last_ask_, open_);
    const std::size_t fresh = buffer_.end() - since;
    const auto grown = static_cast<std::size_t>(policy_.partial_growth * static_cast<double>(open_length()));
    if (loop_.now() < partial_not_before_) return;
    if (open_length() < in_samples(policy_.first_partial) || fresh < std::max(in_samples(policy_.partial_every), grown))
      return;
    last_ask_ = buffer_.end();
    ask_again();
    if (!all_closed_known()) return;  // their text is nearer than a partial's, and a partial without it would jump
    const float level = buffer_.loudest(since, buffer_.end());
    loudest_ = std::max(loudest_, level);
    if (level < policy_.silence_dbfs || level < loudest_ - policy_.speech_range_db) return;
    partial_turn_ = turn_;
    partial_asked_ = loop_.now();
    partial_answered_ = false;
    partial_ = ask(open_, buffer_.end(), policy_.partial_wanted, policy_.partial_deadline,
                   [this, segment = closed_.size()](Result<std::string> text) { partial(segment, std::move(text)); });
  }

  void partial(std::size_t segment, Result<std::string> text) {
    partial_answered_ = true;
    const Duration took = loop_.now() - partial_asked_;
    partial_not_before_ =
        partial_asked_ + Duration(static_cast<Duration::rep>(policy_.partial_rest * static_cast<double>(took.count())));
    const bool moot = *partial_;
    // A partial that failed is no loss: the next one hears more.
    if (moot || !text || segment != closed_.size() || text->empty()) return;
    Hypothesis now;
    for (const auto& closed : closed_) append(now.text, *closed.text);
    append(now.text, *text);
    now.stable_words = agreeing_words(std::exchange(hypothesis_, now.text), now.text);
    const auto sink = sink_;  // it may destroy the session
    if (sink->partial) sink->partial(now);
  }

  // Segments ----------------------------------------------------------------------------------------------------------

  void close(std::size_t to, Duration wanted) {
    drop(partial_);
    closed_.push_back({open_, to, std::nullopt, nullptr});
    open_ = to;
    ask_closed(closed_.size() - 1, wanted);
  }

  void close_without_pause() {
    const std::size_t limit = in_samples(policy_.close_without_pause);
    while (open_length() >= limit) {
      const std::size_t end = open_ + limit;
      close(buffer_.quietest(end - in_samples(policy_.close_search), end), policy_.segment_wanted);
    }
  }

  void ask_closed(std::size_t index, Duration wanted) {
    Closed& segment = closed_[index];
    segment.asked = ask(segment.from, segment.to, wanted, policy_.segment_deadline,
                        [this, index](Result<std::string> text) { closed(index, std::move(text)); });
  }

  // For those whose decoding failed.
  void ask_again() {
    for (std::size_t i = 0; i < closed_.size(); ++i)
      if (!closed_[i].text && !closed_[i].asked) ask_closed(i, policy_.segment_wanted);
  }

  void closed(std::size_t index, Result<std::string> text) {
    if (closed_[index].text) return;  // dropped meanwhile
    closed_[index].asked = nullptr;
    if (text) {
      closed_[index].text = *std::move(text);
      release();
      answer();
      return;
    }
    std::vector<std::uint32_t> failed;
    for (const auto& pause : pauses_)
      if (pause.segments > index) failed.push_back(pause.number);
    const auto alive = std::weak_ptr(alive_);
    const auto turn = turn_;
    for (const auto number : failed) {
      fail(number, text.error());
      if (alive.expired() || turn != turn_) return;
    }
  }

  void release() {
    std::size_t before = open_;
    for (const auto& segment : closed_)
      if (!segment.text) before = std::min(before, segment.from);
    buffer_.release(before);
  }

  // Only closed segments whose text does not come can pile up.
  void drop_excess() {
    for (auto& segment : closed_) {
      if (buffer_.kept() <= in_samples(policy_.keep)) return;
      if (segment.text) continue;
      drop(segment.asked);
      segment.text.emplace();
      lost_ += segment.to - segment.from;
      release();
    }
  }

  // Pauses ------------------------------------------------------------------------------------------------------------

  void tail(std::uint32_t number, Result<std::string> text) {
    const auto pause = std::find_if(pauses_.begin(), pauses_.end(), [&](const Pause& p) { return p.number == number; });
    if (pause == pauses_.end()) return;
    if (!text) return fail(number, text.error());
    pause->tail = *std::move(text);
    pause->asked = nullptr;
    answer();
  }

  // Answers the pauses whose parts are all there. A sink may end the turn or destroy the session.
  void answer() {
    const auto alive = std::weak_ptr(alive_);
    const auto turn = turn_;
    for (;;) {
      const auto ready = std::find_if(pauses_.begin(), pauses_.end(), [this](const Pause& p) {
        return p.tail && std::all_of(closed_.begin(), closed_.begin() + static_cast<std::ptrdiff_t>(p.segments),
                                     [](const Closed& c) { return c.text.has_value(); });
      });
      if (ready == pauses_.end()) return;
      if (lost_ != 0) {
        fail(ready->number,
             {Errc::full, "recognising a turn: " + std::to_string(lost_ / kRate) +
                              " s of speech were dropped because the recogniser is further behind than is "
                              "kept; take fewer calls or give it more cores"});
      } else {
        std::string text;
        for (std::size_t i = 0; i < ready->segments; ++i) append(text, *closed_[i].text);
        append(text, *ready->tail);
        const auto number = ready->number;
        pauses_.erase(ready);
        hypothesis_ = text;
        tell(number, std::move(text));
      }
      if (alive.expired() || turn != turn_) return;
    }
  }

  void fail(std::uint32_t number, const Error& error) {
    const auto pause = std::find_if(pauses_.begin(), pauses_.end(), [&](const Pause& p) { return p.number == number; });
    if (pause == pauses_.end()) return;
    drop(pause->asked);
    pauses_.erase(pause);
    tell(number, error);
  }

  void refuse_oldest() {
    const auto number = pauses_.front().number;
    pauses_.pop_front();  // moot since the next one came
    later([this, number] {
      tell(number,
           Error{Errc::full, "transcribing up to a pause in speech: " + std::to_string(kPausesInFlight) +
                                 " later pauses wait already; take fewer calls or give the recogniser more cores"});
    });
  }

  void tell(std::uint32_t number, Result<std::string> text) {
    const auto sink = sink_;  // it may destroy the session
    if (sink->transcript) sink->transcript(number, std::move(text));
  }

  // True once the partial asked last has been answered; one of an earlier turn counts as answered.
  bool partial_done() const { return partial_answered_ || partial_turn_ != turn_; }

  net::Loop& loop_;
  const std::shared_ptr<const Sink> sink_;
  Transcriber transcribe_;
  const std::function<void()> mooted_;
  const SegmentPolicy policy_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>();  // its end drops all answers

  bool on_ = false;
  std::uint64_t turn_ = 0;  // counts begins and ends; an answer to an earlier count is stale
  SpeechBuffer buffer_;
  std::deque<Closed> closed_;
  std::size_t open_ = 0;      // where the open segment begins
  std::deque<Pause> pauses_;  // not answered yet
  std::size_t lost_ = 0;      // samples dropped undecoded

  Moot partial_;
  bool partial_answered_ = true;
  std::uint64_t partial_turn_ = 0;
  Time partial_asked_{}, partial_not_before_{};
  std::size_t last_ask_ = 0;
  float loudest_ = SpeechBuffer::kSilence;
  std::string hypothesis_;  // the last one told, for agreement
};

}  // namespace

std::unique_ptr<Session> open_segment_session(net::Loop& loop, Session::Sink sink, Transcriber transcriber,
                                              SegmentPolicy policy, std::function<void()> mooted) {
  return std::make_unique<SegmentSession>(loop, std::move(sink), std::move(transcriber), policy, std::move(mooted));
}

}  // namespace offhook::stt

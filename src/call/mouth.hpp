// Speaks what the conversation orders: clauses to sound by the voice (or from the cache of rendered phrases), sound to
// the caller by the playout as it comes from the voice. One clause ahead: the next is synthesized only while less than
// 4 s of sound wait. Home thread.
//
//   voice    ▁▁███████████▁▁▁    silence around it is trimmed as it comes
//   told       begun       ready
//   playout    ███████████▁
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "call/event.hpp"
#include "call/playout.hpp"
#include "net/loop.hpp"
#include "net/media_clock.hpp"
#include "tts/phrase_cache.hpp"
#include "tts/render.hpp"
#include "tts/tts.hpp"

namespace offhook::call {

class Mouth final : private net::MediaClock::Listener {
 public:
  static constexpr Duration kAhead = 4s;
  static constexpr std::size_t kMostClauses = 256;  // waiting; a reply is bounded before that
  static constexpr Duration kLongestClause = 60s;   // of sound; what a voice makes beyond it is dropped
  static constexpr Duration kSlowest = 150ms;       // a byte of text: a voice that takes longer has stalled

  Mouth(net::Loop& loop, net::MediaClock& clock, Wire& wire, EdgeTraits edge, tts::Voice& voice,
        tts::PhraseCache& phrases, Duration voice_patience, std::function<void(Event)> tell,
        std::function<void(std::string_view provider, std::int64_t characters)> used = {});
  ~Mouth() override;

  void speak(Generation generation, int clause, std::string text);
  void dial(Generation generation, int clause, std::string digits);  // as speak(), but the tones of these keys
  void release(Generation generation);
  void close(Generation generation, int clauses);
  void hold(Generation generation);
  void resume(Generation generation);
  Sample flush(Generation generation);
  void abandon(Generation generation);
  void mark(std::string_view name) { playout_.mark(name, loop_.now()); }

  Sample heard() const { return playout_.heard(loop_.now(), playout_.trip()); }  // by who has hung up
  const Playout& playout() const { return playout_; }

 private:
  struct Clause {
    int number = 0;
    std::string text;
    bool tones = false;
  };
  void take(Generation generation, Clause clause);
  std::shared_ptr<const std::vector<std::int16_t>> known(const Clause& clause);
  void on_frame(Time now) override;
  void begin(Generation generation);
  void next();
  void sound(std::span<const std::int16_t> samples);
  void said(std::size_t bytes, std::int64_t samples);
  void finished(Result<tts::Spoken> done);
  void ready(int number, Sample samples, std::string why);
  void after(Generation generation);
  void watch();

  net::Loop& loop_;
  net::MediaClock& clock_;
  tts::Voice& voice_;
  tts::PhraseCache& phrases_;
  const EdgeTraits edge_;
  const Duration patience_;
  std::function<void(Event)> tell_;
  std::function<void(std::string_view, std::int64_t)> used_;
  Playout playout_;
  bool beating_ = false;
  bool busy_ = false;  // in next() or finished(): clauses are taken one after the other, whoever asks meanwhile

  Generation generation_ = 0;
  std::deque<Clause> waiting_;
  int rendered_ = 0, closed_at_ = -1;
  // The clause under way.
  std::unique_ptr<net::Pending> rendering_;
  Clause under_way_{};
  std::uint32_t job_ = 0;  // of the voice; answers to an older one are not for us any more
  std::optional<tts::Trimmer> trimmer_;
  std::vector<std::int16_t> whole_;                         // as it is played, for the cache
  std::vector<std::pair<std::size_t, std::int64_t>> said_;  // told before anything was audible
};

// What of a clause's sound is kept behind it: a sentence's end wants a breath, a comma less.
tts::Edges edges_of(std::string_view clause);

}  // namespace offhook::call

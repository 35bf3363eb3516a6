// The pacing of a reply's sound, and the truth about what of it was heard. It runs a lead ahead of the far ear and
// knows, to the sample, what has been sent, what is still in the far buffer, and what was played.
//
//   sent      ████████████████░░░░            ░ the lead: sent, not yet heard
//   heard     ████████████████
//   hold      ████████████████░░▚             ▚ one fading frame, then nothing; the far buffer plays out
//   resume                      ▞████         ▞ from the sample where the fading frame began, faded in
//   flush     ████████████████×               clear: the far buffer is dropped, a new epoch begins
//
// What the far ear hears before a clear reaches it is what has been due here by now: the way there delays the sound and
// the clear alike. Of a line that was closed there, only what was due a whole trip ago was heard.
//
// A clause may still be on its way from its voice while it is played. If the voice falls behind, nothing is sent until
// more has come: silence in the middle of a word is heard either way, and this way none is sent that was not needed.
// After that a clause is begun only with a cushion.
//
// Positions are samples of the reply's own sound at the wire's rate; silence sent between two clauses has none.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/ring.hpp"
#include "call/event.hpp"
#include "call/wire.hpp"

namespace offhook::call {

class Playout {
 public:
  using Sound =
      std::shared_ptr<const std::vector<std::int16_t>>;  // a clause or a piece of one, mono, at the wire's rate

  static constexpr Duration kLead = 60ms;          // how far ahead of the ear
  static constexpr Duration kLongestLead = 200ms;  // learnt from how unevenly marks come back, up to this
  static constexpr Duration kMarkEvery = 500ms;
  static constexpr Duration kUnderrun = 5ms;          // a break longer than this is heard
  static constexpr Duration kLateMark = 500ms;        // a last mark that has not come by then is not waited for
  static constexpr Duration kCushion = 60ms;          // after a voice has fallen behind, doubled each time …
  static constexpr Duration kLongestCushion = 240ms;  // … up to this

  struct Tell {
    std::function<void(Generation)> audible;  // its first audible sample has left
    std::function<void(Generation)> drained;  // all of it was heard
  };

  // Whoever is told may call any member, from inside the telling.
  Playout(Wire& wire, EdgeTraits edge, Tell tell);

  void begin(Generation generation);      // a new reply; the one before is forgotten, not cleared
  void add(Sound clause, Time now);       // a whole one, in order; empty ones are skipped
  void add_piece(Sound piece, Time now);  // of a clause of which more will come …
  void end_clause(Time now);              // … until now
  void close(Time now);                   // no clause follows
  void reopen() { closed_ = false; }      // … but for one: harmless once drained
  void release(Time now);                 // from now on it is heard
  void hold(Time now);
  void resume(Time now);
  Sample flush(Time now);                      // stops, drops, clears; how much was heard
  void beat(Time now);                         // every 20 ms
  void mark(std::string_view name, Time now);  // came back from the far end

  Generation generation() const { return generation_; }
  bool active() const { return active_; }
  bool sounding() const { return active_ && released_ && !held_ && !drained_; }  // wants beats
  // Of the reply, whole frames and a share of the one under way. `ago`: as it was so long before.
  Sample heard(Time now, Duration ago = Duration::zero()) const;
  // There and back, as marks have shown it; 0 until one has.
  Duration trip() const { return least_trip_ == Duration::max() ? Duration::zero() : least_trip_; }
  Duration waiting() const;  // sound that has not been sent
  std::uint64_t underruns() const { return underruns_; }
  Duration lead() const { return lead_; }

 private:
  void pump(Time now);
  bool send_frame(Time now);
  void send_mark(Time now);
  bool all_sent() const { return piece_ >= pieces_.size(); }
  Duration span_of_pieces(std::size_t from) const;
  std::size_t ready_to(Time now);
  void finish(Time now);
  std::size_t take(std::int16_t* frame, std::size_t n, std::size_t end, bool advance);

  Wire& wire_;
  const EdgeTraits edge_;
  Tell tell_;

  Generation generation_ = 0;
  bool active_ = false, released_ = false, held_ = false, closed_ = false, audible_ = false, drained_ = false;
  bool fade_in_ = false;
  bool started_ = false;  // something has been sent
  bool resting_ = false;  // nothing was meant to be sent since: a break is no underrun
  bool sound_ = false;    // the last frame was audible
  struct Piece {
    Sound sound;
    bool last;  // of its clause
  };
  std::vector<Piece> pieces_;
  std::size_t piece_ = 0, offset_ = 0;  // next sample to send
  std::size_t open_from_ = 0;           // its first piece
  bool open_ = false;                   // more will come of the clause at the end
  bool thirsty_ = false;                // the voice has fallen behind: not before the cushion is there
  Duration cushion_{};
  Sample position_ = 0;  // … as a position in the reply
  Time far_until_{};     // when the far buffer runs dry
  Time last_mark_at_{};
  std::uint32_t epoch_ = 1;
  struct Sent {
    Time played;      // when the frame's end is heard
    Sample position;  // … and the reply's position then
  };
  Ring<Sent> sent_;
  Sample forgotten_ = 0;  // the position before sent_
  struct Mark {
    Generation generation;
    Sample position;
    Time expected;
  };
  Ring<Mark> marks_;
  Sample confirmed_ = 0;
  Duration trip_{};  // a mark's delay beyond its expected time: there and back
  Duration least_trip_ = Duration::max();
  Duration jitter_{};
  Duration lead_ = kLead;
  std::uint64_t underruns_ = 0;
};

}  // namespace offhook::call

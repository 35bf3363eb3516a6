// Whether one more call may begin. Told of what calls in progress suffer, it refuses new ones before these suffer more,
// and takes some again when it is well below the bound, not just below it.
//
//   media clocks ── lateness ────────────────▶ ┐
//   models' answers ── age beyond "wanted" ──▶ ├─▶ admit(): a Place, or why not
//   places taken, in all and this second ────▶ ┘
//
// A signal's level is the third highest of ten slots of time (a second for lateness, five for age): a hiccup fills one
// or two and refuses nobody, trouble that lasts shows in the third. Calls that have just begun do not show yet: no
// more than `ramp` begin in one second, and the fewer the nearer a level is to its bound. And as a caller hears a
// greeting and says something before any model is asked, the age that calls of before the last ten seconds have brought
// about is taken to grow with those of since: what it will be then must be within the bound.
//
// The webhook's yes is a promise: the socket that follows it within kPromise finds its place kept, whatever has come in
// between. Sockets do not say which webhook they follow (carriers drop what a URL says), so any may take the place; the
// number of places is exact all the same.
//
// Any thread, atomics only. Each call that is offered is counted once: where it was refused, or as admitted.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "base/clock.hpp"
#include "server/recent_slots.hpp"
#include "telemetry/metrics.hpp"

namespace offhook::server {

enum class Refusal : std::uint8_t {
  loading,    // the models are not there yet
  draining,   // the server is ending
  max_calls,  // as many as the configuration allows
  ramp,       // too many have begun that do not show yet
  lateness,   // the calls' frames come late
  age,        // the models' answers come late
};
inline constexpr std::array<std::string_view, 6> refusal_names = {"loading", "draining", "max_calls",
                                                                  "ramp",    "lateness", "age"};
constexpr std::string_view name(Refusal why) {
  return refusal_names[static_cast<std::size_t>(why)];
}

struct AdmissionSettings {
  Duration lateness = 10ms;  // of frames; sound is sent 60 ms ahead, so nobody hears it yet. 0: not looked at
  Duration age = 250ms;      // of models' answers beyond when they were wanted; callers hear it as a slow agent. 0: not
  double recovered = 0.5;    // of a bound: calls are taken again below it
  int ramp = 60;             // calls that may begin in one second for each loop. 0: any number
  int max_calls = 0;         // in progress. 0: any number
};

class Admission {
 public:
  static constexpr Duration kPromise = 10s;          // from the webhook's answer to the carrier's socket
  static constexpr std::size_t kMostPromises = 256;  // beyond, the webhook's yes is none that is kept
  static constexpr Duration kLatenessSlot = 100ms, kAgeSlot = 500ms, kRampSlot = 100ms, kYoungSlot = 1s;
  static constexpr double kMostGrowth = 4;  // where nearly all calls are young, little is known of what they cost

  // One call's, from its socket's opening to its end.
  class Place {
   public:
    Place() = default;  // none
    Place(Place&& other) noexcept : admission_(std::exchange(other.admission_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(admission_, other.admission_);
      return *this;
    }
    ~Place() {
      if (admission_) admission_->leave();
    }

   private:
    friend class Admission;
    explicit Place(Admission* admission) : admission_(admission) {}
    Admission* admission_ = nullptr;
  };

  Admission(AdmissionSettings settings, std::size_t loops);

  void open() { state_.store(State::open, std::memory_order_release); }     // the models are loaded
  void close() { state_.store(State::closed, std::memory_order_release); }  // for good; promises are still kept

  // What is told before open() is of the models' loading, and forgotten.
  void note_lateness(std::size_t loop, Time now, Duration late);
  void note_age(Time now, Duration late);

  std::optional<Refusal> promise(Time now);      // the webhook; none: a place is kept
  std::variant<Place, Refusal> admit(Time now);  // the socket; places end before this does

  int calls() const { return calls_.load(std::memory_order_acquire); }  // places that are held
  bool is_open() const { return state_.load(std::memory_order_acquire) == State::open; }

  // For /metrics. offered = admitted + all refused.
  struct Counts {
    std::int64_t offered, admitted, promised, kept;  // kept: promises that a socket came for
    std::array<std::int64_t, refusal_names.size()> refused;
  };
  Counts counts() const;
  Duration lateness(Time now) const;  // the levels
  Duration age(Time now) const;

 private:
  enum class State : std::uint8_t { loading, open, closed };
  struct Signal {
    Duration bound;
    std::atomic<bool> refuses{false};
  };

  std::optional<Refusal> obstacle(Time now);
  bool beyond(Signal& signal, Duration level) const;
  bool steep(Time now, Duration lateness, Duration age) const;
  void note_begun(Time now);
  bool take_place();
  void forget_promises(Time now);
  bool redeem_promise();
  void leave();
  Refusal refuse(Refusal why);

  using Counter = std::atomic<std::int64_t>;
  const AdmissionSettings settings_;
  const double per_second_;  // calls that may begin in one second; 0: any number
  std::atomic<State> state_{State::loading};
  std::deque<RecentSlots> lateness_;  // one a loop: each writes its own
  RecentSlots age_{kAgeSlot}, begun_{kRampSlot}, young_{kYoungSlot};
  Signal by_lateness_{settings_.lateness}, by_age_{settings_.age};

  std::atomic<int> places_{0};  // calls and promises
  std::atomic<int> calls_{0}, promises_{0};
  std::array<std::atomic<std::int64_t>, kMostPromises> kept_until_{};  // µs of the clock; 0: free
  Counter offered_{0}, admitted_{0}, promised_{0}, kept_{0};
  std::array<Counter, refusal_names.size()> refused_{};
};

void scrape_admission(telemetry::Scrape& scrape, const Admission& admission, Time now);

}  // namespace offhook::server

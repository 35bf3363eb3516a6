// The beat of all calls on one loop: every listener is called every 20 ms, on an absolute grid that does not drift. One
// timer for all calls, not one a call (measured: 20 % of a core instead of 77 % for 500 calls). Listeners are spread over
// four phases 5 ms apart, so that a hundred calls do not all want the core in the same instant.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "net/loop.hpp"

namespace offhook::net {

class MediaClock {
 public:
  static constexpr Duration period = 20ms;
  static constexpr std::size_t phases = 4;

  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_frame(Time now) = 0;  // may remove itself or others, and add others
  };

  explicit MediaClock(Loop& loop);
  void add(Listener& listener);     // to the phase with the fewest
  void remove(Listener& listener);  // harmless if absent

  std::size_t size() const;
  // How late the last beat came; the worst of it is what admission watches.
  Duration lateness() const { return lateness_; }

 private:
  void beat();

  Loop& loop_;
  Timer timer_;
  Time next_{};
  std::size_t phase_ = 0;
  std::array<std::vector<Listener*>, phases> listeners_;  // nullptr: removed during a beat
  bool running_ = false;
  Duration lateness_{};
};

}  // namespace offhook::net

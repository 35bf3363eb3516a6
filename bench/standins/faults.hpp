// What goes wrong, on purpose. Each service has a list: `delay` and `limit` are in force as long as they stand in it;
// of the others the first with strikes left is the one to come, so that {cut once, refuse twice} plays in that order.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "standins/ledger.hpp"

namespace offhook::standins {

struct Fault {
  enum class Kind {
    cut,           // the connection ends without a word
    refuse,        // an upgrade or a request is answered with `status`
    error,         // the vendor's own error message (`body`: its text), then what the vendor does after it
    silent,        // reads on and answers nothing any more, for as long as the connection lives
    garbage,       // one message is replaced: by what is not JSON, or with `binary` by noise
    stop_reading,  // what the client sends piles up on its side; an HTTP request is never answered
    no_end,        // the final event is left out; an HTTP stream then ends as if all were well
    delay,         // every message comes so much later
    limit,         // more than so many at once get the vendor's 429
  };
  Kind kind = Kind::cut;
  // Messages that still go out before it strikes: from the connection's beginning, or from now where it is open
  // already. 0: at once; garbage replaces message number `after`, counted from 0. Not of refuse, no_end, delay, limit.
  std::size_t after = 0;
  int times = -1;          // strikes; -1: no end
  int status = 503;        // refuse
  std::string body = {};   // refuse: empty, the vendor's own; error: its text
  Duration retry_after{};  // refuse, limit: the header, in seconds; 0: none
  Duration delay{};        // delay
  std::size_t limit = 0;   // limit
  bool binary = false;     // garbage
};

// {"service":"deepgram","faults":[{"kind":"cut","after":3,"times":1},{"kind":"refuse","status":429,"retry_after_s":2},
// {"kind":"delay","delay_ms":50}]}; service "*": all. Takes the place of what was set before.
Result<std::pair<std::vector<Service>, std::vector<Fault>>> parse_faults(std::string_view json);

// Who wants to know that the faults of his service have changed.
class FaultListener {
 public:
  virtual ~FaultListener() = default;
  virtual void on_faults_changed() = 0;
};

// Of one loop.
class FaultBoard {
 public:
  explicit FaultBoard(Ledger& ledger) : ledger_(ledger) {}

  void set(Service service, std::vector<Fault> faults);
  const Fault* next(Service service) const;  // that will strike; nullptr: none
  // The first strikes: it has one less left. Invalidates what next() gave.
  void struck(Service service);
  Duration delay(Service service) const;
  const Fault* limit(Service service) const;

  void listen(Service service, FaultListener& listener) { of(service).listeners.insert(&listener); }
  void forget(Service service, FaultListener& listener) { of(service).listeners.erase(&listener); }

 private:
  struct List {
    std::vector<Fault> faults;
    std::set<FaultListener*> listeners;
  };
  List& of(Service service) { return lists_[static_cast<std::size_t>(service)]; }
  const List& of(Service service) const { return lists_[static_cast<std::size_t>(service)]; }

  Ledger& ledger_;
  std::array<List, kServices> lists_;
};

}  // namespace offhook::standins

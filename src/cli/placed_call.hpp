// A call under way, on a loop of its own: watches the call's words at the server, then places it. What happens is
// handed to the thread that waits through a mailbox with a file descriptor, so that a slow terminal never delays the
// sound.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cli/sound_card.hpp"
#include "edge/call_report.hpp"
#include "edge/caller.hpp"
#include "net/event_loop.hpp"

namespace offhook::cli {

struct CallPlan {
  std::string url;         // of the telephone socket
  std::string events_url;  // of the words; none are shown if it cannot be opened
  std::string auth_token;  // empty: unsigned
  edge::CallScript script;
  bool record = false;
  Speaker* speaker = nullptr;  // outlives the call
};

struct CallResult {
  edge::CallerOutcome outcome;
  bool connected = false, answered = false;
  std::vector<edge::CallerTurn> turns;
  std::vector<edge::ToldTurn> told;
  bool watched = false;                          // the server tells words and tools
  std::vector<edge::TranscriptLine> transcript;  // by time
  std::vector<edge::CallEvent> tools, returned;  // as they were called; as they returned
  std::uint64_t underruns = 0, dropped_bytes = 0, strange = 0;
  std::deque<SoundFrame> sent, heard;  // the recording, if one was wanted
};

class PlacedCall {
 public:
  static constexpr std::size_t kMostEvents = 4096;  // waiting for the other thread; then partial words are dropped

  explicit PlacedCall(CallPlan plan);
  ~PlacedCall();
  PlacedCall(const PlacedCall&) = delete;
  PlacedCall& operator=(const PlacedCall&) = delete;

  void hang_up(std::string why);           // any thread
  int ready_fd() const { return ready_; }  // readable: look again
  struct News {
    std::vector<edge::CallEvent> events;
    std::vector<std::string> notes;
    std::unique_ptr<CallResult> result;  // set once: the call is over
  };
  News news();

 private:
  class OnLoop;
  struct Mailbox;

  int ready_;
  std::unique_ptr<Mailbox> mailbox_;
  net::EventLoop loop_{"caller"};
  std::unique_ptr<OnLoop> on_loop_;  // touched on the loop only
};

}  // namespace offhook::cli

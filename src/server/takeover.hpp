// A new process takes over the listening socket of the one that runs, so that a version changes without a refused
// connection and without a cut call. They talk over a unix socket in data_dir, mode 0600, a packet each:
//
//   successor                                     predecessor
//      │ ── "offhook takeover 1" ──────────────────▶ │
//      │ ◀────── "listening", the listening socket ─ │  and goes on as before
//      │  loads its models                           │
//      │ ── "ready" ───────────────────────────────▶ │
//      │ ◀──────────────────────────────── "yours" ─ │  stops accepting, lets its calls end
//      │  accepts                                    │
//
// Between the last two, connections wait in the kernel's queue of that socket, which both hold. If the successor ends
// before "ready", or takes longer than kLoading, the predecessor goes on as if nothing had been. If the predecessor
// ends first, the successor has the socket already and goes on. "no: WHY" in place of an answer refuses.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "base/result.hpp"

namespace offhook::server {

// Where the two meet: of the port, so that several servers may share a folder.
std::string takeover_name(std::uint16_t port);

// The running one's side. Never blocks. One thread.
class TakeoverDoor {
 public:
  static constexpr Duration kGreeting = 2s;    // from a connection to its first packet
  static constexpr Duration kLoading = 10min;  // from there to "ready"
  using Share = std::function<Result<Descriptor>()>;

  // In place of whatever has that name: who calls this listens on the port, so nobody else does.
  static Result<std::unique_ptr<TakeoverDoor>> open(const std::string& folder, std::uint16_t port, Share share);
  ~TakeoverDoor();  // removes the name, unless it is another's by now
  TakeoverDoor(const TakeoverDoor&) = delete;
  TakeoverDoor& operator=(const TakeoverDoor&) = delete;

  std::vector<int> waits_for() const;  // readable: look() has something to do
  // Answers whoever came. True once: a successor is ready and has been told that the address is its own.
  bool look(Time now);

 private:
  TakeoverDoor(Descriptor folder, std::string name, Descriptor listening, std::uint64_t inode, Share share);
  void let_in(Time now);
  bool hear();
  void give_up(const char* why);

  const Descriptor folder_;
  const std::string name_;
  const Descriptor listening_;
  const std::uint64_t inode_;
  const Share share_;
  Descriptor successor_;
  bool shared_ = false;  // it has the socket
  bool choked_ = false;  // no connection can be taken now, of too few descriptors, say: not waited for, but looked at
  Time until_{};         // what is awaited of it must have come
};

// The new one's side. Blocks, each wait bounded at kPatience.
class Takeover {
 public:
  static constexpr Duration kPatience = 5s;

  // None: nobody runs there.
  static Result<std::optional<Takeover>> begin(const std::string& folder, std::uint16_t port);

  Descriptor take_socket() { return std::move(socket_); }
  // Says ready; returns when connections are ours alone, also if the predecessor has ended or hangs. An error: it has
  // given us up and goes on, and we must not.
  Result<void> finish();

 private:
  explicit Takeover(Descriptor predecessor) : predecessor_(std::move(predecessor)) {}
  Descriptor predecessor_, socket_;
};

}  // namespace offhook::server

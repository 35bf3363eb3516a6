// The ends of pipes that are ours (net/child_process.hpp), read and written by a loop. Home thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "net/event_loop.hpp"

namespace offhook::net {

class PipeReader {
 public:
  // Neither is called from inside a member; each may destroy the reader. `ended` comes once, last: the other side has
  // closed its end.
  struct Sink {
    std::function<void(std::string_view bytes)> bytes;  // as they come, cut anywhere
    std::function<void()> ended;
  };
  PipeReader(EventLoop& loop, Descriptor fd, Sink sink);
  ~PipeReader();

  static constexpr std::size_t piece = 64 << 10;  // bytes read before others on the loop have their turn

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

class PipeWriter {
 public:
  PipeWriter(EventLoop& loop, Descriptor fd);  // a socket, so that writing where nobody reads is no signal
  ~PipeWriter();                               // what is queued is dropped

  // Queues bytes. Errc::full: more than `max_queued` would wait for a reader that does not read; nothing of them is
  // sent. Errc::closed after close(), or when the reader has gone.
  Result<void> write(std::string_view bytes);
  void close();  // behind what is queued

  static constexpr std::size_t max_queued = 4 << 20;

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace offhook::net

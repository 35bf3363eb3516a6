#include "net/pipe.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace offhook::net {

namespace asio = boost::asio;

namespace {

using Watched = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;

bool try_again(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

// ---- reading

struct PipeReader::State : std::enable_shared_from_this<State> {
  State(EventLoop& loop_, Descriptor fd_, Sink sink_)
      : loop(loop_), fd(loop_.context(), fd_.release()), sink(std::make_shared<Sink>(std::move(sink_))) {}

  void wait() {
    fd.async_wait(Watched::wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
      const EventLoop::Watch watch(self->loop, "pipe");
      if (!error) self->read();
    });
  }
  void read() {
    buffer.resize(piece);
    const ssize_t got = ::read(fd.native_handle(), buffer.data(), buffer.size());
    const std::shared_ptr<Sink> told = sink;  // whoever is told may let go of us
    if (!told) return;
    if (got > 0) {
      told->bytes({buffer.data(), static_cast<std::size_t>(got)});
    } else if (got == 0 || !try_again(errno)) {
      sink.reset();
      return told->ended();
    }
    if (sink) wait();
  }

  EventLoop& loop;
  Watched fd;
  std::shared_ptr<Sink> sink;  // null: nobody wants to know any more
  std::vector<char> buffer;
};

PipeReader::PipeReader(EventLoop& loop, Descriptor fd, Sink sink)
    : state_(std::make_shared<State>(loop, std::move(fd), std::move(sink))) {
  state_->wait();
}

PipeReader::~PipeReader() {
  state_->sink.reset();
  boost::system::error_code ignored;
  state_->fd.close(ignored);
}

// ---- writing

struct PipeWriter::State : std::enable_shared_from_this<State> {
  State(EventLoop& loop_, Descriptor fd_) : loop(loop_), fd(loop_.context(), fd_.release()) {}

  void flush() {
    while (open && !queue.empty()) {
      const ssize_t sent = ::send(fd.native_handle(), queue.data(), queue.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent >= 0) {
        queue.erase(0, static_cast<std::size_t>(sent));
      } else if (try_again(errno)) {
        return wait();
      } else {
        shut();
      }
    }
    if (closing) shut();
  }
  void wait() {
    if (std::exchange(waiting, true)) return;
    fd.async_wait(Watched::wait_write, [self = shared_from_this()](const boost::system::error_code& error) {
      const EventLoop::Watch watch(self->loop, "pipe");
      self->waiting = false;
      if (!error) self->flush();
    });
  }
  void shut() {
    open = false;
    queue.clear();
    boost::system::error_code ignored;
    fd.close(ignored);
  }

  EventLoop& loop;
  Watched fd;
  std::string queue;
  bool open = true, closing = false, waiting = false;
};

PipeWriter::PipeWriter(EventLoop& loop, Descriptor fd) : state_(std::make_shared<State>(loop, std::move(fd))) {}

PipeWriter::~PipeWriter() {
  state_->shut();
}

Result<void> PipeWriter::write(std::string_view bytes) {
  if (!state_->open || state_->closing) return Error{Errc::closed, "writing to a pipe: nobody reads it any more"};
  if (state_->queue.size() + bytes.size() > max_queued)
    return Error{Errc::full, "writing to a pipe: " + std::to_string(state_->queue.size()) +
                                 " bytes wait already, as the other side does not read"};
  state_->queue += bytes;
  state_->flush();
  return {};
}

void PipeWriter::close() {
  state_->closing = true;
  state_->flush();
}

}  // namespace offhook::net

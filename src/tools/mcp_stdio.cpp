#include "tools/mcp_stdio.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "base/secret.hpp"
#include "base/token_bucket.hpp"
#include "base/utf8.hpp"
#include "net/child_process.hpp"
#include "net/pipe.hpp"

namespace offhook::tools {
namespace {

constexpr std::size_t kMostLine = 1 << 20;                      // bytes of a message: mcp_messages.hpp takes no more
constexpr std::size_t kMostLogged = 300;                        // characters of a line of stderr
constexpr TokenBucket::Limits kLogged{.rate = 1, .burst = 20};  // lines a second
constexpr Duration kLook = 10ms;        // how soon its end is noticed once its output has ended …
constexpr Duration kWatch = 500ms;      // … and where something it started holds that open
constexpr Duration kEnding = 500ms;     // for a process whose output has ended to end itself
constexpr Duration kGrace = 1s;         // from the end of its input to SIGTERM …
constexpr Duration kGraceTerm = 500ms;  // … and from there to SIGKILL

// Lines of a stream that is cut anywhere, each of kMostLine bytes at most.
class LineCutter {
 public:
  // False: a line is longer. `line` may let go of whoever owns this.
  bool feed(std::string_view bytes, const std::function<bool(std::string_view)>& line) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      if (kept_.size() + std::min(end, bytes.size()) > kMostLine) return false;
      kept_ += bytes.substr(0, end);
      if (end == bytes.npos) break;
      bytes.remove_prefix(end + 1);
      std::string whole = std::move(kept_);
      kept_.clear();
      if (whole.ends_with('\r')) whole.pop_back();
      if (!line(whole)) return true;
    }
    return true;
  }

 private:
  std::string kept_;
};

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? value : "";
}

class McpStdio final : public McpTransport {
 public:
  McpStdio(net::EventLoop& loop, const McpAddress& address, Sink sink)
      : loop_(loop),
        address_(address),
        sink_(std::make_shared<Sink>(std::move(sink))),
        look_(loop, [this] { look(); }) {
    if (auto started = start(); !started) {
      trouble_ = started.error();
      look_.at(loop.now());
    }
  }
  ~McpStdio() override { sink_.reset(); }

  void send(std::int64_t id, std::string message, Deadline) override {
    message += '\n';
    const Result<void> written = input_ ? input_->write(message) : Result<void>();
    if (written || written.error().code != Errc::full || id < 0) return;  // where nobody reads, the end is near
    loop_.post([sink = std::weak_ptr(sink_), id, why = written.error()] {
      if (const auto told = sink.lock()) told->failed(id, why);
    });
  }

  void agreed(std::string_view) override { logged_ = log::Level::debug; }

  void close(std::function<void()> done) override {
    sink_.reset();
    output_.reset();
    if (!child_) return loop_.post(std::move(done));
    closed_ = std::move(done);
    input_->close();
    ending_ = loop_.now() + kGrace;
    look_.at(loop_.now());
  }

 private:
  Result<void> start() {
    auto environment = address_.environment;
    for (const std::string name : {"PATH", "HOME"})
      if (std::ranges::find(environment, name, &std::pair<std::string, std::string>::first) == environment.end())
        environment.emplace_back(name, variable(name));
    const auto path = std::ranges::find(environment, std::string("PATH"), &std::pair<std::string, std::string>::first);
    auto command = address_.command;
    command.front() = net::find_program(address_.command.front(), path->second);
    if (command.front().empty())
      return Error{Errc::not_found, "starting " + address_.command.front() +
                                        ": there is no such program in PATH; install it, or write its whole path"};
    auto child = net::ChildProcess::spawn({.command = command, .piped = true, .environment = environment});
    if (!child) return child.error();
    child_.emplace(std::move(*child));
    input_ = std::make_unique<net::PipeWriter>(loop_, std::move(child_->pipes().input));
    output_ = std::make_unique<net::PipeReader>(
        loop_, std::move(child_->pipes().output),
        net::PipeReader::Sink{[this](std::string_view bytes) { hear(bytes); }, [this] { output_ended(); }});
    look_.after(kWatch);
    errors_ = std::make_unique<net::PipeReader>(
        loop_, std::move(child_->pipes().errors),
        net::PipeReader::Sink{[this](std::string_view bytes) { grumble(bytes); }, [] {}});
    return {};
  }

  void hear(std::string_view bytes) {
    const auto sink = sink_;  // whoever is told may let go of us, and of this
    const bool fits = lines_.feed(bytes, [&](std::string_view line) {
      if (line.find_first_not_of(" \t") != line.npos) sink->message(line);
      return sink.use_count() > 1;
    });
    if (fits) return;
    lose({Errc::full, "it sent a line of more than " + std::to_string(kMostLine) +
                          " bytes; a server that sends such messages is not supported"});
  }

  void grumble(std::string_view bytes) {
    const bool fits = errors_lines_.feed(bytes, [&](std::string_view line) {
      std::string text(line);
      for (const std::string& secret : address_.secrets) text = without_secret(std::move(text), secret);
      text = one_line(text, kMostLogged);
      if (text.empty()) return true;
      if (logged_ == log::Level::info) last_line_ = text;
      if (logs_.take(loop_.now()))
        log::write(logged_, {}, "mcp_server_wrote", {{"server", address_.name}, {"line", text}});
      return true;
    });
    if (!fits) errors_lines_ = {};  // what is no line is nobody's log
  }

  // Its output has ended: so will it, and how is worth knowing.
  void output_ended() {
    output_.reset();
    ending_ = loop_.now() + kEnding;
    look_.after(kLook);
  }

  void look() {
    if (trouble_) return lose(*trouble_);
    if (const auto how = child_->ended()) return over("it " + *how);
    if (loop_.now() >= ending_ && !closed_) return over("it has closed its output");
    if (loop_.now() >= ending_) {
      if (std::exchange(terminated_, true)) return over("it was killed");
      child_->signal(SIGTERM);
      ending_ = loop_.now() + kGraceTerm;
    }
    look_.after(ending_ == Time::max() ? kWatch : kLook);
  }

  void over(const std::string& how) {
    if (const auto done = std::exchange(closed_, nullptr)) {
      child_.reset();
      return done();
    }
    lose({Errc::closed, how + (last_line_.empty() ? "" : "; it last wrote: " + last_line_)});
  }

  void lose(Error why) {
    const auto sink = std::exchange(sink_, nullptr);
    look_.cancel();
    output_.reset();
    input_.reset();
    child_.reset();
    if (sink) sink->lost(std::move(why));
  }

  net::EventLoop& loop_;
  const McpAddress address_;
  std::shared_ptr<Sink> sink_;  // null: nobody wants to know any more
  std::optional<Error> trouble_;
  std::optional<net::ChildProcess> child_;
  std::unique_ptr<net::PipeWriter> input_;
  std::unique_ptr<net::PipeReader> output_, errors_;
  LineCutter lines_, errors_lines_;
  log::Level logged_ = log::Level::info;
  TokenBucket logs_{kLogged};
  std::string last_line_;
  net::Timer look_;
  Time ending_ = Time::max();
  std::function<void()> closed_;
  bool terminated_ = false;
};

}  // namespace

std::unique_ptr<McpTransport> connect_mcp_stdio(net::EventLoop& loop, const McpAddress& address,
                                                McpTransport::Sink sink) {
  return std::make_unique<McpStdio>(loop, address, std::move(sink));
}

}  // namespace offhook::tools

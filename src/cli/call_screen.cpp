#include "cli/call_screen.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "edge/call_report.hpp"

namespace offhook::cli {
namespace {

using Kind = edge::CallEvent::Kind;

constexpr const char *kCaller = "\x1b[36m", *kAgent = "\x1b[32m", *kDim = "\x1b[2m", *kBold = "\x1b[1m",
                     *kPlain = "\x1b[0m";

std::size_t columns() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

// The end of the text, in at most so many characters: a line that wraps cannot be rewritten.
std::string_view tail(std::string_view text, std::size_t most) {
  std::size_t at = text.size(), count = 0;
  while (at > 0 && count < most)
    if ((static_cast<unsigned char>(text[--at]) & 0xC0) != 0x80) ++count;
  return text.substr(at);
}

void write(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

CallScreen::CallScreen(bool quiet)
    : quiet_(quiet), terminal_(isatty(STDOUT_FILENO) && std::getenv("NO_COLOR") == nullptr) {}

std::string CallScreen::tinted(const char* colour, std::string_view text) const {
  return terminal_ ? colour + std::string(text) + kPlain : std::string(text);
}

void CallScreen::wipe() {
  if (live_) write("\r\x1b[K");
  live_ = false;
}

void CallScreen::live(bool agent, const std::string& text) {
  if (!terminal_) return;
  wipe();
  const std::string shown = edge::printable(text);
  write(tinted(
      kDim, std::string("         ") + (agent ? "agent   " : "caller  ") + std::string(tail(shown, columns() - 20))));
  live_ = true;
}

void CallScreen::settle(bool agent, double at_ms, const std::string& text) {
  wipe();
  char at[32];
  std::snprintf(at, sizeof at, "%6.1f s ", at_ms / 1000);
  write(at + tinted(agent ? kAgent : kCaller, agent ? "agent   " : "caller  ") + edge::printable(text) + "\n");
}

void CallScreen::show(const edge::CallEvent& event) {
  if (quiet_) return;
  switch (event.kind) {
    case Kind::caller_partial: return live(false, event.text);
    case Kind::caller_final: return settle(false, event.at_ms, event.text);
    case Kind::agent_clause:
      agent_says_ += (agent_says_.empty() ? "" : " ") + event.text;
      return live(true, agent_says_);
    case Kind::agent_said: agent_says_.clear(); return settle(true, event.at_ms, event.text + (event.cut ? " —" : ""));
    case Kind::hold: return note("the agent pauses" + (event.why.empty() ? "" : ": " + event.why));
    case Kind::resume: return note("the agent goes on" + (event.why.empty() ? "" : ": " + event.why));
    case Kind::flush: agent_says_.clear(); return note("the agent stops" + (event.why.empty() ? "" : ": " + event.why));
    case Kind::tool: return note("the agent uses " + event.text);
    case Kind::tool_returned:
    case Kind::turn:
    case Kind::ended: return;
  }
}

void CallScreen::note(std::string_view text) {
  if (quiet_) return;
  wipe();
  write(tinted(kDim, "         · " + edge::printable(text)) + "\n");
}

void CallScreen::report(std::string_view title, std::string_view rest) {
  if (quiet_) return;
  wipe();
  write(tinted(kBold, edge::printable(title)) + "\n" + std::string(rest));
}

}  // namespace offhook::cli

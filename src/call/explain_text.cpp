#include "call/explain_text.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace offhook::call {
namespace {

constexpr int kBar = 40;  // characters of v2v

[[gnu::format(printf, 2, 3)]] void print(std::string& out, const char* format, ...) {
  char text[256];
  va_list args;
  va_start(args, format);
  std::vsnprintf(text, sizeof text, format, args);
  va_end(args);
  out += text;
}

double seconds(Duration d) {
  return to_ms(d) / 1000;
}

void head(std::string& out, const Story& s) {
  out += "call " + s.head.call + ", agent " + s.head.agent + ", began " + s.head.started;
  print(out, ", lasted %.1f s\n", seconds(s.length));
  print(out, "%-16s", "ended");
  out += (s.end.empty() ? "not in this log: it breaks off" : s.end) + "\n";
  if (!s.head.words) print(out, "%-16s%s\n", "words", "masked (record.words: off)");

  std::vector<Duration> v2v;
  for (const auto& turn : s.turns)
    if (turn.audible != Story::kNever) v2v.push_back(Duration(turn.v2v_us));
  print(out, "%-16s%zu", "turns", s.turns.size());
  if (!v2v.empty())
    print(out, ", voice to voice %.0f ms in the middle, %.0f ms at most", to_ms(median(v2v)),
          to_ms(*std::max_element(v2v.begin(), v2v.end())));
  if (v2v.size() < s.turns.size()) print(out, ", %zu without an answer that was heard", s.turns.size() - v2v.size());
  std::size_t holds = 0;
  for (const auto& [generation, reply] : s.replies) holds += reply.holds.size();
  const auto resumed = hitches(s);
  print(out, "\n%-16s%zu", "holds", holds);
  if (!resumed.empty())
    print(out, ", %zu of them hitches of %.0f ms in the middle", resumed.size(), to_ms(median(resumed)));
  print(out, "\n%-16s%d\n%-16s%d, %d of them wasted\n%-16s%d\n", "interruptions", s.interruptions, "speculations",
        s.speculations, s.wasted, "failures", s.failures);
  if (s.not_understood > 0) {
    print(out, "%-16s%zu, the first is ", "not understood", s.not_understood);
    out += s.first_of_them + "\n";
  }
}

// Each part where it lies between the caller's last sound and the answer's first.
void waterfall(std::string& out, const Story::Turn& turn) {
  if (turn.audible == Story::kNever) return;
  print(out, "\n%21svoice to voice %.0f ms, ", "", static_cast<double>(turn.v2v_us) / 1000);
  out += turn.how + "\n";
  const double all = std::max(1.0, static_cast<double>(turn.v2v_us));
  const auto column = [&](double us) { return static_cast<int>(std::clamp(us / all, 0.0, 1.0) * kBar + 0.5); };
  double at = 0, sum = 0;
  for (const auto& part : turn.parts) {
    const int from = column(at), to = column(at + static_cast<double>(part.us));
    print(out, "%21s%-12s%6.0f ms  %*s", "", part.name, static_cast<double>(part.us) / 1000, from, "");
    for (int i = from; i < std::max(to, from + 1); ++i) out += "█";
    out += "\n";
    at += static_cast<double>(part.us);
    sum += static_cast<double>(part.us);
  }
  print(out, "%21s%-12s%6.0f ms  %s\n", "", "together", sum / 1000, turn.adds_up ? "" : "which is NOT voice to voice");
}

void moments(std::string& out, const Story& s, Duration from, Duration to) {
  for (auto m = moments_from(s, from); m != s.moments.end() && m->at < to; ++m) {
    print(out, "%10.3f  %-9s", seconds(m->at), name(m->who));
    out += m->text + "\n";
  }
}

}  // namespace

std::string explained(const Story& s, int turn) {
  std::string out;
  head(out, s);
  const Duration first = s.turns.empty() ? Duration::max() : s.turns.front().began;
  if (turn == 0) {
    out += s.turns.empty() ? "\nThere was no turn\n" : "\nBefore the first turn\n";
    moments(out, s, Duration::zero(), first);
  }
  for (std::size_t i = 0; i < s.turns.size(); ++i) {
    const auto& t = s.turns[i];
    if (turn != 0 && static_cast<std::size_t>(turn) != i + 1) continue;
    print(out, "\nTurn %zu: ", i + 1);
    out += "\"" + t.words + "\"\n";
    moments(out, s, t.began, i + 1 < s.turns.size() ? s.turns[i + 1].began : Duration::max());
    waterfall(out, t);
  }
  return out;
}

}  // namespace offhook::call

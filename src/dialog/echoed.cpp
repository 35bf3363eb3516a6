#include "dialog/echoed.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "dialog/words.hpp"

namespace offhook::dialog {
namespace {

// Words that turn or stop a conversation: not mishearings of something else.
constexpr std::array kOfTheCaller{"no",  "nope",  "not",    "don't",  "never", "yes",     "yeah",     "okay",
                                  "ok",  "sure",  "stop",   "wait",   "hold",  "hang",    "but",      "what",
                                  "why", "hello", "i'd",    "i'll",   "i'm",   "instead", "actually", "sorry",
                                  "my",  "me",    "please", "thanks", "excuse"};

constexpr std::size_t kMostWords = 300;  // of the agent's, the last ones

// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t other = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({other, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

bool alike(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const std::size_t longer = std::max(a.size(), b.size());
  if (longer < 4 || longer > 40) return false;
  return distance(a, b) * 3 <= longer;
}

// The best place of `heard` in `said` (Smith and Waterman 1981): which of its words are the agent's.
std::vector<bool> matched(const std::vector<std::string>& heard, const std::vector<std::string>& said) {
  constexpr int kSame = 2, kOther = -1, kMissing = -1;
  const std::size_t columns = said.size() + 1;
  std::vector<int> score((heard.size() + 1) * columns, 0);
  std::size_t best = 0;
  for (std::size_t i = 1; i <= heard.size(); ++i)
    for (std::size_t j = 1; j < columns; ++j) {
      const std::size_t at = i * columns + j;
      score[at] = std::max({0, score[at - columns - 1] + (alike(heard[i - 1], said[j - 1]) ? kSame : kOther),
                            score[at - columns] + kMissing, score[at - 1] + kMissing});
      if (score[at] > score[best]) best = at;
    }
  std::vector<bool> is(heard.size(), false);
  for (std::size_t at = best; score[at] > 0;) {
    const std::size_t i = at / columns, j = at % columns;
    const bool same = alike(heard[i - 1], said[j - 1]);
    if (score[at] == score[at - columns - 1] + (same ? kSame : kOther)) {
      is[i - 1] = same;
      at -= columns + 1;
    } else {
      at -= score[at] == score[at - columns] + kMissing ? columns : 1;
    }
  }
  return is;
}

}  // namespace

bool echoed(std::string_view transcript, std::string_view said) {
  const auto heard = words_of(transcript);
  auto agent = words_of(said);
  if (heard.empty() || agent.empty() || heard.size() > kMostWords) return false;
  if (agent.size() > kMostWords) agent.erase(agent.begin(), agent.end() - kMostWords);
  if (heard.size() < 3) {
    if (ending_of(transcript) != Ending::open) return false;
    return std::search(agent.begin(), agent.end(), heard.begin(), heard.end()) != agent.end();
  }
  const auto is = matched(heard, agent);
  const auto same = static_cast<std::size_t>(std::count(is.begin(), is.end(), true));
  if (heard.size() == 3 ? same < 3 : same * 10 < heard.size() * 7) return false;
  for (std::size_t i = 0; i < heard.size(); ++i)
    if (!is[i] && std::find(kOfTheCaller.begin(), kOfTheCaller.end(), heard[i]) != kOfTheCaller.end()) return false;
  return true;
}

}  // namespace offhook::dialog

#include "server/setting_by_name.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <type_traits>
#include <utility>

#include "call/record.hpp"
#include "server/duration_text.hpp"

namespace offhook::server {
namespace {

using call::Settings;

// Where the agent's file has another name than the settings, a word for a number, or another unit.
struct Alias {
  std::string_view name, setting;
  std::vector<std::pair<std::string_view, std::string_view>> words = {};
  int scale = 1, most = 0;  // of a number from 0 to `most` that may be a fraction; 0: as the settings have it
};
const std::vector<Alias>& aliases() {
  static const std::vector<Alias> all = {
      {"turn.owner", "owner"},
      {"turn.detector", "detector", {{"smart-turn", "true"}, {"none", "false"}}},
      {"turn.words", "word_scorer", {{"model", "true"}, {"tables", "false"}}},
      {"turn.rule", "rule"},
      {"turn.threshold", "threshold", {}, 1000, 1},
      {"turn.adaptive", "adaptive"},
      {"turn.vad_stop", "vad_stop"},
      {"turn.eagerness", "eagerness_percent", {{"low", "160"}, {"normal", "100"}, {"high", "60"}}},
      {"turn.min_delay", "min_delay"},
      {"turn.max_delay", "max_delay"},
      {"turn.interruptions", "interruptions"},
      {"turn.min_words", "min_words"},
      {"turn.min_duration", "min_duration"},
      {"turn.filler", "filler"},
      {"turn.mute", "mute"},
      {"limits.call", "longest_call"},
      {"limits.idle", "idle"},
      {"limits.idle_prompts", "idle_prompts"},
      {"limits.turn", "longest_turn"},
      {"limits.cost", "budget_micros", {}, 1'000'000, 10'000},
      {"phrases.idle", "idle_text"},
      {"phrases.goodbye", "goodbye_text"},
      {"phrases.apology", "apology_text"},
      {"phrases.failure", "failure_text"},
  };
  return all;
}

struct Names {
  std::vector<std::string> list;
  template <class T>
  void operator()(const char* name, T&) {
    // Positions in a log are counted in its rate; a list of tools and a flow are no values.
    if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, Duration> || std::is_enum_v<T> ||
                  std::is_arithmetic_v<T>)
      if (std::string_view(name) != "rate") list.emplace_back(name);
  }
};

template <class T>
struct Find {
  std::string_view name;
  T* found = nullptr;
  template <class U>
  void operator()(const char* n, U& value) {
    if constexpr (std::is_same_v<T, U>)
      if (name == n) found = &value;
  }
};

// Reads `value` for the setting of that name; `expected` says what did not fit.
struct Set {
  std::string_view name, value;
  int scale = 1, most = 0;  // as an alias has them
  bool fits = false;
  std::string expected = "another value";

  template <class T>
  void operator()(const char* n, T& to) {
    if (name != n) return;
    fits = read(to);
  }

  bool read(std::string& to) {
    to = value;
    return true;
  }
  bool read(Duration& to) {
    if (auto d = parse_duration(value)) {
      to = *d;
      return true;
    }
    expected = "a duration such as 300ms or 1.5s";
    return false;
  }
  bool read(bool& to) {
    expected = "on or off";
    to = value == "on" || value == "true";
    return to || value == "off" || value == "false";
  }
  template <class T>
  bool read(T& to) {
    if constexpr (std::is_enum_v<T>) {
      expected = "one of the words that the agent's file may have there";
      if (value.find_first_not_of("abcdefghijklmnopqrstuvwxyz_-") != value.npos) return false;
      // The log knows the names of its own values.
      auto line = call::read_line("{\"offhook\":1,\"settings\":{\"" + std::string(name) + "\":\"" + std::string(value) +
                                  "\"}}");
      Find<T> other{name};
      if (!line) return false;
      std::get<call::Head>(*line).settings.visit(other);
      if (!other.found) return false;
      to = *other.found;
      return true;
    } else if constexpr (std::is_integral_v<T>) {
      if (most > 0) {
        expected = "a number from 0 to " + std::to_string(most);
        const auto number = parsed<double>();
        if (!number || !(*number >= 0 && *number <= most)) return false;  // nor NaN
        to = static_cast<T>(*number * scale + 0.5);
        return true;
      }
      expected = "a whole number from 0";
      const auto number = parsed<T>();
      if (!number || *number < 0 || *number > 1'000'000'000) return false;
      to = *number;
      return true;
    } else {
      return false;
    }
  }

  template <class T>
  std::optional<T> parsed() const {
    T number{};
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size()) return std::nullopt;
    return number;
  }
};

// Letters to change, add or drop.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j)
      diagonal = std::exchange(row[j + 1], std::min({row[j] + 1, row[j + 1] + 1, diagonal + (a[i] != b[j])}));
  }
  return row.back();
}

std::string_view behind_dot(std::string_view name) {
  return name.substr(name.find('.') + 1);  // all of it where there is none
}

std::string nearest(std::string_view name) {
  auto all = setting_names();
  const auto apart = [&](const std::string& other) {
    return name.find('.') == name.npos ? distance(name, behind_dot(other)) : distance(name, other);
  };
  std::stable_sort(all.begin(), all.end(),
                   [&](const std::string& a, const std::string& b) { return apart(a) < apart(b); });
  std::string text;
  for (std::size_t i = 0; i < 3; ++i) text += (i ? ", " : "") + all[i];
  return text;
}

}  // namespace

std::vector<std::string> setting_names() {
  std::vector<std::string> all;
  for (const auto& alias : aliases()) all.emplace_back(alias.name);
  Names names;
  Settings{}.visit(names);
  all.insert(all.end(), names.list.begin(), names.list.end());
  return all;
}

Result<void> set_by_name(Settings& settings, std::string_view name, std::string_view value) {
  std::string_view setting = name, word = value;
  const Alias* alias = nullptr;
  for (const auto& a : aliases())
    if (a.name == name) alias = &a;
  if (alias) {
    setting = alias->setting;
    for (const auto& [from, to] : alias->words)
      if (from == value) word = to;
  } else if (name.starts_with("turn.") || name.starts_with("limits.") || name.starts_with("audio.")) {
    setting = behind_dot(name);  // most have one name in both
  }
  Names names;
  settings.visit(names);
  if (std::find(names.list.begin(), names.list.end(), setting) == names.list.end())
    return Error{Errc::invalid, "there is no setting " + std::string(name) + "; nearest are " + nearest(name)};
  Set set{setting, word};
  if (alias) set.scale = alias->scale, set.most = alias->most;
  settings.visit(set);
  if (set.fits) return {};
  std::string expected = set.expected;
  if (alias && !alias->words.empty()) {
    expected.clear();
    for (const auto& [from, to] : alias->words) expected += std::string(from) + ", ";
    expected += "or " + set.expected;
  }
  return Error{Errc::invalid, std::string(name) + ": found \"" + std::string(value) + "\", expected " + expected};
}

}  // namespace offhook::server

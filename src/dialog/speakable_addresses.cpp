#include <algorithm>
#include <array>

#include "dialog/lower_case.hpp"
#include "dialog/speakable_rules.hpp"

namespace offhook::dialog {
namespace {

constexpr std::size_t kLongestPath = 40;  // bytes; a longer one nobody would write down

// Endings that tell an address from a full stop without its blank. Those that are words ("it", "is", "me") do not.
constexpr std::string_view kEndings[] = {"com", "org", "net",  "edu", "gov",    "info", "biz", "io",     "ai",    "app",
                                         "dev", "co",  "de",   "at",  "ch",     "eu",   "uk",  "fr",     "nl",    "ie",
                                         "ca",  "au",  "shop", "tv",  "health", "care", "pro", "online", "clinic"};
// Read as words; other short endings are spelled.
constexpr std::string_view kRead[] = {"com",    "org",  "net", "info",   "biz",    "app", "dev", "shop",
                                      "health", "care", "pro", "online", "clinic", "edu", "gov"};

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

// As far as it goes without a blank; marks that end a sentence are not its own.
std::string_view run_at(const Tokens& t, std::size_t i) {
  std::string_view run = t.from(i);
  run = run.substr(0, std::min(run.find_first_of(" \"<>()[]{}|,;"), run.size()));
  while (!run.empty() && std::string_view(".,;:!?'").find(run.back()) != std::string_view::npos) run.remove_suffix(1);
  return run;
}

void join(std::string& out, std::string_view word) {
  if (word.empty()) return;
  if (!out.empty() && out.back() != ' ') out += ' ';
  out += word;
}

std::string letters_apart(std::string_view word) {
  std::string out;
  for (const char c : word) join(out, std::string_view(&c, 1));
  return out;
}

// Parts are read as words, digits one by one.
std::string read_out(std::string_view text, const Tongue& tongue) {
  std::string out, word;
  const auto end_word = [&] {
    join(out, word);
    word.clear();
  };
  for (const char c : text) {
    const std::string_view sign = c == '.'   ? tongue.dot
                                  : c == '-' ? tongue.dash
                                  : c == '_' ? tongue.underscore
                                  : c == '/' ? tongue.slash
                                  : c == '@' ? tongue.at
                                  : c == '+' ? tongue.plus
                                             : std::string_view();
    if (c >= '0' && c <= '9') {
      end_word();
      join(out, tongue.digits[static_cast<std::size_t>(c - '0')]);
    } else if (!sign.empty()) {
      end_word();
      join(out, sign);
    } else if (is_alnum(c)) {
      word += c;
    } else {
      end_word();
    }
  }
  end_word();
  return out;
}

std::string host_said(std::string_view host, const Tongue& tongue) {
  std::string out;
  bool first = true;
  while (!host.empty()) {
    const auto dot = std::min(host.find('.'), host.size());
    const std::string_view label = host.substr(0, dot);
    const bool last_two = host.size() <= 6;  // "co.uk", "de"
    host.remove_prefix(std::min(host.size(), dot + 1));
    if (!first) join(out, tongue.dot);
    const bool spell = !first && label.size() <= 2 && last_two && !contains(kRead, lower_case(label)) && label != "co";
    join(out, spell ? letters_apart(label) : read_out(label, tongue));
    first = false;
  }
  return out;
}

bool is_host(std::string_view host, bool any_ending) {
  const auto dot = host.rfind('.');
  if (dot == host.npos || dot == 0 || host.find("..") != host.npos || host.size() > 253) return false;
  const bool fit = std::all_of(host.begin(), host.end(), [](char c) { return is_alnum(c) || c == '-' || c == '.'; });
  const std::string ending = lower_case(host.substr(dot + 1));
  const bool letters =
      ending.size() >= 2 && std::all_of(ending.begin(), ending.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  const bool named = std::any_of(host.begin(), host.begin() + static_cast<std::ptrdiff_t>(dot),
                                 [](char c) { return is_alnum(c) && !(c >= '0' && c <= '9'); });
  return fit && letters && named && (any_ending || contains(kEndings, ending));
}

std::optional<Said> mail(std::string_view run, const Tongue& tongue) {
  const auto at = run.find('@');
  if (at == run.npos || at == 0 || run.find('@', at + 1) != run.npos) return std::nullopt;
  const std::string_view local = run.substr(0, at), host = run.substr(at + 1);
  const bool fit = std::all_of(local.begin(), local.end(),
                               [](char c) { return is_alnum(c) || c == '.' || c == '-' || c == '_' || c == '+'; });
  if (!fit || !is_host(host, true)) return std::nullopt;
  std::string words = read_out(local, tongue);
  join(words, tongue.at);
  join(words, host_said(host, tongue));
  return Said{run.size(), std::move(words)};
}

std::optional<Said> page(std::string_view run, const Tongue& tongue) {
  std::string_view rest = run;
  bool sure = false;
  for (const std::string_view scheme : {"https://", "http://", "mailto:", "tel:"})
    if (rest.starts_with(scheme)) {
      rest.remove_prefix(scheme.size());
      sure = true;
      break;
    }
  if (sure && rest.find('@') != rest.npos) {
    auto said = mail(rest.substr(0, rest.find('?')), tongue);
    if (said) said->tokens = run.size();
    return said;
  }
  if (rest.starts_with("www.")) {
    rest.remove_prefix(4);
    sure = true;
  }
  const auto host_end = std::min(rest.find_first_of("/?#:"), rest.size());
  const std::string_view host = rest.substr(0, host_end);
  if (!is_host(host, sure)) return std::nullopt;
  std::string words = host_said(host, tongue);
  std::string_view path = rest.substr(host_end);
  if (path.starts_with(':')) path.remove_prefix(std::min(path.find('/'), path.size()));
  path = path.substr(0, path.find_first_of("?#"));
  while (path.ends_with('/')) path.remove_suffix(1);
  const auto readable = [](char c) { return is_alnum(c) || c == '/' || c == '-' || c == '_' || c == '.'; };
  if (path.size() <= kLongestPath && std::all_of(path.begin(), path.end(), readable))
    join(words, read_out(path, tongue));
  return Said{run.size(), std::move(words)};
}

}  // namespace

std::optional<Said> address(const Tokens& t, std::size_t i, const Tongue& tongue) {
  if (i > 0 && (t.glued(i - 1) || t.is(i - 1, "/") || t.is(i - 1, "@") || t.is(i - 1, "."))) return std::nullopt;
  const bool sign = t.is(i, "@") || t.is(i, "#");
  if (sign && t.word(i + 1)) return Said{1, std::string(t.is(i, "@") ? tongue.at : tongue.hashtag)};
  if (!t.glued(i)) return std::nullopt;
  const std::string_view run = run_at(t, i);
  if (run.find_first_of(".@") == run.npos) return std::nullopt;
  auto said = mail(run, tongue);
  if (!said) said = page(run, tongue);
  if (!said) return std::nullopt;
  // So far it has been told in bytes.
  const std::size_t end = t.at_byte(t.begin(i) + said->tokens);
  if (end >= t.size() ? t.begin(t.size()) != t.begin(i) + said->tokens : t.begin(end) != t.begin(i) + said->tokens)
    return std::nullopt;  // it ends inside a token
  said->tokens = end - i;
  return said;
}

}  // namespace offhook::dialog

#include "server/fields.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>

#include "base/log.hpp"
#include "server/duration_text.hpp"
#include "server/yaml_json.hpp"

namespace offhook::server {
namespace {

using Node = yaml::Node;

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string plain(double value) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

// As it stands in the file, in quotes, at most a few words, harmless on a terminal.
std::string shown(std::string_view text) {
  std::size_t end = std::min<std::size_t>(text.size(), 40);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  const std::string quoted = log::quoted(std::string(text.substr(0, end)) + (end < text.size() ? "…" : ""));
  return quoted.starts_with('"') ? quoted : '"' + quoted + '"';
}

std::string kind_of(const Node& node) {
  switch (node.kind) {
    case Node::Kind::nothing: return "nothing";
    case Node::Kind::list: return "a list";
    case Node::Kind::map: return "a map";
    case Node::Kind::scalar: break;
  }
  return "a text";
}

std::string one_of_words(const std::vector<std::string_view>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i)
    out += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + std::string(words[i]);
  return out;
}

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
}

// Insertions, deletions, replacements and swapped neighbours; `bound` or more is `bound`.
std::size_t distance(std::string_view a, std::string_view b, std::size_t bound) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) >= bound || a.size() > 64) return bound;
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return std::min(d[a.size()][b.size()], bound);
}

std::string_view last_word(std::string_view path) {
  return path.substr(path.rfind('.') + 1);
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    if (const char* value = std::getenv(name.c_str())) return value;
    return std::nullopt;
  };
}

Reader::Reader(const yaml::Document& document, Environment environment)
    : document_(document), environment_(std::move(environment)) {}

Fields Reader::root() {
  const Node& root = document_.root;
  if (root.kind == Node::Kind::map) return {*this, &root, ""};
  if (root.kind != Node::Kind::nothing)
    complain(root.at, "", "found " + kind_of(root) + ", expected keys and their values");
  return {*this, nullptr, ""};
}

void Reader::complain(yaml::Position at, std::string_view path, std::string_view what) {
  std::string line = document_.file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
  if (!path.empty()) line += std::string(path) + ": ";
  line += what;
  for (char& c : line)  // a value that another room's error repeats may hold line breaks
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  complaints_.emplace(std::pair(at.line, at.column), std::move(line));
}

void Reader::look_for_unknown(const Node& map, const std::string& path) {
  for (const Node& item : map.items) {
    const std::string here = path.empty() ? item.key : path + "." + item.key;
    const auto known = keys_.find(here);
    if (known == keys_.end() || item.key.find('.') != item.key.npos) {
      complain(item.key_at, path, "unknown key " + shown(item.key) + guess(path, item.key));
    } else if (known->second.kind == Key::Kind::map && item.kind == Node::Kind::map) {
      look_for_unknown(item, here);
    } else if (known->second.kind == Key::Kind::list && item.kind == Node::Kind::list) {
      for (const Node& entry : item.items)
        if (entry.kind == Node::Kind::map) look_for_unknown(entry, here + "[]");
    }
  }
}

// The nearest key of this map; else the same word elsewhere, which a wrong indentation would bring about.
std::string Reader::guess(std::string_view path, std::string_view key) const {
  std::string best, elsewhere;
  std::size_t nearest = key.size() < 4 ? 2 : 3;
  for (const auto& [known, what] : keys_) {
    if (what.kind == Key::Kind::not_built) continue;
    const std::string_view word = last_word(known);
    const std::string_view parent =
        std::string_view(known).substr(0, known.size() - word.size() - (known == word ? 0 : 1));
    if (parent == path) {
      if (const auto d = distance(key, word, nearest); d < nearest) nearest = d, best = word;
    } else if (word == key && elsewhere.empty()) {
      elsewhere = known;
    }
  }
  if (!best.empty()) return "; did you mean " + best + "?";
  if (!elsewhere.empty()) return "; did you mean " + elsewhere + "? Check the indentation";
  return "; remove it";
}

Result<void> Reader::finish() {
  if (document_.root.kind == Node::Kind::map) look_for_unknown(document_.root, "");
  if (complaints_.empty()) return {};
  std::string all;
  std::size_t told = 0;
  for (const auto& [at, line] : complaints_)
    if (told++ < most_complaints) all += (told > 1 ? "\n" : "") + line;
  if (complaints_.size() > most_complaints)
    all += "\n" + document_.file + ": and " + std::to_string(complaints_.size() - most_complaints) + " more like these";
  complaints_.clear();
  return Error{Errc::invalid, std::move(all)};
}

std::string Fields::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

const Node* Fields::ask(std::string_view key, Kind kind, std::string fallback, std::vector<std::string> choices) {
  reader_->keys_[path_of(key)] = {kind, std::move(fallback), std::move(choices)};
  return node_ ? node_->find(key) : nullptr;
}

const Node* Fields::scalar(std::string_view key, Kind kind, std::string fallback, std::string_view expected) {
  const Node* node = ask(key, kind, std::move(fallback));
  if (!node || node->kind == Node::Kind::scalar) return node;
  mismatch(*node, path_of(key), expected);
  return nullptr;
}

void Fields::mismatch(const Node& node, std::string_view path, std::string_view expected) {
  const std::string found = node.kind == Node::Kind::scalar ? shown(node.text) : kind_of(node);
  const std::string remedy = node.kind == Node::Kind::nothing ? "; leave the key out for its default" : "";
  reader_->complain(node.at, path, "found " + found + ", expected " + std::string(expected) + remedy);
}

bool Fields::has(std::string_view key) const {
  return node_ && node_->find(key);
}

// A key with nothing below it is a map whose lines are all commented out.
Fields Fields::map(std::string_view key) {
  const Node* node = ask(key, Kind::map, "");
  if (node && node->kind != Node::Kind::map) {
    // Not its text: behind `llm:` it may be a key.
    if (node->kind != Node::Kind::nothing)
      reader_->complain(node->at, path_of(key),
                        "found " + kind_of(*node) + ", expected a map, its keys indented below or in { }");
    node = nullptr;
  }
  return {*reader_, node, path_of(key)};
}

std::vector<Fields> Fields::list(std::string_view key, std::size_t most, std::string_view example) {
  const Node* node = ask(key, Kind::list, "");
  std::vector<Fields> entries;
  if (!node) return entries;
  if (node->kind != Node::Kind::list) {
    mismatch(*node, path_of(key), "a list of maps, each behind a dash or in [ { }, { } ]");
    return entries;
  }
  if (node->items.size() > most) {
    complain(key, "found " + std::to_string(node->items.size()) + " entries, expected at most " + std::to_string(most));
    return entries;
  }
  for (const Node& item : node->items) {
    if (item.kind != Node::Kind::map)
      reader_->complain(item.at, path_of(key),
                        "found " + kind_of(item) + ", expected a map such as " + std::string(example));
    else
      entries.push_back({*reader_, &item, path_of(key) + "[]"});
  }
  return entries;
}

void Fields::text(std::string_view key, std::string& value, Lengths lengths) {
  const Node* node = scalar(key, Kind::text, value, "a text");
  if (!node) return;
  if (node->text.size() < lengths.least) return complain(key, "found an empty text, expected some");
  if (node->text.size() > lengths.most)
    return complain(
        key, "found " + std::to_string(node->text.size()) + " bytes, expected at most " + std::to_string(lengths.most));
  if (std::ranges::any_of(node->text, is_control))
    return complain(key, "found a control character in the text; remove it");
  value = node->text;
}

void Fields::flag(std::string_view key, bool& value) {
  const Node* node = scalar(key, Kind::flag, value ? "on" : "off", "on or off");
  if (!node) return;
  const std::string_view text = node->text;
  if (text == "on" || text == "true")
    value = true;
  else if (text == "off" || text == "false")
    value = false;
  else
    mismatch(*node, path_of(key), "on or off");
}

void Fields::integer(std::string_view key, int& value, int lowest, int highest) {
  const std::string expected = "a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest);
  const Node* node = scalar(key, Kind::integer, std::to_string(value), expected);
  if (!node) return;
  const auto number = parse_number<int>(node->text);
  if (!number || *number < lowest || *number > highest) return mismatch(*node, path_of(key), expected);
  value = *number;
}

void Fields::number(std::string_view key, double& value, double lowest, double highest) {
  const std::string expected = "a number from " + plain(lowest) + " to " + plain(highest);
  const Node* node = scalar(key, Kind::number, plain(value), expected);
  if (!node) return;
  const auto number = parse_number<double>(node->text);
  if (!number || !(*number >= lowest && *number <= highest)) return mismatch(*node, path_of(key), expected);  // nor NaN
  value = *number;
}

void Fields::duration(std::string_view key, Duration& value, Duration shortest, Duration longest) {
  const std::string usual = written(value);
  const Node* node = scalar(key, Kind::duration, usual, "a duration such as " + usual);
  if (!node) return;
  const auto found = parse_duration(node->text);
  if (!found) return mismatch(*node, path_of(key), "a duration with its unit (ms, s, m, h, d) such as " + usual);
  if (*found < shortest || *found > longest)
    return mismatch(*node, path_of(key), "a duration from " + written(shortest) + " to " + written(longest));
  value = *found;
}

void Fields::texts(std::string_view key, std::vector<std::string>& value, std::size_t most, std::size_t longest) {
  const Node* node = ask(key, Kind::texts, "");
  if (!node) return;
  if (node->kind != Node::Kind::list) return mismatch(*node, path_of(key), "a list such as [one, two]");
  if (node->items.size() > most)
    return complain(
        key, "found " + std::to_string(node->items.size()) + " entries, expected at most " + std::to_string(most));
  value.clear();
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const Node& item = node->items[i];
    if (item.kind != Node::Kind::scalar || item.text.empty() || item.text.size() > longest ||
        std::ranges::any_of(item.text, is_control))
      mismatch(item, path_of(key) + "[" + std::to_string(i) + "]",
               "a text of 1 to " + std::to_string(longest) + " bytes");
    value.push_back(item.text);  // also the wrong one: entries keep their numbers, and the file is refused anyway
  }
}

void Fields::pairs(std::string_view key, std::vector<std::pair<std::string, std::string>>& value, std::size_t most) {
  const Node* node = ask(key, Kind::pairs, "");
  if (!node || node->kind == Node::Kind::nothing) return;
  if (node->kind != Node::Kind::map) return mismatch(*node, path_of(key), "a map such as { Siobhan: Shivawn }");
  if (node->items.size() > most)
    return complain(
        key, "found " + std::to_string(node->items.size()) + " entries, expected at most " + std::to_string(most));
  value.clear();
  for (const Node& item : node->items) {
    if (item.key.empty() || item.key.size() > 100 || std::ranges::any_of(item.key, is_control))
      reader_->complain(item.key_at, path_of(key), "found the key " + shown(item.key) + ", expected 1 to 100 bytes");
    else if (item.kind != Node::Kind::scalar || item.text.empty() || item.text.size() > 200 ||
             std::ranges::any_of(item.text, is_control))
      mismatch(item, path_of(key) + "." + item.key, "a text of 1 to 200 bytes");
    value.emplace_back(item.key, item.text);
  }
}

void Fields::secret(std::string_view key, std::string& value) {
  const Node* node = ask(key, Kind::secret, "");
  if (!node) return;
  if (auto found = resolved_secret(*node, path_of(key), false)) value = std::move(*found);
}

void Fields::secrets(std::string_view key, std::vector<std::pair<std::string, std::string>>& value,
                     std::vector<std::string>& hidden, std::size_t most) {
  const Node* node = ask(key, Kind::secrets, "");
  if (!node || node->kind == Node::Kind::nothing) return;
  if (node->kind != Node::Kind::map) return mismatch(*node, path_of(key), "a map such as { X-Api-Key: { env: NAME } }");
  if (node->items.size() > most)
    return complain(
        key, "found " + std::to_string(node->items.size()) + " entries, expected at most " + std::to_string(most));
  for (const Node& item : node->items) {
    auto found = resolved_secret(item, path_of(key) + "." + item.key, true);
    if (!found) continue;
    if (item.kind == Node::Kind::map) hidden.push_back(*found);
    value.emplace_back(item.key, std::move(*found));
  }
}

void Fields::json(std::string_view key, std::string& value) {
  if (const Node* node = ask(key, Kind::json, "")) value = yaml::to_json(*node);
}

std::optional<std::string> Fields::resolved_secret(const Node& node, std::string_view path, bool blanks) {
  std::optional<std::string> found;
  const Node *env = node.find("env"), *file = node.find("file");
  if (node.kind == Node::Kind::scalar) {
    found = node.text;
  } else if (env && node.items.size() == 1 && env->kind == Node::Kind::scalar) {
    found = variable(*env, path);
  } else if (file && node.items.size() == 1 && file->kind == Node::Kind::scalar) {
    found = secret_file(*file, path);
  } else {
    reader_->complain(node.at, path, "found " + kind_of(node) + ", expected a text, { env: NAME } or { file: PATH }");
  }
  if (!found) return found;
  const char lowest = blanks ? ' ' : '!';
  const bool fit = !found->empty() && found->size() <= 4096 &&
                   std::ranges::all_of(*found, [lowest](char c) { return c >= lowest && c < 0x7F; });
  if (fit) return found;
  reader_->complain(node.at, path,
                    std::string("found a secret that is empty or holds ") + (blanks ? "" : "blanks, ") +
                        "line breaks or letters beyond ASCII; copy it again");
  return std::nullopt;
}

// Someone may have written the secret where its variable's name belongs, so only what looks like a name is repeated.
std::optional<std::string> Fields::variable(const Node& node, std::string_view path) {
  const std::string_view name = node.text;
  const auto of_a_name = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
  const bool usual =
      !name.empty() && name.size() <= 64 && std::ranges::all_of(name, of_a_name) && !(name[0] >= '0' && name[0] <= '9');
  if (!usual) {
    reader_->complain(node.at, path, "expected the name of an environment variable, in capitals such as OFFHOOK_KEY");
    return std::nullopt;
  }
  auto value = reader_->environment_(std::string(name));
  if (!value)
    reader_->complain(node.at, path,
                      "the environment variable " + std::string(name) + " is not set; export it before the start");
  return value;
}

// One line of text; what stands in it is never repeated, nor is a path that may be the secret itself.
std::optional<std::string> Fields::secret_file(const Node& node, std::string_view path) {
  if (!node.text.starts_with('/') && !node.text.starts_with("./") && !node.text.starts_with("../")) {
    reader_->complain(node.at, path, "expected the path of a file, beginning with / or ./");
    return std::nullopt;
  }
  std::ifstream in(node.text, std::ios::binary);
  std::string text(4098, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.eof() || in.gcount() == 0) {
    reader_->complain(node.at, path,
                      "the secret's file cannot be read, or is empty or larger than 4096 bytes; check its path and "
                      "permissions");
    return std::nullopt;
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

void Fields::secret_from(std::string_view variable, std::string_view key, std::string& value) {
  const auto found = reader_->environment_(std::string(variable));
  const bool fit = found && !found->empty() && std::ranges::all_of(*found, [](char c) { return c > ' ' && c < 0x7F; });
  if (!fit)
    return complain("", "expected " + std::string(key) + ", as the environment variable " + std::string(variable) +
                            (found ? " is empty or holds blanks" : " is not set") + "; export it, or write " +
                            std::string(key) + ": { env: NAME }");
  value = *found;
}

std::optional<std::size_t> Fields::one_of(std::string_view key, const std::vector<std::string_view>& words,
                                          std::initializer_list<std::string_view> not_built,
                                          std::string_view fallback) {
  const std::string expected = one_of_words(words);
  const Node* node = ask(key, Kind::choice, std::string(fallback), {words.begin(), words.end()});
  if (!node) return std::nullopt;
  if (node->kind != Node::Kind::scalar) {
    mismatch(*node, path_of(key), expected);
    return std::nullopt;
  }
  // Editors that read YAML 1.1 write on and off as true and false.
  std::string_view text = node->text;
  if (!node->quoted && text == "true") text = "on";
  if (!node->quoted && text == "false") text = "off";
  if (const auto found = std::ranges::find(words, text); found != words.end())
    return static_cast<std::size_t>(found - words.begin());
  if (std::ranges::find(not_built, text) != not_built.end())
    complain(key, shown(text) + " is part of the agent file's contract but not built yet; expected " + expected);
  else
    mismatch(*node, path_of(key), expected);
  return std::nullopt;
}

void Fields::word(std::string_view key, std::string& value, const std::vector<std::string_view>& words,
                  std::initializer_list<std::string_view> not_built) {
  if (const auto found = one_of(key, words, not_built, value)) value = words[*found];
}

void Fields::not_built(std::string_view key) {
  if (const Node* node = ask(key, Kind::not_built, ""))
    reader_->complain(node->key_at, path_of(key), "is part of the agent file's contract but not built yet; remove it");
}

void Fields::complain(std::string_view key, std::string_view what) {
  if (key.empty()) return reader_->complain(node_ ? node_->at : yaml::Position{}, path_, what);
  const Node* node = node_ ? node_->find(key) : nullptr;
  reader_->complain(node ? node->at : node_ ? node_->at : yaml::Position{}, path_of(key), what);
}

void Fields::complain(std::string_view key, std::size_t entry, std::string_view what) {
  const Node* node = node_ ? node_->find(key) : nullptr;
  if (!node || entry >= node->items.size()) return complain(key, what);
  reader_->complain(node->items[entry].at, path_of(key) + "[" + std::to_string(entry) + "]", what);
}

void Fields::complain(std::string_view key, const std::vector<std::string>& inside, std::string_view what) {
  const Node* node = node_ ? node_->find(key) : nullptr;
  if (!node) return complain(key, what);
  std::string path = path_of(key);
  const Node* nearest = node;
  for (const std::string& step : inside) {
    path += "." + step;
    node = node ? node->find(step) : nullptr;
    if (node) nearest = node;
  }
  reader_->complain(nearest->at, path, what);
}

}  // namespace offhook::server

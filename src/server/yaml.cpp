#include "server/yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <istream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "base/utf8.hpp"

namespace offhook::server::yaml {
namespace {

// Never leaves this file: the one way to make yaml-cpp stop.
struct Stop : std::runtime_error {
  Stop(Position where, const std::string& what) : std::runtime_error(what), at(where) {}
  Position at;
};

std::string_view line_of(std::string_view text, int line) {
  for (; line > 1; --line) {
    const auto end = text.find('\n');
    if (end == text.npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// Builds the tree from yaml-cpp's events. They come on the way down, so it stops before yaml-cpp goes deeper, and an
// alias comes as a name, never as what it stands for.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); i = std::min(text.find('\n', i), text.size() - 1) + 1)
      lines_.push_back(text.substr(i));
  }

  Position position(const YAML::Mark& mark) const {
    if (mark.line < 0) return {};
    Position at{mark.line + 1, mark.column + 1};  // its columns are bytes
    if (static_cast<std::size_t>(mark.line) < lines_.size()) {
      const std::string_view before =
          lines_[static_cast<std::size_t>(mark.line)].substr(0, static_cast<std::size_t>(std::max(mark.column, 0)));
      at.column -= static_cast<int>(std::ranges::count_if(before, is_continuation));
    }
    return at;
  }

  Node take() { return std::move(root_); }
  Position reached() const { return reached_; }  // the last key or value begun
  Position opened() const { return levels_.empty() ? reached_ : levels_.back().node.at; }  // the innermost map or list

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0)
      throw Stop(position(mark),
                 "found a second document behind ---, expected one; remove it, or make it a file of its own");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    reject_anchor(mark, anchor);
    place(mark, Node::Kind::nothing, false, {});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { reject_anchor(mark, 1); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    reject_anchor(mark, anchor);
    reject_tag(mark, tag);
    place(mark, Node::Kind::scalar, tag == "!", value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    reject_anchor(mark, anchor);
    reject_tag(mark, tag);
    open(mark, Node::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    reject_anchor(mark, anchor);
    reject_tag(mark, tag);
    open(mark, Node::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    Node node;
    std::optional<std::pair<std::string, Position>> key;  // of a map: read, its value is next
    std::unordered_set<std::string> keys;
  };

  void reject_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) const {
    if (anchor != 0)
      throw Stop(
          position(mark),
          "found an anchor (&) or an alias (*), which are not used here; write the value out, or put quotes around "
          "text that begins with one");
  }

  // "?" and "!" are yaml-cpp's words for none, the second for what stands in quotes.
  void reject_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (!tag.empty() && tag != "?" && tag != "!")
      throw Stop(position(mark),
                 "found a tag (!), which is not used here; remove it, or put quotes around text that begins with one");
  }

  void open(const YAML::Mark& mark, Node::Kind kind) {
    if (expects_key()) throw Stop(position(mark), "found a map or a list as a key, expected a word");
    if (levels_.size() >= max_depth)
      throw Stop(position(mark),
                 "maps and lists stand more than " + std::to_string(max_depth) + " deep inside each other");
    count(mark);
    Node node;
    node.kind = kind;
    node.at = reached_ = position(mark);
    levels_.push_back({std::move(node), {}, {}});
  }

  void close() {
    Node node = std::move(levels_.back().node);
    levels_.pop_back();
    put(std::move(node));
  }

  void place(const YAML::Mark& mark, Node::Kind kind, bool quoted, const std::string& text) {
    if (expects_key()) {
      if (kind == Node::Kind::nothing || text.empty())
        throw Stop(position(mark), "found an empty key, expected a word");
      if (!levels_.back().keys.insert(text).second)
        throw Stop(position(mark), "found the same key a second time; keep one of them");
      levels_.back().key.emplace(text, reached_ = position(mark));
      return;
    }
    count(mark);
    Node node;
    node.kind = kind;
    node.quoted = quoted;
    node.text = text;
    node.at = reached_ = position(mark);
    put(std::move(node));
  }

  bool expects_key() const {
    return !levels_.empty() && levels_.back().node.kind == Node::Kind::map && !levels_.back().key;
  }

  void put(Node node) {
    if (levels_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = levels_.back();
    if (level.key) {
      std::tie(node.key, node.key_at) = std::move(*level.key);
      level.key.reset();
    }
    level.node.items.push_back(std::move(node));
  }

  void count(const YAML::Mark& mark) {
    if (++nodes_ > max_nodes) throw Stop(position(mark), "found more than " + std::to_string(max_nodes) + " values");
  }

  std::vector<std::string_view> lines_;
  std::vector<Level> levels_;
  Node root_;
  Position reached_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
};

// What yaml-cpp would misread or take for something else.
std::optional<Stop> unfit(std::string_view text) {
  Position at;
  bool line_begins = true;
  while (!text.empty()) {
    const auto used = utf8_length(text);
    const unsigned char c = static_cast<unsigned char>(text[0]);
    if (used == 0) return Stop(at, "found bytes that are not UTF-8; save the file as UTF-8");
    if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F)
      return Stop(at, "found a control character; remove it");
    if (line_begins && c == '\t') return Stop(at, "found a tab at the beginning of a line; indent with spaces");
    line_begins = c == '\n';
    at = line_begins ? Position{at.line + 1, 1} : Position{at.line, at.column + 1};
    text.remove_prefix(used);
  }
  return std::nullopt;
}

// yaml-cpp says what rule of the grammar was broken; this says what to look for. What it quotes behind a colon
// ("unknown anchor: NAME") stays out, as it may be a secret.
Stop explained(const YAML::Exception& e, const Builder& builder, std::string_view text) {
  const std::string said = e.msg.substr(0, e.msg.find(':'));
  const auto about = [&said](std::string_view word) { return said.find(word) != said.npos; };
  const Position at = builder.position(e.mark);
  const std::string_view line = line_of(text, at.line);
  const auto ink = std::min(line.find_first_not_of(" \t"), line.size());
  if (about("document indicator")) return Stop(builder.reached(), "a quote that is opened behind this is never closed");
  if (about("illegal flow end")) return Stop(at, "found a } or ] that closes nothing; remove it");
  if (about(" flow not found"))
    return Stop(
        builder.opened(),
        "this { or [ is never closed, or lacks a comma, or a text in it needs quotes (one with ? : , or braces)");
  if (line.substr(0, ink).find('\t') != line.npos) return Stop(at, "found a tab before the text; indent with spaces");
  if (about("illegal map value"))
    return Stop(at,
                "found a colon where none may be; put quotes around a text that holds \": \", or mend the indentation");
  if (about("end of map not found") || about("end of sequence not found"))
    return Stop(at, "this belongs to nothing above it; mend the indentation or the quotes, here or above");
  if (about("anchor") || about("alias")) return Stop(at, "put quotes around text that begins with & or *");
  if (about("unknown token")) return Stop(at, "found a character that begins no value; put quotes around the text");
  return Stop(at, "this is not YAML (" + said + "); mend quotes and indentation, here or above");
}

}  // namespace

const Node* Node::find(std::string_view wanted) const {
  const auto found = std::ranges::find(items, wanted, &Node::key);
  return kind == Kind::map && found != items.end() ? &*found : nullptr;
}

Result<Document> parse(std::string_view text, std::string file) {
  const auto wrong = [&file](Position at, const std::string& what) {
    return Error{Errc::invalid, file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + what};
  };
  if (text.size() > max_bytes)
    return Error{Errc::invalid, file + ": found " + std::to_string(text.size()) + " bytes, expected at most " +
                                    std::to_string(max_bytes) + "; is this the right file?"};
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (const auto stop = unfit(text)) return wrong(stop->at, stop->what());
  Builder builder(text);
  try {
    // Without the end marker, yaml-cpp lets a quote that is never closed swallow the rest of the file.
    std::istringstream in(std::string(text) + (text.ends_with('\n') ? "...\n" : "\n...\n"));
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
    return Document{std::move(file), builder.take()};
  } catch (const Stop& stop) {
    return wrong(stop.at, stop.what());
  } catch (const YAML::Exception& e) {
    const Stop stop = explained(e, builder, text);
    return wrong(stop.at, stop.what());
  } catch (const std::exception& e) {
    return wrong({}, std::string("reading YAML: ") + e.what());
  }
}

Result<Document> read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(max_bytes + 1, '\0');
  if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in && !in.eof()) {
    const int why = errno;
    return Error{why == ENOENT ? Errc::not_found : Errc::refused,
                 "reading " + path + ": " + std::strerror(why) + "; name a file that this user may read"};
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  return parse(text, path);
}

}  // namespace offhook::server::yaml

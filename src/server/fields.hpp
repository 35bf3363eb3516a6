// Typed reading of a configuration file. Each key is asked for once, with its type and its bounds; what is missing
// keeps the value it has, what is wrong is noted and read on, so that one look shows all mistakes (ten at most). What
// was never asked for is unknown. What was asked for is remembered, so that the schema can be held to it.
//
//   Reader reader(document);
//   Fields root = reader.root(), turn = root.map("turn");
//   turn.duration("min_delay", settings.min_delay, 0s, 5s);
//   if (auto ok = reader.finish(); !ok) return ok.error();
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "server/yaml.hpp"

namespace offhook::server {

// A variable's value, or none.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

class Fields;

class Reader {
 public:
  static constexpr std::size_t most_complaints = 10;

  struct Key {
    enum class Kind {
      text,
      flag,
      integer,
      number,
      duration,
      choice,
      texts,
      pairs,
      secret,
      secrets,
      json,
      map,
      list,
      not_built
    };
    Kind kind = Kind::text;
    std::string fallback;              // as one would write it; empty: none
    std::vector<std::string> choices;  // of a choice
  };

  explicit Reader(const yaml::Document& document, Environment environment = process_environment());
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Fields root();
  // All that was wrong, unknown keys included, in the order of the file: a line each, divided by line breaks.
  Result<void> finish();
  const std::map<std::string, Key, std::less<>>& keys() const { return keys_; }  // by path: "turn.min_delay"

 private:
  friend class Fields;
  void complain(yaml::Position at, std::string_view path, std::string_view what);
  void look_for_unknown(const yaml::Node& map, const std::string& path);
  std::string guess(std::string_view path, std::string_view key) const;

  const yaml::Document& document_;
  Environment environment_;
  std::map<std::string, Key, std::less<>> keys_;
  std::multimap<std::pair<int, int>, std::string> complaints_;  // by line and column
};

// A map of the file, or none where the file has none: then every key keeps its value. As small as a pointer or two;
// goes before its reader.
class Fields {
 public:
  struct Lengths {
    std::size_t least = 1, most = 1000;  // bytes
  };

  bool has(std::string_view key) const;

  Fields map(std::string_view key);
  // Of maps, none where the file has none. `example`: of one, for errors.
  std::vector<Fields> list(std::string_view key, std::size_t most, std::string_view example = "{ provider: local }");
  void text(std::string_view key, std::string& value, Lengths lengths);
  void flag(std::string_view key, bool& value);  // on or off, also true or false
  void integer(std::string_view key, int& value, int lowest, int highest);
  void number(std::string_view key, double& value, double lowest, double highest);
  void duration(std::string_view key, Duration& value, Duration shortest, Duration longest);
  void texts(std::string_view key, std::vector<std::string>& value, std::size_t most,
             std::size_t longest = 200);  // a list; each entry 1 to so many bytes
  // A map whose keys are the file's own, in its order; keys of 1 to 100 bytes, values of 1 to 200.
  void pairs(std::string_view key, std::vector<std::pair<std::string, std::string>>& value, std::size_t most);
  void secret(std::string_view key, std::string& value);  // text, {env: NAME} or {file: PATH}
  // A map whose values are each as secret() reads them, blanks within allowed; `hidden`: those that the file only
  // names.
  void secrets(std::string_view key, std::vector<std::pair<std::string, std::string>>& value,
               std::vector<std::string>& hidden, std::size_t most);
  void json(std::string_view key, std::string& value);  // whatever stands there, as JSON text
  // The value of the environment, told as missing at this map; for a secret that the file leaves out.
  void secret_from(std::string_view variable, std::string_view key, std::string& value);

  // One word of several. `not_built` are words of the contract which are refused as such.
  template <class T>
  void choice(std::string_view key, T& value, std::initializer_list<std::pair<std::string_view, T>> words,
              std::initializer_list<std::string_view> not_built = {}) {
    std::vector<std::string_view> names;
    std::string_view fallback;
    for (const auto& [word, meaning] : words) {
      names.push_back(word);
      if (meaning == value) fallback = word;
    }
    if (const auto found = one_of(key, names, not_built, fallback)) value = (words.begin() + *found)->second;
  }

  // One word of several that only the program knows; `value` is its default.
  void word(std::string_view key, std::string& value, const std::vector<std::string_view>& words,
            std::initializer_list<std::string_view> not_built = {});

  // A key of the contract that nothing reads yet.
  void not_built(std::string_view key);
  // Something is wrong with the value of `key` (or, without it, with this map) that only its reader can see.
  void complain(std::string_view key, std::string_view what);
  // The same for one entry of the list that `key` names.
  void complain(std::string_view key, std::size_t entry, std::string_view what);
  // The same for what stands somewhere inside of it, by the keys on the way; as near as the file goes.
  void complain(std::string_view key, const std::vector<std::string>& inside, std::string_view what);

 private:
  friend class Reader;
  using Kind = Reader::Key::Kind;
  Fields(Reader& reader, const yaml::Node* node, std::string path)
      : reader_(&reader), node_(node), path_(std::move(path)) {}

  std::string path_of(std::string_view key) const;
  // Notes that `key` is read; its node, if there is a scalar to be read.
  const yaml::Node* ask(std::string_view key, Kind kind, std::string fallback, std::vector<std::string> choices = {});
  const yaml::Node* scalar(std::string_view key, Kind kind, std::string fallback, std::string_view expected);
  std::optional<std::size_t> one_of(std::string_view key, const std::vector<std::string_view>& words,
                                    std::initializer_list<std::string_view> not_built, std::string_view fallback);
  void mismatch(const yaml::Node& node, std::string_view path, std::string_view expected);
  std::optional<std::string> resolved_secret(const yaml::Node& node, std::string_view path, bool blanks);
  std::optional<std::string> variable(const yaml::Node& node, std::string_view path);
  std::optional<std::string> secret_file(const yaml::Node& node, std::string_view path);

  Reader* reader_;
  const yaml::Node* node_;  // null: the file has no such map
  std::string path_;
};

}  // namespace offhook::server

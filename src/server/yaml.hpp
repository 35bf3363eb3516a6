// A YAML file as a tree that knows where each of its parts stands. It is the part of YAML 1.2 that a configuration
// needs: maps with plain keys, lists and scalars. Anchors, aliases, tags and further documents are errors, so nothing
// in the file is larger than it looks. The parser underneath (yaml-cpp) is fed at most max_bytes and is stopped at
// max_depth.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace offhook::server::yaml {

inline constexpr std::size_t max_bytes = 256 << 10;
inline constexpr int max_depth = 32;             // maps and lists inside each other
inline constexpr std::size_t max_nodes = 20000;  // scalars, maps and lists together

struct Position {
  int line = 1, column = 1;  // as editors count: from 1, a character each
};

struct Node {
  enum class Kind { nothing, scalar, list, map };
  Kind kind = Kind::nothing;
  bool quoted = false;  // a scalar in quotes, or a block: text whatever it looks like
  std::string text;     // of a scalar
  std::string key;      // in a map: what it is the value of
  Position at, key_at;
  std::vector<Node> items;  // of a list, or of a map in the order of the file

  const Node* find(std::string_view wanted) const;  // of a map; null if there is none
};

struct Document {
  std::string file;  // as errors name it
  Node root;         // nothing, if the file holds only comments
};

// Errors are one line, "FILE:LINE:COLUMN: what is wrong, and what to write instead"; none repeats the file's text,
// which may hold a secret.
Result<Document> parse(std::string_view text, std::string file);
Result<Document> read(const std::string& path);

}  // namespace offhook::server::yaml

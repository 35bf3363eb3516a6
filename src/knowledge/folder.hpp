// The files of a folder that can be told from, and why the others cannot.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "knowledge/passages.hpp"

namespace offhook::knowledge {

struct Document {
  std::string file;  // "prices/children.md": below the folder
  std::string text;  // UTF-8
  Markup markup = Markup::none;
};

struct Skipped {
  std::string file;
  std::string why;  // "is no UTF-8 in line 3; save it as UTF-8"
};

struct Folder {
  std::string path;                 // absolute, without links
  std::vector<Document> documents;  // in the order of their names
  std::vector<Skipped> skipped;     // likewise
};

// More than this is an error, so that nobody believes that all of it were known. Larger collections have a search of
// their own, which an HTTP tool can ask.
struct Limits {
  std::size_t entries = 10'000;          // files and folders of any kind
  std::size_t files = 2'000;             // of text
  std::size_t file_bytes = 2u << 20;     // of one
  std::size_t folder_bytes = 64u << 20;  // of all texts
};

// Reads *.txt and *.md, in folders below it too. Hidden ones, and links that lead out of it, are skipped. Blocks: never
// on a loop. Errc::not_found, refused (no permission), invalid (a limit, or no text at all).
Result<Folder> read_folder(const std::string& path, const Limits& limits = {});

}  // namespace offhook::knowledge

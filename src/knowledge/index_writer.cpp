#include "knowledge/index_writer.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "inference/sha256.hpp"
#include "knowledge/question.hpp"
#include "knowledge/sqlite.hpp"

namespace offhook::knowledge {
namespace {

namespace fs = std::filesystem;

// Changes when the cutting, the tables or the words of the index do: an index of another kind is written anew.
constexpr std::string_view kKind = "1";

// `words` keeps no text of its own: it has the passages' numbers as its rows'. A file's name counts as its heading.
constexpr const char* kTables = R"(
  PRAGMA journal_mode = OFF;
  CREATE TABLE about (contents TEXT NOT NULL);
  CREATE TABLE passages (id INTEGER PRIMARY KEY, file TEXT NOT NULL, line INTEGER NOT NULL, heading TEXT NOT NULL,
                         text TEXT NOT NULL);
  CREATE VIRTUAL TABLE words USING fts5(heading, text, content = '',
                                        tokenize = "porter unicode61 remove_diacritics 2");
  BEGIN;
)";

// "prices/for-children.md" → "prices for children": what its author called it.
std::string name_as_words(std::string_view file) {
  std::string words(file.substr(0, file.rfind('.')));
  std::ranges::replace_if(words, [](char c) { return c == '/' || c == '-' || c == '_'; }, ' ');
  return words;
}

Result<void> fill(Database& db, const Folder& folder, const std::vector<std::vector<Passage>>& passages) {
  if (const Result<void> made = db.run(kTables); !made) return made;
  Result<Statement> passage = db.prepare("INSERT INTO passages VALUES (?1, ?2, ?3, ?4, ?5)");
  if (!passage) return passage.error();
  Result<Statement> words = db.prepare("INSERT INTO words (rowid, heading, text) VALUES (?1, ?2, ?3)");
  if (!words) return words.error();
  std::int64_t id = 0;
  for (std::size_t i = 0; i < passages.size(); ++i) {
    const std::string& file = folder.documents[i].file;
    for (const Passage& p : passages[i]) {
      ++id;
      passage->bind(1, id).bind(2, file).bind(3, p.line).bind(4, p.heading).bind(5, p.text);
      if (const Result<bool> put = passage->step(); !put) return put.error();
      const std::string heading = folded(name_as_words(file) + " " + p.heading), text = folded(p.text);
      words->bind(1, id).bind(2, heading).bind(3, text);
      if (const Result<bool> put = words->step(); !put) return put.error();
    }
  }
  Result<Statement> about = db.prepare("INSERT INTO about VALUES (?1)");
  if (!about) return about.error();
  const std::string contents = contents_key(folder);
  if (const Result<bool> put = about->bind(1, contents).step(); !put) return put.error();
  return db.run("INSERT INTO words (words) VALUES ('optimize'); COMMIT");
}

}  // namespace

std::string contents_key(const Folder& folder) {
  std::string all(kKind);
  for (const Document& d : folder.documents) all += inference::sha256(d.file) + inference::sha256(d.text);
  return inference::sha256(all);
}

Result<std::vector<std::vector<Passage>>> cut(const Folder& folder) {
  std::vector<std::vector<Passage>> passages;
  std::size_t count = 0;
  for (const Document& document : folder.documents) {
    passages.push_back(cut(document.text, document.markup));
    count += passages.back().size();
  }
  if (count > kMostPassages) {
    return Error{Errc::invalid, "cutting the knowledge folder '" + folder.path + "': it gives " +
                                    std::to_string(count) + " passages, expected at most " +
                                    std::to_string(kMostPassages) + "; put a larger collection behind an HTTP tool"};
  }
  return passages;
}

Result<void> write_index(const std::string& path, const Folder& folder) {
  const auto passages = cut(folder);
  if (!passages) return passages.error();
  static std::atomic<unsigned> builds{0};
  const std::string part = path + "." + std::to_string(::getpid()) + "-" + std::to_string(++builds) + ".part";
  std::error_code failed;
  fs::create_directories(fs::path(path).parent_path(), failed);
  fs::remove(part, failed);
  Result<void> done;
  if (Result<Database> db = Database::create(part); db)
    done = fill(*db, folder, *passages);
  else
    done = db.error();
  if (done) {
    fs::rename(part, path, failed);
    if (failed) done = Error{Errc::unavailable, "renaming " + part + ": " + failed.message()};
  }
  if (!done) {
    fs::remove(part, failed);
    return Error{Errc::unavailable, done.error().within("writing the index " + path).what +
                                        "; is the folder writable and the disk not full?"};
  }
  return {};
}

}  // namespace offhook::knowledge

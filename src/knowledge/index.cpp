#include "knowledge/index.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/log.hpp"
#include "base/utf8.hpp"
#include "inference/sha256.hpp"
#include "knowledge/fitting.hpp"
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
  CREATE TABLE about (contents TEXT NOT NULL, passages INTEGER NOT NULL);
  CREATE TABLE passages (id INTEGER PRIMARY KEY, file TEXT NOT NULL, line INTEGER NOT NULL, heading TEXT NOT NULL,
                         text TEXT NOT NULL);
  CREATE VIRTUAL TABLE words USING fts5(heading, text, content = '',
                                        tokenize = "porter unicode61 remove_diacritics 2");
  BEGIN;
)";

// A word in a heading says what the whole passage is about. Equal scores are told in the order of the files.
constexpr std::string_view kBest = R"(
  SELECT p.id, p.file, p.line, p.heading, p.text, w.score
  FROM (SELECT rowid, -bm25(words, 3.0, 1.0) AS score FROM words WHERE words MATCH ?1
        ORDER BY score DESC, rowid LIMIT ?2) AS w
  JOIN passages AS p ON p.id = w.rowid ORDER BY w.score DESC, p.id
)";

struct Texts {
  Folder folder;
  std::vector<std::vector<Passage>> passages;  // of each document
  Report report;
};

Result<Texts> read(const std::string& folder) {
  Result<Folder> read = read_folder(folder);
  if (!read) return read.error();
  Texts texts{std::move(*read), {}, {}};
  texts.report.files = texts.folder.documents.size();
  texts.report.skipped = texts.folder.skipped;
  for (const Document& document : texts.folder.documents) {
    texts.passages.push_back(cut(document.text, document.markup));
    texts.report.passages += texts.passages.back().size();
  }
  if (texts.report.passages > Index::kMostPassages) {
    return Error{Errc::invalid, "reading the knowledge folder '" + folder + "': it gives " +
                                    std::to_string(texts.report.passages) + " passages, expected at most " +
                                    std::to_string(Index::kMostPassages) +
                                    "; put a larger collection behind an HTTP tool"};
  }
  return texts;
}

std::string key_of(const Folder& folder) {
  std::string all(kKind);
  for (const Document& d : folder.documents) all += inference::sha256(d.file) + inference::sha256(d.text);
  return inference::sha256(all);
}

// "prices/for-children.md" → "prices for children": what its author called it.
std::string name_as_words(std::string_view file) {
  std::string words(file.substr(0, file.rfind('.')));
  std::ranges::replace_if(words, [](char c) { return c == '/' || c == '-' || c == '_'; }, ' ');
  return words;
}

Result<void> fill(Database& db, const Texts& texts, const std::string& contents) {
  if (const Result<void> made = db.run(kTables); !made) return made;
  Result<Statement> passage = db.prepare("INSERT INTO passages VALUES (?1, ?2, ?3, ?4, ?5)");
  if (!passage) return passage.error();
  Result<Statement> words = db.prepare("INSERT INTO words (rowid, heading, text) VALUES (?1, ?2, ?3)");
  if (!words) return words.error();
  std::int64_t id = 0;
  for (std::size_t i = 0; i < texts.passages.size(); ++i) {
    const std::string& file = texts.folder.documents[i].file;
    for (const Passage& p : texts.passages[i]) {
      ++id;
      passage->bind(1, id).bind(2, file).bind(3, p.line).bind(4, p.heading).bind(5, p.text);
      if (const Result<bool> put = passage->step(); !put) return put.error();
      const std::string heading = folded(name_as_words(file) + " " + p.heading), text = folded(p.text);
      words->bind(1, id).bind(2, heading).bind(3, text);
      if (const Result<bool> put = words->step(); !put) return put.error();
    }
  }
  Result<Statement> about = db.prepare("INSERT INTO about VALUES (?1, ?2)");
  if (!about) return about.error();
  if (const Result<bool> put = about->bind(1, contents).bind(2, id).step(); !put) return put.error();
  return db.run("INSERT INTO words (words) VALUES ('optimize'); COMMIT");
}

// Under another name first: what stands under `path` is always whole, and whoever reads the one before goes on with it.
Result<void> build(const std::string& path, const Texts& texts, const std::string& contents) {
  static std::atomic<unsigned> builds{0};
  const std::string part = path + "." + std::to_string(::getpid()) + "-" + std::to_string(++builds) + ".part";
  std::error_code failed;
  fs::create_directories(fs::path(path).parent_path(), failed);
  fs::remove(part, failed);
  Result<void> done;
  if (Result<Database> db = Database::create(part); db)
    done = fill(*db, texts, contents);
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

std::size_t told(const Found& found) {
  return found.text.size() + found.heading.size() + found.file.size();
}

// The last one that does not fit whole is told in part, if that part is worth it.
void keep_to_bound(std::vector<Found>& all) {
  constexpr std::size_t kWorth = 200;  // bytes
  std::size_t left = Index::kMostTold;
  for (auto found = all.begin(); found != all.end(); ++found) {
    if (told(*found) > left) {
      const std::size_t frame = found->heading.size() + found->file.size();
      if (left >= frame + kWorth) {
        found->text.resize(fitting(found->text, left - frame, kMostWords));
        ++found;
      }
      all.erase(found, all.end());
      return;
    }
    left -= told(*found);
  }
}

}  // namespace

// One connection: of one thread at a time.
class Index::Reader {
 public:
  // `contents`: what it must be the index of; empty: whatever it is.
  static Result<std::unique_ptr<Reader>> open(const std::string& path, const std::string& contents) {
    Result<Database> db = Database::read(path);
    if (!db) return db.error();
    if (!contents.empty()) {
      if (const Result<void> good = check(*db, contents); !good) return good.error();
    }
    Result<Statement> best = db->prepare(kBest);
    if (!best) return best.error();
    return std::unique_ptr<Reader>(new Reader(std::move(*db), std::move(*best)));
  }

  Result<std::vector<Found>> search(std::string_view question, int limit, std::function<bool()> enough) {
    const Result<std::vector<std::string>> all = db_.words(folded(clean_utf8(question.substr(0, kLongestQuestion))));
    if (!all) return all.error();
    const std::vector<std::string> words = telling_words(*all);
    found_.clear(), ids_.clear();
    if (words.empty()) return found_;
    db_.give_up_when(std::move(enough));
    Result<void> asked;
    // What has all the words comes first, whatever its score; the wider questions only fill up.
    for (const auto& write : {all_of, all_begun_with, any_begun_with}) {
      if (asked && found_.size() < static_cast<std::size_t>(limit)) asked = ask(write(words), limit);
    }
    db_.give_up_when({});
    if (!asked) return asked.error();
    keep_to_bound(found_);
    return std::move(found_);
  }

 private:
  Reader(Database db, Statement best) : db_(std::move(db)), best_(std::move(best)) {}

  static Result<void> check(Database& db, const std::string& contents) {
    for (const auto& [sql, expected] :
         {std::pair{"PRAGMA quick_check(1)", std::string("ok")}, std::pair{"SELECT contents FROM about", contents}}) {
      Result<Statement> ask = db.prepare(sql);
      if (!ask) return ask.error();
      const Result<bool> row = ask->step();
      if (!row) return row.error();
      if (!*row || ask->text(0) != expected) {
        return Error{Errc::invalid, std::string(sql) + " told '" + (*row ? ask->text(0) : "nothing") + "', expected '" +
                                        expected + "'"};
      }
    }
    return {};
  }

  Result<void> ask(const std::string& query, int limit) {
    best_.bind(1, query).bind(2, std::int64_t{limit});
    Result<bool> row = best_.step();
    for (; row && *row; row = best_.step()) {
      const std::int64_t id = best_.number(0);
      if (found_.size() == static_cast<std::size_t>(limit) || std::ranges::find(ids_, id) != ids_.end()) continue;
      ids_.push_back(id);
      found_.push_back({.text = best_.text(4),
                        .heading = best_.text(3),
                        .file = best_.text(1),
                        .line = static_cast<int>(best_.number(2)),
                        .score = best_.real(5)});
    }
    return row ? Result<void>() : row.error();
  }

  Database db_;
  Statement best_;
  std::vector<Found> found_;
  std::vector<std::int64_t> ids_;
};

Index::Index(std::string path, Report report) : path_(std::move(path)), report_(std::move(report)) {}
Index::~Index() = default;

Result<std::unique_ptr<Index>> Index::open(const std::string& folder, const std::string& dir) {
  Result<Texts> texts = read(folder);
  if (!texts) return texts.error();
  const std::string contents = key_of(texts->folder);
  const std::string path = dir + "/" + inference::sha256(texts->folder.path).substr(0, 16) + ".db";
  Result<std::unique_ptr<Reader>> reader = Reader::open(path, contents);
  if (!reader) {
    const Error& why = reader.error();
    log::info("knowledge_indexed",
              {{"folder", folder}, {"index", path}, {"because", why.code == Errc::not_found ? "new" : why.what}});
    if (const Result<void> built = build(path, *texts, contents); !built) return built.error();
    texts->report.built = true;
    reader = Reader::open(path, contents);
    if (!reader) return reader.error().within("reading the index of '" + folder + "' that was just written");
  }
  std::unique_ptr<Index> index(new Index(path, std::move(texts->report)));
  index->idle_.push_back(std::move(*reader));
  return index;
}

Result<std::unique_ptr<Index::Reader>> Index::take_reader() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Reader> reader = std::move(idle_.back());
      idle_.pop_back();
      return reader;
    }
  }
  return Reader::open(path_, {});
}

Result<std::vector<Found>> Index::search(std::string_view question, int limit, std::function<bool()> enough) {
  Result<std::unique_ptr<Reader>> reader = take_reader();
  if (!reader) return reader.error();
  Result<std::vector<Found>> found = (*reader)->search(question, std::clamp(limit, 1, kMostFound), std::move(enough));
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(*reader));
  return found;
}

Result<Report> inspect(const std::string& folder) {
  Result<Texts> texts = read(folder);
  if (!texts) return texts.error();
  return std::move(texts->report);
}

std::string describe(const Report& report, std::size_t most) {
  std::string text = std::to_string(report.files) + (report.files == 1 ? " file, " : " files, ") +
                     std::to_string(report.passages) + (report.passages == 1 ? " passage" : " passages");
  for (std::size_t i = 0; i < std::min(most, report.skipped.size()); ++i)
    text += "\nskipped: " + report.skipped[i].file + " " + report.skipped[i].why;
  if (report.skipped.size() > most) text += "\nand " + std::to_string(report.skipped.size() - most) + " more";
  return text;
}

}  // namespace offhook::knowledge

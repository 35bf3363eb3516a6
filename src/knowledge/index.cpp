#include "knowledge/index.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/utf8.hpp"
#include "inference/sha256.hpp"
#include "knowledge/fitting.hpp"
#include "knowledge/index_writer.hpp"
#include "knowledge/question.hpp"
#include "knowledge/sqlite.hpp"

namespace offhook::knowledge {
namespace {

// A word in a heading says what the whole passage is about. Equal scores are told in the order of the files.
constexpr std::string_view kBest = R"(
  SELECT p.id, p.file, p.line, p.heading, p.text, w.score
  FROM (SELECT rowid, -bm25(words, 3.0, 1.0) AS score FROM words WHERE words MATCH ?1
        ORDER BY score DESC, rowid LIMIT ?2) AS w
  JOIN passages AS p ON p.id = w.rowid ORDER BY w.score DESC, p.id
)";

Report report_of(const Folder& folder) {
  return {.files = folder.documents.size(), .passages = 0, .skipped = folder.skipped, .built = false};
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

  Result<std::int64_t> passages() {
    Result<Statement> ask = db_.prepare("SELECT count(*) FROM passages");
    if (!ask) return ask.error();
    if (const Result<bool> row = ask->step(); !row) return row.error();
    return ask->number(0);
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
  const Result<Folder> read = read_folder(folder);
  if (!read) return read.error();
  Report report = report_of(*read);
  const std::string contents = contents_key(*read);
  const std::string path = dir + "/" + inference::sha256(read->path).substr(0, 16) + ".db";
  Result<std::unique_ptr<Reader>> reader = Reader::open(path, contents);
  if (!reader) {
    const Error& why = reader.error();
    log::info("knowledge_indexed",
              {{"folder", folder}, {"index", path}, {"because", why.code == Errc::not_found ? "new" : why.what}});
    if (const Result<void> written = write_index(path, *read); !written) return written.error();
    report.built = true;
    reader = Reader::open(path, contents);
    if (!reader) return reader.error().within("reading the index of '" + folder + "' that was just written");
  }
  const Result<std::int64_t> passages = (*reader)->passages();
  if (!passages) return passages.error();
  report.passages = static_cast<std::size_t>(*passages);
  std::unique_ptr<Index> index(new Index(path, std::move(report)));
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
  if (!found && found.error().code != Errc::timeout) return found;  // a broken connection is not used again
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(*reader));
  return found;
}

Result<Report> inspect(const std::string& folder) {
  const Result<Folder> read = read_folder(folder);
  if (!read) return read.error();
  const auto passages = cut(*read);
  if (!passages) return passages.error();
  Report report = report_of(*read);
  for (const std::vector<Passage>& of_one : *passages) report.passages += of_one.size();
  return report;
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

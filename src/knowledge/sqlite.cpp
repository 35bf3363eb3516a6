#include "knowledge/sqlite.hpp"

#include <sqlite3.h>

#include <utility>

namespace offhook::knowledge {
namespace {

constexpr int kStepsBetweenLooks = 1000;  // of SQLite's machine, some microseconds

Error failure(sqlite3* db, std::string_view doing) {
  const int code = sqlite3_errcode(db);
  const Errc ours = code == SQLITE_INTERRUPT  ? Errc::timeout
                    : code == SQLITE_CANTOPEN ? Errc::not_found
                                              : Errc::unavailable;
  return {ours, std::string(doing) + ": " + sqlite3_errmsg(db)};
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* s) const {
  sqlite3_finalize(s);
}

Statement& Statement::bind(int place, std::string_view text) {
  sqlite3_bind_text(statement_.get(), place, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  return *this;
}

Statement& Statement::bind(int place, std::int64_t number) {
  sqlite3_bind_int64(statement_.get(), place, number);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return reset(), false;
  Error error = failure(sqlite3_db_handle(statement_.get()), "asking the index");
  reset();
  return error;
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
}

std::string Statement::text(int column) const {
  const auto* bytes = sqlite3_column_text(statement_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return bytes ? std::string(reinterpret_cast<const char*>(bytes), size) : std::string();
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

// The tokenizer that FTS5 itself uses, so that questions and passages are cut alike.
struct Database::Cutter {
  fts5_tokenizer calls{};
  Fts5Tokenizer* tokenizer = nullptr;

  ~Cutter() {
    if (tokenizer) calls.xDelete(tokenizer);
  }
};

void Database::Close::operator()(sqlite3* db) const {
  sqlite3_close_v2(db);
}

Result<Database> Database::open(const std::string& path, int flags) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Database db(raw);
  if (code != SQLITE_OK) return failure(raw, "opening " + path);
  return db;
}

Result<Database> Database::create(const std::string& path) {
  return open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
}

Result<Database> Database::read(const std::string& path) {
  return open(path, SQLITE_OPEN_READONLY);
}

Result<void> Database::run(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failure(db_.get(), sql);
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr) != SQLITE_OK)
    return failure(db_.get(), sql);
  return Statement(statement);
}

void Database::give_up_when(std::function<bool()> enough) {
  *enough_ = std::move(enough);
  const auto ask = [](void* context) { return static_cast<int>((*static_cast<std::function<bool()>*>(context))()); };
  if (*enough_)
    sqlite3_progress_handler(db_.get(), kStepsBetweenLooks, ask, enough_.get());
  else
    sqlite3_progress_handler(db_.get(), 0, nullptr, nullptr);
}

Result<std::vector<std::string>> Database::words(std::string_view text) {
  if (!cutter_) {
    fts5_api* api = nullptr;
    Result<Statement> ask = prepare("SELECT fts5(?1)");
    if (!ask) return ask.error().within("this SQLite has no FTS5");
    sqlite3_bind_pointer(ask->statement_.get(), 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
    if (const Result<bool> row = ask->step(); !row) return row.error();
    auto made = std::make_shared<Cutter>();
    void* context = nullptr;
    const char* arguments[] = {"remove_diacritics", "2"};
    if (!api || api->xFindTokenizer(api, "unicode61", &context, &made->calls) != SQLITE_OK ||
        made->calls.xCreate(context, arguments, 2, &made->tokenizer) != SQLITE_OK) {
      return Error{Errc::internal, "making SQLite's tokenizer unicode61 failed; install libsqlite3-0 3.40 or later"};
    }
    cutter_ = std::move(made);
  }
  std::vector<std::string> words;
  const auto take = [](void* context, int, const char* word, int bytes, int, int) {
    static_cast<std::vector<std::string>*>(context)->emplace_back(word, static_cast<std::size_t>(bytes));
    return SQLITE_OK;
  };
  const int code = cutter_->calls.xTokenize(cutter_->tokenizer, &words, FTS5_TOKENIZE_QUERY, text.data(),
                                            static_cast<int>(text.size()), take);
  if (code != SQLITE_OK)
    return Error{Errc::internal, "cutting a question into words: " + std::string(sqlite3_errstr(code))};
  return words;
}

}  // namespace offhook::knowledge

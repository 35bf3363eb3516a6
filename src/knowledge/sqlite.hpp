// As much of SQLite as this room needs, with its errors as values. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;
struct Fts5Tokenizer;

namespace offhook::knowledge {

// Borrows its database.
class Statement {
 public:
  Statement& bind(int place, std::string_view text);  // from 1; `text` must outlive the next step
  Statement& bind(int place, std::int64_t number);
  Result<bool> step();  // to the next row; false: there is none, and it can be bound anew. Errc::timeout: given up
  void reset();

  std::string text(int column) const;  // from 0
  std::int64_t number(int column) const;
  double real(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* s) const;
  };
  explicit Statement(sqlite3_stmt* s) : statement_(s) {}
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  static Result<Database> create(const std::string& path);  // anew
  static Result<Database> read(const std::string& path);    // one that is there, and never write

  Result<void> run(const char* sql);
  Result<Statement> prepare(std::string_view sql);

  // Asked again and again while a statement runs; true: it ends with Errc::timeout. {}: nobody asks.
  void give_up_when(std::function<bool()> enough);

  // The words of `text` as the index knows them, before they are stemmed: small letters without accents.
  Result<std::vector<std::string>> words(std::string_view text);

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  struct Cutter;
  static Result<Database> open(const std::string& path, int flags);
  explicit Database(sqlite3* db) : db_(db), enough_(std::make_unique<std::function<bool()>>()) {}

  std::unique_ptr<sqlite3, Close> db_;
  std::unique_ptr<std::function<bool()>> enough_;  // SQLite keeps its address
  std::shared_ptr<Cutter> cutter_;                 // made when words are first wanted
};

}  // namespace offhook::knowledge

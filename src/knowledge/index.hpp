// The passages of a folder, found by their words: a full-text index on disk (SQLite FTS5, BM25).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "knowledge/folder.hpp"

namespace offhook::knowledge {

struct Found {
  std::string text;     // one passage, or its beginning
  std::string heading;  // "Opening hours › Holidays", may be empty
  std::string file;     // "hours.md"
  int line = 1;
  double score = 0;  // BM25, more is better; to compare within one answer
};

// What a folder gives, for whoever sets it up.
struct Report {
  std::size_t files = 0, passages = 0;
  std::vector<Skipped> skipped;
  bool built = false;  // now; false: an index of the same contents was there
};

class Index {
 public:
  static constexpr std::size_t kMostTold = 2000;  // bytes of all that one search finds, headings and names included
  static constexpr int kMostFound = 10;

  // Reads the folder and, unless `dir` has its index already, writes one there: whole or not at all, with the folder's
  // contents as its key. A broken one is written anew. Blocks (1,000 passages: a tenth of a second): never on a loop.
  static Result<std::unique_ptr<Index>> open(const std::string& folder, const std::string& dir);
  ~Index();

  const Report& report() const { return report_; }

  // The best first, at most `limit`; none if nothing fits. Any text may be asked. Any thread, and any number of them.
  // `enough` is asked now and then: true ends it with Errc::timeout.
  Result<std::vector<Found>> search(std::string_view question, int limit, std::function<bool()> enough = {});

 private:
  class Reader;
  Index(std::string path, Report report);
  Result<std::unique_ptr<Reader>> take_reader();

  const std::string path_;
  const Report report_;
  std::mutex mutex_;                           // of idle_ only
  std::vector<std::unique_ptr<Reader>> idle_;  // as many as have been searching at once
};

// What the folder would give, without an index.
Result<Report> inspect(const std::string& folder);

// "6 files, 31 passages", then a line for each file that was skipped, the first `most` of them.
std::string describe(const Report& report, std::size_t most = 10);

}  // namespace offhook::knowledge

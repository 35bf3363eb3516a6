// What an agent can look up: the texts of a folder, by their words. For hundreds of pages of a shop, a practice or a
// handbook; whatever is larger, or changes by the minute, is an HTTP tool's.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/deadline.hpp"
#include "inference/pool.hpp"
#include "knowledge/index.hpp"
#include "net/http_client.hpp"
#include "net/loop.hpp"

namespace offhook::knowledge {

// Shared by all calls and loops.
class Knowledge {
 public:
  static constexpr int kUsual = 3;  // passages

  // Index::open: blocks. `pool` and `clock`, the one its deadlines are on, outlive this; its jobs may outlive this.
  static Result<std::unique_ptr<Knowledge>> open(const std::string& folder, const std::string& dir,
                                                 inference::Pool& pool, const Clock& clock);

  const Report& report() const { return index_->report(); }

  // `done` comes on `loop`, exactly once, never from inside: what was found, the best first, at most `limit` passages
  // and Index::kMostTold bytes; none if nothing fits; or why there is no answer (timeout, full, unavailable).
  // Destroying the handle cancels.
  std::unique_ptr<net::Pending> search(net::Loop& loop, std::string question, int limit, Deadline deadline,
                                       std::function<void(Result<std::vector<Found>>)> done);

 private:
  Knowledge(std::shared_ptr<Index> index, inference::Pool& pool, const Clock& clock)
      : index_(std::move(index)), pool_(pool), clock_(clock) {}

  std::shared_ptr<Index> index_;  // shared with the jobs under way
  inference::Pool& pool_;
  const Clock& clock_;
};

}  // namespace offhook::knowledge

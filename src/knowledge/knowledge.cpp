#include "knowledge/knowledge.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace offhook::knowledge {
namespace {

constexpr const char* kDoing = "looking something up in the knowledge folder";
constexpr Duration kWanted = 100ms;  // a caller waits: the job's place among the pool's others
constexpr const char* kLate = ": not done by its deadline; is the machine overloaded?";

// One search. `done` belongs to the loop: it is called and dies there, whichever thread lets go of this last.
struct Search {
  net::Loop& loop;
  const std::string question;
  const int limit;
  const Deadline deadline;
  std::function<void(Result<std::vector<Found>>)> done;
  std::atomic<bool> over = false;  // answered or cancelled
};
using Shared = std::shared_ptr<Search>;

void answer(const Shared& search, Result<std::vector<Found>> found) {
  if (search->over) return;
  search->loop.post([search, found = std::move(found)]() mutable {
    if (search->over.exchange(true)) return;
    const auto done = std::exchange(search->done, {});
    done(std::move(found));
  });
}

void answer(const Shared& search, const Error& error) {
  answer(search,
         Result<std::vector<Found>>(error.code == Errc::timeout ? Error{Errc::timeout, std::string(kDoing) + kLate}
                                                                : error.within(kDoing)));
}

struct Handle final : net::Pending {
  explicit Handle(Shared s) : search(std::move(s)) {}
  ~Handle() override {
    search->over = true;
    search->done = {};
  }
  Shared search;
};

}  // namespace

Result<std::unique_ptr<Knowledge>> Knowledge::open(const std::string& folder, const std::string& dir,
                                                   inference::Pool& pool, const Clock& clock) {
  Result<std::unique_ptr<Index>> index = Index::open(folder, dir);
  if (!index) return index.error();
  return std::unique_ptr<Knowledge>(new Knowledge(std::move(*index), pool, clock));
}

std::unique_ptr<net::Pending> Knowledge::search(net::Loop& loop, std::string question, int limit, Deadline deadline,
                                                std::function<void(Result<std::vector<Found>>)> done) {
  const auto search = std::make_shared<Search>(loop, std::move(question), limit, deadline, std::move(done));
  const auto run = [search, index = index_, &clock = clock_] {
    if (search->over) return;
    Result<std::vector<Found>> found = index->search(search->question, search->limit, [search, &clock] {
      return search->over || search->deadline.passed(clock.now());
    });
    if (found)
      answer(search, std::move(found));
    else
      answer(search, found.error());
  };
  const Result<void> queued = pool_.submit(
      {.wanted = std::min(loop.now() + kWanted, deadline.at()), .deadline = deadline, .run = run, .expired = [search] {
         answer(search, Error{Errc::timeout, {}});
       }});
  if (!queued) answer(search, queued.error());
  return std::make_unique<Handle>(search);
}

}  // namespace offhook::knowledge

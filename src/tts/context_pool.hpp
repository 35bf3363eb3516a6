// The sockets and clauses of one context_voice.hpp: who waits, who speaks on which socket, what is opened and closed
// when. One for each voice and loop; home thread only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/secret.hpp"
#include "net/http_client.hpp"
#include "net/loop.hpp"
#include "net/service_socket.hpp"
#include "tts/dialect.hpp"
#include "tts/retelling.hpp"
#include "tts/tts.hpp"

namespace offhook::tts {

class ContextPool;

// A clause that somebody waits for.
struct ContextClause : std::enable_shared_from_this<ContextClause> {
  ContextClause(net::Loop& loop, std::shared_ptr<ContextPool> pool, Speech what, Sink to, Dialect::Format as);

  const std::shared_ptr<ContextPool> pool;
  const Speech speech;
  Sink sink;
  const Dialect::Format format;
  std::string url, context;
  const Time asked;
  Time spoken{};  // to the service
  int link = 0;   // 0: waits for a place
  net::Timer limit;
  std::optional<Result<Spoken>> settled;  // before it began
  bool over = false;
  bool limited = false;  // no sound came in time

  Retelling told;
};

struct ContextLink {
  std::string url;
  std::unique_ptr<net::ServiceSocket> socket;
  bool open = false;
  bool used_up = false;         // takes no other context
  bool suspect = false;         // silent in the middle of a clause: takes no other context until something comes
  std::optional<Error> broken;  // worth nothing any more; pump() clears it away
  Time heard{}, idle_since{};
  Time busy_since{};  // it has had contexts
  Time quiet_since() const { return std::max(heard, busy_since); }
  struct Context {
    std::shared_ptr<ContextClause> clause;  // null: cancelled, its end is not told yet
    Time cancelled{};
  };
  std::map<std::string, Context, std::less<>> contexts;
};

class ContextPool : public std::enable_shared_from_this<ContextPool> {
 public:
  ContextPool(net::Loop& loop, net::HttpClient& http, std::unique_ptr<const Dialect> dialect)
      : loop_(loop), http_(http), dialect_(std::move(dialect)) {}

  const Dialect::Traits& traits() const { return dialect_->traits(); }
  std::shared_ptr<ContextClause> take(Speech speech, Sink sink);
  void cancel(const std::shared_ptr<ContextClause>& clause);
  void warm();
  void on_limit(ContextClause& clause);
  void shut();

 private:
  ContextLink* find(int number);
  void pump();
  void speak(int number, const std::shared_ptr<ContextClause>& clause);
  void open_what_is_missing();
  void open(const std::string& url);
  void tend();
  void soon() {
    if (pumping_)
      again_ = true;
    else
      timer_.at(loop_.now());
  }

  void on_open(int number);
  void on_event(int number, Result<SpeechEvent> event);
  void lose(int number, const Error& why);
  void hear(const std::shared_ptr<ContextClause>& clause, const SpeechEvent& event);
  void finish(const std::shared_ptr<ContextClause>& clause, Result<Spoken> result, bool told);
  void leave_link(ContextClause& clause, bool told);
  void settle_link(int number);
  Error taken_for_dead(const ContextLink& link) const;
  Error explained(const Error& error) const {
    return {error.code, without_secret(traits().name + ": " + error.what, traits().secret), error.retry_after};
  }

  net::Loop& loop_;
  net::HttpClient& http_;
  const std::unique_ptr<const Dialect> dialect_;
  std::map<int, ContextLink> links_;
  int last_link_ = 0;
  std::uint64_t last_context_ = 0;
  std::deque<std::shared_ptr<ContextClause>> waiting_;
  int last_rate_ = 8000;
  Time open_again_{};  // after a failure, where another connection serves meanwhile
  bool want_spare_ = false;
  bool pumping_ = false, again_ = false, shut_ = false;
  net::Timer timer_{loop_, [this] { pump(); }};
};

}  // namespace offhook::tts

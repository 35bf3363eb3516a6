#include "tts/context_pool.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/utf8.hpp"
#include "tts/context_voice.hpp"
#include "tts/service_text.hpp"

namespace offhook::tts {

namespace {

constexpr Duration kSuspect = 500ms;  // nothing came for so long when a clause was given up: no new ones on it …
constexpr Duration kDead = 2s;        // … and after so long it is cut, with all its clauses
constexpr Duration kOpenAgain = 1s;

std::string ms(Duration d) {
  return std::to_string(d / 1ms) + " ms";
}

}  // namespace

ContextClause::ContextClause(net::Loop& loop, std::shared_ptr<ContextPool> of, Speech what, Sink to, Dialect::Format as)
    : pool(std::move(of)),
      speech(std::move(what)),
      sink(std::move(to)),
      format(as),
      asked(loop.now()),
      limit(loop, [this] { pool->on_limit(*this); }),
      told(speech.text, as, speech.rate) {
  const Deadline first = Deadline::earlier(speech.first_sound, speech.deadline);
  if (!first.is_never()) limit.at(first.at());
}

std::shared_ptr<ContextClause> ContextPool::take(Speech speech, Sink sink) {
  last_rate_ = speech.rate;
  const Dialect::Format format = dialect_->format(speech.rate);
  auto clause = std::make_shared<ContextClause>(loop_, shared_from_this(), std::move(speech), std::move(sink), format);
  clause->url = dialect_->url(format);
  clause->context = "c" + std::to_string(++last_context_);
  if (!anything_to_say(clause->speech.text)) {
    clause->settled = Result<Spoken>(Spoken{traits().key});
  } else if (waiting_.size() >= kMostWaitingClauses) {
    clause->settled = Result<Spoken>(
        explained({Errc::full, std::to_string(waiting_.size()) + " clauses wait for a place on its connections"}));
  } else {
    waiting_.push_back(clause);
    soon();  // nothing is called back from inside synthesize()
    return clause;
  }
  clause->limit.at(loop_.now());
  return clause;
}

void ContextPool::warm() {
  if (shut_) return;
  want_spare_ = traits().spare;
  const std::string url = dialect_->url(dialect_->format(last_rate_));
  const bool there = std::any_of(links_.begin(), links_.end(), [&](const auto& entry) {
    return entry.second.url == url && !entry.second.used_up && !entry.second.broken && !entry.second.suspect;
  });
  if (!there && links_.size() < traits().sockets) open(url);
}

void ContextPool::shut() {
  shut_ = true;
  timer_.cancel();
  const auto forget = [](const std::shared_ptr<ContextClause>& clause) {
    if (!clause) return;
    clause->over = true;
    clause->limit.cancel();
  };
  for (const auto& clause : std::exchange(waiting_, {})) forget(clause);
  for (auto& [number, link] : std::exchange(links_, {}))
    for (auto& [id, context] : link.contexts) forget(context.clause);
}

ContextLink* ContextPool::find(int number) {
  const auto it = links_.find(number);
  return it == links_.end() ? nullptr : &it->second;
}

// All that can be done now is done; what is due later arms the timer.
void ContextPool::pump() {
  if (std::exchange(pumping_, true)) {
    again_ = true;
    return;
  }
  const auto self = shared_from_this();
  do {
    again_ = false;
    for (auto it = links_.begin(); it != links_.end();) {
      const auto [number, broken] = std::pair(it->first, it->second.broken);
      if (broken) lose(number, *broken);
      it = links_.upper_bound(number);
    }
    for (std::size_t i = 0; i < waiting_.size();) {
      const auto place = std::find_if(links_.begin(), links_.end(), [&](const auto& entry) {
        const ContextLink& link = entry.second;
        return link.open && !link.used_up && !link.broken && !link.suspect && link.url == waiting_[i]->url &&
               link.contexts.size() < traits().contexts;
      });
      if (place == links_.end()) {
        ++i;
        continue;
      }
      const auto clause = waiting_[i];
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
      speak(place->first, clause);
      i = 0;  // a callback may have changed all of it
    }
    if (!shut_) open_what_is_missing();
  } while (again_ && !shut_);
  pumping_ = false;
  if (!shut_) tend();
}

void ContextPool::speak(int number, const std::shared_ptr<ContextClause>& clause) {
  ContextLink& link = *find(number);
  clause->link = number;
  clause->spoken = loop_.now();
  if (link.contexts.empty()) link.busy_since = loop_.now();
  link.contexts[clause->context].clause = clause;
  link.used_up = !traits().reusable;
  want_spare_ = traits().spare;
  const std::string text = clean_utf8(clause->speech.text);
  for (std::string& message : dialect_->speak(clause->context, text, clause->format))
    if (auto sent = link.socket->send_text(std::move(message)); !sent) {
      link.broken = sent.error();
      return soon();
    }
  if (clause->sink.used) clause->sink.used(traits().name, characters(clause->speech.text));
}

void ContextPool::open_what_is_missing() {
  std::map<std::string, std::size_t> missing;
  for (const auto& clause : waiting_) ++missing[clause->url];
  if (want_spare_) ++missing[dialect_->url(dialect_->format(last_rate_))];
  for (auto& [url, count] : missing) {
    std::size_t places = 0;
    bool served = false;
    for (const auto& [number, link] : links_)
      if (link.url == url && !link.used_up && !link.broken && !link.suspect) {
        places += traits().contexts - std::min(traits().contexts, link.contexts.size());
        served = true;
      }
    if (served && loop_.now() < open_again_) continue;
    for (; places < count; places += traits().contexts) {
      if (links_.size() >= traits().sockets) {  // one that waits for another rate's clauses gives way
        const auto idle = std::find_if(links_.begin(), links_.end(), [&url = url](const auto& entry) {
          return entry.second.url != url && entry.second.contexts.empty();
        });
        if (idle == links_.end()) return;
        idle->second.socket->close();
        links_.erase(idle);
      }
      open(url);
    }
  }
}

void ContextPool::open(const std::string& url) {
  const int number = ++last_link_;
  ContextLink& link = links_[number];
  link.url = url;
  link.idle_since = loop_.now();
  net::ServiceSocket::Options options;
  options.name = traits().name;
  options.url = url;
  options.headers = dialect_->headers();
  options.secret = traits().secret;
  link.socket = net::ServiceSocket::open(
      loop_, http_, std::move(options),
      {.opened = [this, number] { on_open(number); },
       .text = [this, number](std::string_view text) { on_event(number, dialect_->read(text)); },
       .binary = [this, number](std::string_view bytes) { on_event(number, dialect_->read_binary(bytes)); },
       .closed = [this, number](Error why) {  // it begins with the service's name
         const auto self = shared_from_this();
         lose(number, why);
         pump();
       }});
  soon();  // for the tending of it
}

void ContextPool::on_open(int number) {
  const auto self = shared_from_this();
  ContextLink* link = find(number);
  if (!link) return;
  link->open = true;
  link->heard = loop_.now();
  pump();
}

void ContextPool::on_event(int number, Result<SpeechEvent> event) {
  const auto self = shared_from_this();
  ContextLink* link = find(number);
  if (!link || link->broken) return;
  link->heard = loop_.now();
  if (std::exchange(link->suspect, false)) soon();
  const bool unnamed = !event || event->context.empty();
  if (!event || (event->error && unnamed)) {
    lose(number, explained(event ? *event->error : event.error()));
    return pump();
  }
  const auto it = unnamed && traits().contexts == 1 ? link->contexts.begin() : link->contexts.find(event->context);
  if (it == link->contexts.end()) return;  // forgotten since
  if (const auto clause = it->second.clause) {
    hear(clause, *event);
  } else if (event->done || event->error) {
    link->contexts.erase(it);
    settle_link(number);
  }
  if (event->done || event->error) pump();
}

void ContextPool::hear(const std::shared_ptr<ContextClause>& clause, const SpeechEvent& event) {
  const bool silent = clause->told.samples() == 0;
  clause->told.tell(event, clause->sink, clause->over);
  if (clause->over) return;
  if (silent && clause->told.samples() > 0) {
    if (clause->speech.deadline.is_never())
      clause->limit.cancel();
    else
      clause->limit.at(clause->speech.deadline.at());
  }
  if (clause->told.samples() > kLongestSound / 1s * clause->speech.rate)
    return finish(
        clause,
        explained({Errc::invalid, "it made more than " + std::to_string(kLongestSound / 1s) + " s of sound out of " +
                                      std::to_string(characters(clause->speech.text)) + " characters"}),
        false);
  if (event.error) return finish(clause, explained(*event.error), true);
  if (!event.done) return;
  clause->told.end(clause->sink, clause->over);
  if (clause->told.samples() == 0)
    return finish(clause, explained({Errc::unavailable, "it made no sound of the text"}), true);
  finish(clause, Spoken{traits().key}, true);
}

// `told`: by the service, which needs no word of ours.
void ContextPool::finish(const std::shared_ptr<ContextClause>& clause, Result<Spoken> result, bool told) {
  if (std::exchange(clause->over, true)) return;
  clause->limit.cancel();
  leave_link(*clause, told);
  if (clause->sink.done) std::exchange(clause->sink.done, nullptr)(std::move(result));
}

void ContextPool::leave_link(ContextClause& clause, bool told) {
  const int number = std::exchange(clause.link, 0);
  ContextLink* link = find(number);
  if (!link) {
    std::erase_if(waiting_, [&](const auto& other) { return other.get() == &clause; });
    return;
  }
  // Others may speak on it, who have deadlines of their own: who gives up does not judge for them.
  const bool began = clause.told.samples() > 0 || clause.limited;
  if (!told && began && loop_.now() - std::max(link->heard, clause.spoken) >= kSuspect) link->suspect = true;
  if (told || link->broken) {
    link->contexts.erase(clause.context);
  } else if (auto message = dialect_->cancel(clause.context); !message) {
    links_.erase(number);
    return soon();
  } else {
    link->contexts[clause.context] = {nullptr, loop_.now()};
    if (!message->empty())
      if (auto sent = link->socket->send_text(std::move(*message)); !sent) link->broken = sent.error();
  }
  settle_link(number);
}

// After one of its contexts has gone.
void ContextPool::settle_link(int number) {
  ContextLink& link = *find(number);
  if (link.contexts.empty()) {
    link.idle_since = loop_.now();
    if (link.used_up) {
      link.socket->close();
      links_.erase(number);
    }
  }
  soon();
}

void ContextPool::cancel(const std::shared_ptr<ContextClause>& clause) {
  if (std::exchange(clause->over, true)) return;
  clause->limit.cancel();
  leave_link(*clause, false);
}

Error ContextPool::taken_for_dead(const ContextLink& link) const {
  return explained({Errc::closed,
                    "nothing came for " + ms(loop_.now() - link.quiet_since()) + "; the connection is taken for dead"});
}

// Every clause on it fails, and those that waited for it to open.
void ContextPool::lose(int number, const Error& why) {
  auto node = links_.extract(number);
  if (node.empty()) return;
  std::vector<std::shared_ptr<ContextClause>> failed;
  for (auto& [id, context] : node.mapped().contexts)
    if (context.clause) failed.push_back(context.clause);
  const std::string& url = node.mapped().url;
  const bool last = std::none_of(links_.begin(), links_.end(), [&](const auto& entry) {
    return entry.second.url == url && !entry.second.used_up && !entry.second.broken;  // one that may take them yet
  });
  if (!node.mapped().open && last)
    std::copy_if(waiting_.begin(), waiting_.end(), std::back_inserter(failed),
                 [&](const auto& clause) { return clause->url == url; });
  if (!node.mapped().open) {
    want_spare_ = false;
    open_again_ = loop_.now() + kOpenAgain;
  }
  for (const auto& clause : failed) finish(clause, why, true);
}

void ContextPool::on_limit(ContextClause& due) {
  const auto clause = due.shared_from_this();
  const auto self = shared_from_this();
  if (clause->settled) return finish(clause, *clause->settled, true);
  const Time now = loop_.now();
  const std::string waited = ms(now - clause->asked);
  if (clause->told.samples() > 0)
    return finish(clause, explained({Errc::timeout, "not all of the sound within " + waited}), false);
  if (!find(clause->link)) {
    const bool opening = std::any_of(links_.begin(), links_.end(), [&](const auto& entry) {
      return entry.second.url == clause->url && !entry.second.open;
    });
    // The service's fault, or a bound of ours.
    const Error why = opening ? Error{Errc::timeout, "no connection within " + waited}
                              : Error{Errc::full, "no place on a connection within " + waited};
    return finish(clause, explained(why), false);
  }
  clause->limited = true;
  finish(clause, explained({Errc::timeout, "no sound within " + waited}), false);
  pump();
}

void ContextPool::tend() {
  const Time now = loop_.now();
  Time next = Time::max();
  // What is due, or will be.
  const auto due = [&](Time at) {
    if (at > now) next = std::min(next, at);
    return at <= now;
  };
  if (!waiting_.empty()) (void)due(open_again_);
  for (auto it = links_.begin(); it != links_.end();) {
    ContextLink& link = it->second;
    for (auto c = link.contexts.begin(); c != link.contexts.end();) {
      const bool forget = !c->second.clause && due(c->second.cancelled + kForgetCancelled);
      if (forget) {
        link.idle_since = now;
        next = now;  // its place is free
      }
      c = forget ? link.contexts.erase(c) : std::next(c);
    }
    if (link.suspect && !link.broken && !link.contexts.empty() && due(link.quiet_since() + kDead)) {
      link.broken = taken_for_dead(link);
      next = now;
    }
    if (link.contexts.empty() && due(link.idle_since + traits().idle)) {
      if (!link.used_up) want_spare_ = false;
      link.socket->close();
      it = links_.erase(it);
      continue;
    }
    if (link.open && traits().keep_alive > Duration::zero() && !link.broken) {
      if (due(link.socket->last_sent() + traits().keep_alive)) {
        if (auto sent = link.socket->send_text(dialect_->keep_alive()); !sent) {
          link.broken = sent.error();
          next = now;
        }
      }
      (void)due(link.socket->last_sent() + traits().keep_alive);
    }
    ++it;
  }
  if (next != Time::max()) timer_.at(next);
}

}  // namespace offhook::tts

#include "tools/mcp_server.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <random>
#include <utility>

#include "base/json_fields.hpp"
#include "base/log.hpp"
#include "base/secret.hpp"
#include "base/utf8.hpp"
#include "tools/http_answer.hpp"
#include "tools/mcp_messages.hpp"

namespace offhook::tools {
namespace {

constexpr int kMostProgress = 100;                    // messages of one call
constexpr std::size_t kProgressTold = 200;            // characters
constexpr Duration kListPatience = 20s;               // for a list that has changed
constexpr Duration kListAgainAfter = 200ms;           // changes come in swarms
constexpr Duration kLongSession = 30s;                // what ends after so long has not failed
constexpr double kFirstDelay = 0.5, kMostDelay = 60;  // seconds to the next attempt, doubled each time

using Done = std::function<void(Told)>;
using Progress = std::function<void(std::string)>;

McpTool as_tool(mcp::Listed& listed) {
  using Effect = McpTool::Effect;
  const Effect effect = listed.read_only.value_or(false)    ? Effect::none
                        : listed.idempotent.value_or(false) ? Effect::idempotent
                                                            : Effect::unknown;
  return {std::move(listed.name), std::move(listed.description), std::move(listed.parameters), effect};
}

}  // namespace

// All sessions with one server, one after the other.
class McpSessions : public std::enable_shared_from_this<McpSessions> {
 public:
  McpSessions(net::Loop& loop, const McpAddress& address, McpServer::Connect connect, McpServer::Limits limits)
      : address(address),
        loop_(loop),
        connect_(std::move(connect)),
        limits_(limits),
        retry_(loop, [this] { begin(); }),
        patience_(loop, [this] { lost({Errc::timeout, "it has not listed its tools in time"}); }),
        again_(loop, [this] { list_again(); }) {}

  void start(std::function<void()> on_change) {
    changed_ = std::move(on_change);
    retry_.at(loop_.now());
  }

  void stop(std::function<void()> done) {
    state_ = State::stopped;
    for (net::Timer* timer : {&retry_, &patience_, &again_}) timer->cancel();
    requests_.clear();
    if (transport_) return transport_->close(std::move(done));
    loop_.post(std::move(done));
  }

  std::int64_t call(McpServer::Caller::Call call, Done done, Progress progress) {
    const bool to_come = state_ == State::ready || (state_ != State::stopped && !tools.empty());
    if (!to_come || requests_.size() >= limits_.calls) {
      done({false, to_come ? "The tool is busy; it may work later." : "The tool cannot be reached."});
      return 0;
    }
    const std::int64_t id = next_id_++;
    auto& request = requests_[id];
    request = std::make_unique<Request>(
        loop_, [this, id] { give_up(id, "it took too long", "The tool did not return in time."); });
    request->limit.after(call.timeout);
    request->call = std::move(call);
    request->done = std::move(done);
    request->progress = std::move(progress);
    if (state_ == State::ready) send(id, *request);
    return id;
  }

  void cancel(std::int64_t id) {
    if (const auto it = requests_.find(id); it != requests_.end()) it->second->done = nullptr;
    give_up(id, "it is no longer wanted", "");
  }

  const McpAddress address;
  std::vector<McpTool> tools;
  std::vector<std::string> left_out;
  std::string why;
  bool tried = false;

 private:
  enum class State { waiting, greeting, listing, ready, stopped };  // waiting: for the next attempt

  // A call of a tool: sent once a session is ready; again where the session it was sent in had ended unnoticed.
  struct Request {
    Request(net::Loop& loop, std::function<void()> overdue) : limit(loop, std::move(overdue)) {}
    McpServer::Caller::Call call;
    Done done;
    Progress progress;
    net::Timer limit;
    bool sent = false, again = false;
    int progress_told = 0;
  };

  // ---- a session

  void begin() {
    const std::uint64_t session = ++session_;
    const auto current = [self = weak_from_this(), session](auto&& act) {
      if (const auto here = self.lock(); here && here->session_ == session && here->state_ != State::stopped)
        act(*here);
    };
    state_ = State::greeting;
    listed_.clear();
    listed_left_out_.clear();
    patience_.after(limits_.greeting);
    transport_ =
        connect_({.message = [current](std::string_view text) { current([&](auto& s) { s.hear(text); }); },
                  .failed = [current](std::int64_t id, Error error) { current([&](auto& s) { s.failed(id, error); }); },
                  .lost = [current](Error error) { current([&](auto& s) { s.lost(error); }); }});
    ask(mcp::initialize(own_ = next_id_++));
  }

  void ask(std::string message) { transport_->send(own_, std::move(message), Deadline(patience_.due())); }
  void tell(std::string message) { transport_->send(-1, std::move(message), Deadline::never()); }

  void hear(std::string_view text) {
    auto message = mcp::read(text);
    if (!message)  // it may hold what a caller said
      return log::debug("mcp_message_dropped", {{"server", address.name}, {"error", message.error().what}});
    if (auto* answer = std::get_if<mcp::Answer>(&*message)) {
      if (answer->id == own_) return answered(answer->result);
      end(answer->id, mcp::told_of(answer->result, address.secrets), "it said that it failed");
    } else if (const auto* failure = std::get_if<mcp::Failure>(&*message)) {
      const std::string code = "error " + std::to_string(failure->code);
      if (failure->id == own_) return failed(own_, {Errc::invalid, code + ": " + failure->message});
      end(failure->id, mcp::told_of(*failure, address.secrets), code);  // its words may be a caller's
    } else if (auto* question = std::get_if<mcp::Question>(&*message)) {
      tell(std::move(question->reply));
    } else if (const auto* progress = std::get_if<mcp::Progress>(&*message)) {
      const auto it = requests_.find(progress->id);
      if (it != requests_.end() && it->second->progress && !progress->message.empty() &&
          it->second->progress_told++ < kMostProgress)
        it->second->progress(one_line(without_secrets(progress->message), kProgressTold));
    } else if (std::get<mcp::Notice>(*message).method == "notifications/tools/list_changed") {
      again_.after(kListAgainAfter);
    }
  }

  std::string without_secrets(std::string text) const {
    for (const std::string& secret : address.secrets) text = without_secret(std::move(text), secret);
    return text;
  }

  void answered(const json::object& result) {
    if (state_ == State::greeting) {
      const auto greeting = mcp::greeting_of(result);
      if (!greeting) return lost(greeting.error());
      log::info("mcp_session", {{"server", address.name}, {"is", greeting->server}, {"revision", greeting->revision}});
      state_ = State::listing;
      transport_->agreed(greeting->revision);
      tell(mcp::initialized());
      pages_ = 0;
      return ask(mcp::list_tools(own_ = next_id_++, ""));
    }
    mcp::Page page = mcp::page_of(result);
    for (mcp::Listed& tool : page.tools) {
      if (listed_.size() < mcp::kMostTools)
        listed_.push_back(as_tool(tool));
      else if (listed_left_out_.size() < mcp::kMostTools)
        listed_left_out_.push_back(tool.name + ": it is one of more than " + std::to_string(mcp::kMostTools));
    }
    listed_left_out_.insert(listed_left_out_.end(), page.left_out.begin(), page.left_out.end());
    if (!page.cursor.empty() && ++pages_ < mcp::kMostPages && listed_.size() < mcp::kMostTools)
      return ask(mcp::list_tools(own_ = next_id_++, page.cursor));
    all_listed();
  }

  void all_listed() {
    own_ = 0;
    patience_.cancel();
    left_out = std::move(listed_left_out_);
    const bool begun = std::exchange(state_, State::ready) == State::listing;
    if (begun) {
      ready_since_ = loop_.now();
      why.clear();
    }
    log::info("mcp_tools", {{"server", address.name}, {"tools", listed_.size()}, {"left_out", left_out.size()}});
    for (const std::string& one : left_out) log::warn("mcp_tool_left_out", {{"server", address.name}, {"tool", one}});
    replace_tools(std::move(listed_));
    for (auto& [id, request] : requests_)
      if (!request->sent) send(id, *request);
  }

  // Its list has changed; the old one holds until the new one is there.
  void list_again() {
    if (state_ != State::ready) return;
    if (own_ != 0) return again_.after(kListAgainAfter);
    listed_.clear();
    listed_left_out_.clear();
    pages_ = 0;
    patience_.after(kListPatience);
    ask(mcp::list_tools(own_ = next_id_++, ""));
  }

  void failed(std::int64_t id, const Error& error) {
    if (id == own_ && own_ != 0) return lost(error);
    const auto it = requests_.find(id);
    if (it == requests_.end()) return;
    if (error.code == Errc::not_found && !std::exchange(it->second->again, true)) {
      it->second->sent = false;  // not looked at: the next session is asked
      return;
    }
    end(id, told_of(error), error.what);
  }

  void lost(const Error& error) {
    const bool was_ready = state_ == State::ready;
    if (was_ready && loop_.now() - ready_since_ >= kLongSession) failures_ = 0;
    const Duration delay = delay_after(failures_++);
    state_ = State::waiting;
    own_ = 0;
    ++session_;
    transport_.reset();
    patience_.cancel();
    again_.cancel();
    why = error.what;
    log::warn("mcp_server_lost", {{"server", address.name}, {"error", why}, {"again_in_ms", delay}});
    retry_.after(delay);
    std::vector<std::int64_t> broken;
    for (const auto& [id, request] : requests_)
      if (request->sent || !was_ready) broken.push_back(id);
    for (const std::int64_t id : broken)
      end(id, {false, was_ready ? "The tool failed on its side; it may work later." : "The tool cannot be reached."},
          "its server was lost");
    if (!was_ready) replace_tools({});
  }

  Duration delay_after(int failures) {
    if (failures == 0) return {};
    const double chance = std::uniform_real_distribution<>(0.75, 1.25)(jitter_);
    const double seconds = std::min(kMostDelay, kFirstDelay * std::exp2(std::min(failures - 1, 10))) * chance;
    return Duration(static_cast<Duration::rep>(seconds * 1e6));
  }

  void replace_tools(std::vector<McpTool> now) {
    if (std::exchange(tried, true) && now == tools) return;
    tools = std::move(now);
    loop_.post([self = weak_from_this()] {
      if (const auto here = self.lock(); here && here->state_ != State::stopped) here->changed_();
    });
  }

  // ---- calls

  void send(std::int64_t id, Request& request) {
    request.sent = true;
    transport_->send(id, mcp::call_tool(id, request.call.tool, request.call.arguments), Deadline(request.limit.due()));
  }

  void give_up(std::int64_t id, const char* why_it, const char* sentence) {
    const auto it = requests_.find(id);
    if (it == requests_.end()) return;
    if (it->second->sent) tell(mcp::cancelled(id, why_it));
    end(id, {false, sentence}, why_it);
  }

  void end(std::int64_t id, Told told, const std::string& trouble) {
    const auto it = requests_.find(id);
    if (it == requests_.end()) return;
    const auto request = std::move(it->second);
    requests_.erase(it);
    if (!request->done) return;
    if (!told.ok)
      log::warn(request->call.who, "tool_failed",
                {{"tool", request->call.tool}, {"server", address.name}, {"error", trouble}});
    request->done(std::move(told));
  }

  net::Loop& loop_;
  const McpServer::Connect connect_;
  const McpServer::Limits limits_;
  std::function<void()> changed_;
  State state_ = State::waiting;
  std::unique_ptr<McpTransport> transport_;
  std::uint64_t session_ = 0;           // its number: what an earlier one says is dropped
  std::int64_t next_id_ = 1, own_ = 0;  // own_: what we have asked for ourselves; 0: nothing
  std::map<std::int64_t, std::unique_ptr<Request>> requests_;
  std::vector<McpTool> listed_;  // so far
  std::vector<std::string> listed_left_out_;
  std::size_t pages_ = 0;
  int failures_ = 0;  // sessions in a row that did not last
  Time ready_since_{};
  net::Timer retry_, patience_, again_;
  std::minstd_rand jitter_{std::random_device{}()};
};

// ---- from any loop

// One call on its way: what is `here` is touched there only, what is home there.
class McpServer::Caller::Errand {
 public:
  Errand(net::Loop& here, net::Loop& home, std::weak_ptr<McpSessions> server, Done done, Progress progress)
      : here_(here), home_(home), server_(std::move(server)), done_(std::move(done)), progress_(std::move(progress)) {}

  static void begin(const std::shared_ptr<Errand>& errand, Call call) {
    errand->home_.post([errand, call = std::move(call)]() mutable {
      if (errand->dropped_) return;
      const auto tell = [errand](Told told) {
        errand->here_.post([errand, told = std::move(told)]() mutable {
          if (const auto done = std::exchange(errand->done_, nullptr)) done(std::move(told));
        });
      };
      const auto server = errand->server_.lock();
      if (!server) return tell({false, "The tool cannot be reached."});
      const auto report = [errand](std::string text) {
        errand->here_.post([errand, text = std::move(text)]() mutable {
          if (errand->done_ && errand->progress_) errand->progress_(std::move(text));
        });
      };
      errand->id_ = server->call(std::move(call), tell, report);
    });
  }
  static void drop(const std::shared_ptr<Errand>& errand) {
    errand->done_ = nullptr;
    errand->dropped_ = true;
    errand->home_.post([errand] {
      if (const auto server = errand->server_.lock()) server->cancel(errand->id_);
    });
  }

 private:
  net::Loop& here_;
  net::Loop& home_;
  const std::weak_ptr<McpSessions> server_;  // locked at home only, where it ends
  Done done_;                                // here
  const Progress progress_;                  // here
  std::int64_t id_ = 0;                      // home
  std::atomic<bool> dropped_{false};         // here, and asked at home before anything is sent
};

std::unique_ptr<net::Pending> McpServer::Caller::call(net::Loop& here, Call call, std::function<void(Told)> done,
                                                      std::function<void(std::string)> progress) const {
  struct Handle final : net::Pending {
    explicit Handle(std::shared_ptr<Errand> e) : errand(std::move(e)) {}
    ~Handle() override { Errand::drop(errand); }
    const std::shared_ptr<Errand> errand;
  };
  auto errand = std::make_shared<Errand>(here, *home_, server_, std::move(done), std::move(progress));
  Errand::begin(errand, std::move(call));
  return std::make_unique<Handle>(std::move(errand));
}

// ---- the server

McpServer::McpServer(net::Loop& loop, const McpAddress& address, Connect connect)
    : McpServer(loop, address, std::move(connect), Limits()) {}

McpServer::McpServer(net::Loop& loop, const McpAddress& address, Connect connect, Limits limits)
    : loop_(loop), sessions_(std::make_shared<McpSessions>(loop, address, std::move(connect), limits)) {}

McpServer::~McpServer() = default;

void McpServer::start(std::function<void()> changed) {
  sessions_->start(std::move(changed));
}

void McpServer::stop(std::function<void()> done) {
  sessions_->stop(std::move(done));
}

const std::string& McpServer::name() const {
  return sessions_->address.name;
}

const std::vector<McpTool>& McpServer::tools() const {
  return sessions_->tools;
}

const std::vector<std::string>& McpServer::left_out() const {
  return sessions_->left_out;
}

bool McpServer::tried() const {
  return sessions_->tried;
}

const std::string& McpServer::why() const {
  return sessions_->why;
}

McpServer::Caller McpServer::caller() const {
  Caller caller;
  caller.home_ = &loop_;
  caller.server_ = sessions_;
  return caller;
}

}  // namespace offhook::tools

#include "load/measure.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <utility>

#include "edge/twilio_signature.hpp"
#include "load/process_use.hpp"
#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"

namespace offhook::load {
namespace {

constexpr Duration kDialPatience = 10s;
constexpr Duration kLook = 500ms;  // at the server's memory
constexpr Duration kSettle = 4s;   // behind the last call, before the memory that is left is read

// The load on a loop of its own; another thread waits for it.
class Running {
 public:
  Running(const Target& target, LoadPlan plan) : http_(net::HttpClient::create(loop_)) {
    loop_.start();
    loop_.post([this, &target, plan = std::move(plan)]() mutable {
      load_ = std::make_unique<Load>(
          loop_, loop_.media_clock(), std::move(plan),
          [this, &target](Load::Opened opened) {
            net::HttpClient::SocketCall call;
            call.url = target.url;
            call.deadline = Deadline::in(loop_.now(), kDialPatience);
            if (!target.auth_token.empty())
              call.headers.emplace_back("X-Twilio-Signature", edge::twilio_signature(target.auth_token, target.url));
            return http_->connect(std::move(call), std::move(opened));
          },
          [this] { over_.set_value(load_->result()); });
    });
  }
  ~Running() {
    std::promise<void> gone;
    loop_.post([&] {
      load_.reset();
      gone.set_value();
    });
    gone.get_future().wait_for(std::chrono::seconds(10));
    loop_.stop();
    loop_.join();
  }

  std::future<LoadResult> result() { return over_.get_future(); }
  void stop() {
    loop_.post([this] { load_->stop(); });
  }

 private:
  net::EventLoop loop_{"load"};
  std::unique_ptr<net::HttpClient> http_;
  std::promise<LoadResult> over_;
  std::unique_ptr<Load> load_;  // touched on the loop only
};

double own_cpu_s() {
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  const auto s = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return s(use.ru_utime) + s(use.ru_stime);
}

}  // namespace

Result<void> check_url(const std::string& url) {
  const auto parsed = net::parse_url(url);
  if (!parsed) return parsed.error();
  if (parsed->scheme != "ws" && parsed->scheme != "wss")
    return Error{Errc::invalid, "expected ws://HOST:PORT/phone or wss://…"};
  return {};
}

LoadReport measure(const Target& target, LoadPlan plan, Signals& signals) {
  const SteadyClock clock;
  LoadReport report;
  report.url = target.url;
  const auto before = target.pid > 0 ? process_use(target.pid) : std::nullopt;
  if (before) report.server = ServerUse{0, before->rss_mb, before->rss_mb, before->rss_mb};
  const auto look = [&] {
    const auto use = target.pid > 0 ? process_use(target.pid) : std::nullopt;
    if (!use || !before) return;
    report.server->cpu_s = use->cpu_s - before->cpu_s;
    report.server->most_mb = std::max(report.server->most_mb, use->rss_mb);
    report.server->after_mb = use->rss_mb;
  };
  const Time began = clock.now();
  const double own_before = own_cpu_s();
  {
    Running running(target, std::move(plan));
    auto result = running.result();
    while (result.wait_for(kLook) != std::future_status::ready) {
      look();
      if (signals.came()) running.stop();
    }
    report.result = result.get();
    report.wall = clock.now() - began;
    report.own_cpu_s = own_cpu_s() - own_before;
    look();
  }
  if (report.server) {
    const double cpu_s = report.server->cpu_s;
    signals.came(kSettle);
    look();
    report.server->cpu_s = cpu_s;
  }
  return report;
}

}  // namespace offhook::load

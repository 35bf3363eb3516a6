#include "net/event_loop.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cassert>
#include <cstdlib>
#include <future>
#include <optional>
#include <thread>
#include <utility>

#include "base/log.hpp"
#include "net/thread_priority.hpp"
#include "net/timer_queue.hpp"
#include "net/watchdog.hpp"

namespace offhook::net {

namespace asio = boost::asio;

namespace {

std::string readable(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                    std::free);
  return name ? name.get() : type.name();
}

// Between two timers of an idle loop. Without it, the lag of the last call's last timer would stand until the next
// call, and refuse it.
constexpr Duration pulse_period = 100ms;

void raise_to(std::atomic<std::int64_t>& worst, std::int64_t value) {
  if (value > worst.load(std::memory_order_relaxed)) worst.store(value, std::memory_order_relaxed);
}

}  // namespace

// The order of members is the order in which the destructor needs them: what is still queued in the context may own
// timers and listeners of the media clock.
struct EventLoop::Impl {
  explicit Impl(EventLoop& loop) : self(loop) {}

  void set_wake();
  void on_wake();

  EventLoop& self;
  SteadyClock clock;
  TimerQueue timers;
  std::optional<MediaClock> media;
  std::optional<Timer> pulse;
  std::optional<asio::io_context> context{1};  // one thread runs it; any may post
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
  std::optional<asio::steady_timer> wake;
  Time wake_at = Time::max();  // what `wake` is set to
  bool firing = false;         // a round of timers is running: it sets `wake` when it is done
  bool watched = false;        // a Watch lives
  Watchdog watchdog;
  std::thread thread;
  std::atomic<std::thread::id> home{std::this_thread::get_id()};
  std::atomic<bool> closing{false};
};

EventLoop::EventLoop(std::string name) : name_(std::move(name)), impl_(std::make_unique<Impl>(*this)) {
  impl_->media.emplace(*this);
  impl_->pulse.emplace(*this, [this] { impl_->pulse->after(pulse_period); });
  impl_->work.emplace(impl_->context->get_executor());
  impl_->wake.emplace(*impl_->context);
}

EventLoop::~EventLoop() {
  stop();
  join();
  impl_->closing = true;
  impl_->wake.reset();
  impl_->work.reset();
  impl_->context.reset();
  impl_->media.reset();
  impl_->pulse.reset();
  if (impl_->timers.size() > 0)
    log::fatal(
        "timers_outlive_their_loop",
        {{"loop", name_}, {"found", impl_->timers.size()}, {"remedy", "destroy what lives on a loop before the loop"}});
}

void EventLoop::start() {
  impl_->thread = std::thread([this] {
    impl_->home = std::this_thread::get_id();
    name_this_thread(name_);
    impl_->pulse->after(pulse_period);
    impl_->context->run();
  });
  impl_->home = impl_->thread.get_id();
}

void EventLoop::stop() {
  impl_->context->stop();
}

void EventLoop::join() {
  if (!impl_->thread.joinable()) return;
  if (impl_->thread.get_id() == std::this_thread::get_id())
    log::fatal("loop_joined_by_itself", {{"loop", name_}, {"remedy", "stop it here, join it on another thread"}});
  impl_->thread.join();
  impl_->home = std::this_thread::get_id();  // whoever joined may take apart what lived here
}

Time EventLoop::now() const {
  return impl_->clock.now();
}

void EventLoop::post(std::function<void()> task) {
  if (impl_->closing) return;
  asio::post(*impl_->context, [this, task = std::move(task)]() mutable {
    Watch watch(*this, nullptr, &task.target_type());
    task();
    task = nullptr;  // what it held goes while the watchdog looks
  });
}

bool EventLoop::is_home() const {
  return impl_->home.load(std::memory_order_relaxed) == std::this_thread::get_id();
}

MediaClock& EventLoop::media_clock() {
  return *impl_->media;
}

asio::io_context& EventLoop::context() {
  return *impl_->context;
}

void EventLoop::arm(Timer& timer) {
  assert(is_home() && "a timer belongs to its loop's thread");
  impl_->timers.arm(timer);
  if (!impl_->firing) impl_->set_wake();
}

void EventLoop::disarm(Timer& timer) {
  if (!TimerQueue::armed(timer)) return;
  assert(is_home() && "a timer belongs to its loop's thread");
  impl_->timers.disarm(timer);  // `wake` stays: waking once for nothing is cheaper than setting it at every change
}

void EventLoop::Impl::set_wake() {
  const Deadline next = timers.next();
  if (closing || next.at() >= wake_at) return;
  // At most an hour, so that far deadlines never reach the clock's end in nanoseconds.
  wake_at = std::min(next.at(), clock.now() + 1h);
  wake->expires_at(std::chrono::steady_clock::time_point(wake_at.time_since_epoch()));
  wake->async_wait([this](const boost::system::error_code& error) {
    if (!error) on_wake();
  });
}

void EventLoop::Impl::on_wake() {
  wake_at = Time::max();
  firing = true;
  Health& health = self.health_;
  const TimerQueue::Round round = timers.begin_round(clock.now());
  while (const auto due = timers.due(round)) {
    Watch watch(self, nullptr, due->type);
    const std::int64_t lag = (watch.from_ - due->at).count();
    health.lag_us.store(lag, std::memory_order_relaxed);
    raise_to(health.worst_lag_us, lag);
    timers.fire_next();
    if (context->stopped()) break;
  }
  health.frame_lateness_us.store(media->lateness().count(), std::memory_order_relaxed);
  firing = false;
  set_wake();
}

EventLoop::Watch::Watch(EventLoop& loop, const char* what) : Watch(loop, what, nullptr) {}

EventLoop::Watch::Watch(EventLoop& loop, const char* what, const std::type_info* type)
    : loop_(std::exchange(loop.impl_->watched, true) ? nullptr : &loop), what_(what), type_(type) {
  if (loop_) from_ = loop_->now();
}

EventLoop::Watch::~Watch() {
  if (!loop_) return;
  Impl& impl = *loop_->impl_;
  impl.watched = false;
  const Time to = impl.clock.now();
  const Duration took = to - from_;
  raise_to(loop_->health_.worst_handler_us, took.count());
  if (took <= Watchdog::limit) return;
  loop_->health_.slow_handlers.fetch_add(1, std::memory_order_relaxed);
  if (const auto line = impl.watchdog.ran(from_, to))
    log::warn("slow_handler", {{"loop", loop_->name_},
                               {"handler", what_ ? std::string(what_) : readable(*type_)},
                               {"took_ms", line->took},
                               {"limit_ms", Watchdog::limit},
                               {"unsaid", line->unsaid}});
}

void run_on(Loop& loop, const std::function<void()>& task) {
  std::promise<void> done;
  loop.post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

}  // namespace offhook::net

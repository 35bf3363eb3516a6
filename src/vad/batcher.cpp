#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/ring.hpp"
#include "vad/vad.hpp"

namespace offhook::vad {
namespace {

struct Queued {
  std::array<float, kWindow> samples;
  std::int64_t position;
  Time since;
};

// One call's. Held by its Stream and, while its window is in a batch, by the batch: so a callback may destroy its
// stream.
struct Call {
  explicit Call(Batcher::Heard heard) : heard(std::move(heard)) {}
  Batcher::Heard heard;
  Memory memory;
  int quiet = 0;      // windows in a row
  bool clean = true;  // the model has heard nothing since it forgot
  Ring<Queued> queue;
  bool open = true;
};
using CallPtr = std::shared_ptr<Call>;

void forget_in_quiet(Call& call, float probability) {
  call.clean = false;
  if (probability >= Batcher::kQuiet) {
    call.quiet = 0;
  } else if (++call.quiet >= Batcher::kForget) {
    call.memory.state.fill(0);
    call.quiet = 0;
    call.clean = true;
  }
}

// Nothing to hear, and nothing heard before that it could be the end of: the model need not be asked.
bool skipped(Call& call) {
  const Queued& next = call.queue.front();
  const auto audible = [](float x) { return std::abs(x) > Batcher::kSilent; };
  if (!call.clean || std::ranges::any_of(next.samples, audible)) return false;
  std::copy(next.samples.end() - kContext, next.samples.end(), call.memory.context.begin());
  return true;
}

class BatcherOnLoop final : public Batcher {
 public:
  BatcherOnLoop(net::Loop& loop, std::unique_ptr<Model> model)
      : loop_(loop), model_(std::move(model)), timer_(loop, [this] { on_timer(); }) {}
  ~BatcherOnLoop() override {
    if (open_ != 0) log::fatal("vad_batcher_outlived", {{"open_streams", open_}});
  }

  std::unique_ptr<Stream> open(Heard heard) override;
  const Stats& stats() const override { return stats_; }

 private:
  class StreamOfCall final : public Stream {
   public:
    StreamOfCall(BatcherOnLoop& batcher, CallPtr call) : batcher_(batcher), call_(std::move(call)) {}
    ~StreamOfCall() override { batcher_.close(call_); }
    void push(std::span<const float> window, std::int64_t position) override { batcher_.push(call_, window, position); }

   private:
    BatcherOnLoop& batcher_;
    CallPtr call_;
  };

  void push(const CallPtr& call, std::span<const float> window, std::int64_t position);
  void close(const CallPtr& call);
  void arm();
  void on_timer();
  void run_batch();
  void ask();

  net::Loop& loop_;
  std::unique_ptr<Model> model_;
  net::Timer timer_;
  std::vector<CallPtr> waiting_;  // calls with a queue, in the order of their oldest windows
  // One batch at a time; members, so that none asks for memory.
  std::vector<CallPtr> calls_;
  std::vector<Model::Window> batch_;
  std::vector<CallPtr> asked_;  // of calls_, those that the batch asks for
  struct Answer {
    float probability;
    std::int64_t position;
  };
  std::vector<Answer> answers_;
  std::size_t open_ = 0;
  bool running_ = false;
  Stats stats_;
};

std::unique_ptr<Batcher::Stream> BatcherOnLoop::open(Heard heard) {
  ++open_;
  return std::make_unique<StreamOfCall>(*this, std::make_shared<Call>(std::move(heard)));
}

void BatcherOnLoop::close(const CallPtr& call) {
  call->open = false;
  call->queue.clear();
  std::erase(waiting_, call);
  --open_;
  arm();  // those that wait may now be all there are
}

void BatcherOnLoop::push(const CallPtr& call, std::span<const float> window, std::int64_t position) {
  if (window.size() != kWindow)
    log::fatal("vad_window_of_wrong_size", {{"samples", window.size()}, {"expected", kWindow}});
  if (call->queue.size() == kMaxQueued) {
    call->queue.pop_front();
    ++stats_.dropped;
  }
  if (call->queue.empty()) waiting_.push_back(call);
  Queued& queued = call->queue.emplace_back();
  std::copy(window.begin(), window.end(), queued.samples.begin());
  queued.position = position;
  queued.since = loop_.now();
  arm();
}

// A batch holds one window a call: a call's next window needs the memory that this one leaves.
void BatcherOnLoop::arm() {
  if (running_) return;  // armed when it is done
  if (waiting_.empty()) return timer_.cancel();
  const bool full = waiting_.size() >= std::min(kBatch, open_);
  timer_.at(full ? loop_.now() : waiting_.front()->queue.front().since + kPatience);
}

void BatcherOnLoop::on_timer() {
  running_ = true;
  run_batch();
  running_ = false;
  arm();  // what is left: at once if it fills a batch again, else when its oldest is old enough
}

// The batch; windows that could not be judged are 0.
void BatcherOnLoop::ask() {
  stats_.silent += calls_.size() - batch_.size();
  if (batch_.empty()) return;
  const auto ran = model_->run(batch_);
  ++stats_.batches;
  stats_.windows += batch_.size();
  if (ran) {
    for (std::size_t i = 0; i < batch_.size(); ++i) forget_in_quiet(*asked_[i], batch_[i].probability);
    return;
  }
  if (stats_.failed == 0) log::error("vad_failed", {{"why", ran.error().what}});
  stats_.failed += batch_.size();
  for (Model::Window& window : batch_) window.probability = 0;
}

void BatcherOnLoop::run_batch() {
  const auto n = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kBatch));
  calls_.assign(waiting_.begin(), waiting_.begin() + n);
  waiting_.erase(waiting_.begin(), waiting_.begin() + n);
  asked_.clear();
  batch_.clear();
  for (const CallPtr& call : calls_) {
    if (skipped(*call)) continue;
    asked_.push_back(call);
    batch_.push_back({&call->memory, call->queue.front().samples});
  }
  ask();

  // All queues are put in order before the first callback, which may do anything to any of them.
  answers_.clear();
  std::size_t asked = 0;
  for (const CallPtr& call : calls_) {
    const bool has_answer = asked < asked_.size() && asked_[asked] == call;
    answers_.push_back({has_answer ? batch_[asked++].probability : 0.0f, call->queue.front().position});
    call->queue.pop_front();
    if (call->queue.empty()) continue;
    const auto place = std::upper_bound(waiting_.begin(), waiting_.end(), call->queue.front().since,
                                        [](Time since, const CallPtr& c) { return since < c->queue.front().since; });
    waiting_.insert(place, call);
  }
  for (std::size_t i = 0; i < calls_.size(); ++i)
    if (calls_[i]->open && calls_[i]->heard) calls_[i]->heard(answers_[i].probability, answers_[i].position);
  asked_.clear();
  calls_.clear();
}

}  // namespace

std::unique_ptr<Batcher> Batcher::create(net::Loop& loop, std::unique_ptr<Model> model) {
  return std::make_unique<BatcherOnLoop>(loop, std::move(model));
}

}  // namespace offhook::vad

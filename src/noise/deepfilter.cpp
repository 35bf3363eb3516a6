#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <future>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "net/thread_priority.hpp"
#include "noise/library.hpp"
#include "noise/noise.hpp"

namespace offhook::noise {
namespace {

constexpr int kDelay = 1440;     // 30 ms: half a window of analysis, and the two frames that it looks ahead
constexpr float kKept = 0.2f;    // at most 14 dB are taken away: without, words go with the noise (docs/benchmarks.md)
constexpr float kNoLimit = 100;  // dB that it may take away
constexpr std::size_t kInStock = 2;  // ready before a call asks

// Of libDF's C interface (capi.rs, DeepFilterNet 0.5.6).
struct Api {
  void* (*create)(const char* model, float limit_db, const char* log_level);  // ends the process on a broken model
  std::size_t (*frame_length)(void* state);
  float (*process)(void* state, float* in, float* out);  // answers the SNR that it believes in, dB
  void (*free)(void* state);
};
using State = std::unique_ptr<void, void (*)(void*)>;

// Makes states ahead, on a thread that no call waits for. Goes after the calls.
class Stock {
 public:
  Stock(const Api& api, std::string model, State first) : api_(api), model_(std::move(model)) {
    ready_.push_back(std::move(first));
    thread_ = std::thread([this] { work(); });
  }
  ~Stock() {
    {
      const std::scoped_lock lock(mutex_);
      ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  std::future<State> take() {
    std::promise<State> order;
    auto state = order.get_future();
    const std::scoped_lock lock(mutex_);
    if (ready_.empty()) {
      orders_.push_back(std::move(order));
    } else {
      order.set_value(std::move(ready_.front()));
      ready_.pop_front();
    }
    wake_.notify_one();
    return state;
  }

 private:
  void work() {
    net::lower_this_thread();
    net::name_this_thread("deepfilter");
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return ending_ || !orders_.empty() || ready_.size() < kInStock; });
      if (ending_) return;
      lock.unlock();
      State made(api_.create(model_.c_str(), kNoLimit, nullptr), api_.free);
      lock.lock();
      if (orders_.empty()) {
        ready_.push_back(std::move(made));
        continue;
      }
      std::promise<State> order = std::move(orders_.front());
      orders_.pop_front();
      lock.unlock();
      order.set_value(std::move(made));  // whose call has ended meanwhile: it goes here
      lock.lock();
    }
  }

  const Api api_;
  const std::string model_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<State> ready_;
  std::deque<std::promise<State>> orders_;  // as many as calls have begun within half a second
  bool ending_ = false;
  std::thread thread_;
};

class DeepFilter final : public Filter {
 public:
  DeepFilter(const Api& api, std::future<State> coming) : api_(api), coming_(std::move(coming)) {}
  bool ready() override {
    if (!state_ && coming_.wait_for(std::chrono::seconds(0)) == std::future_status::ready) state_ = coming_.get();
    return state_ != nullptr;
  }
  Did frame(std::span<const float, kFrame> in, std::span<float, kFrame> out) override {
    if (!ready()) return Did::waited;
    std::ranges::copy(in, in_.begin());  // it wants to be able to write there
    api_.process(state_.get(), in_.data(), out.data());
    return Did::cleaned;
  }

 private:
  const Api& api_;
  std::future<State> coming_;
  State state_{nullptr, nullptr};
  std::array<float, kFrame> in_{};
};

class DeepFilterNet final : public Suppressor {
 public:
  DeepFilterNet(const Api& api, std::string model, State first)
      : api_(api), stock_(api, std::move(model), std::move(first)) {}
  Kind kind() const override { return Kind::deepfilter; }
  std::unique_ptr<Stream> open() override {
    return std::make_unique<Stream>(std::make_unique<DeepFilter>(api_, stock_.take()), kDelay, kKept);
  }
  Duration latency() const override { return stream_latency(kDelay); }

 private:
  const Api api_;
  Stock stock_;
};

}  // namespace

Result<std::unique_ptr<Suppressor>> load_deepfilter(const DeepFilterFiles& files) {
  constexpr const char* kWhat = "DeepFilterNet";
  std::error_code failed;
  if (!std::filesystem::is_regular_file(files.model, failed)) return missing(files.model, kWhat);
  const auto library = Library::open(files.library, kWhat);
  if (!library) return library.error();
  Api api;
  if (!library->find(api.create, "df_create") || !library->find(api.frame_length, "df_get_frame_length") ||
      !library->find(api.process, "df_process_frame") || !library->find(api.free, "df_free"))
    return strange(files.library, kWhat);
  State first(api.create(files.model.c_str(), kNoLimit, nullptr), api.free);
  if (api.frame_length(first.get()) != kFrame) return strange(files.model, kWhat);
  return std::unique_ptr<Suppressor>(std::make_unique<DeepFilterNet>(api, files.model, std::move(first)));
}

}  // namespace offhook::noise

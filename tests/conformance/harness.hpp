// What the tests of all kinds of services share: stand-ins on their own thread, a loop with its HTTP client on another,
// and waiting from the test's thread. Every wait is for a condition and bounded.
//
//   Rig rig;                                                        // quick stand-ins
//   auto* voice = rig.keep(rig.on_loop([&] { return tts::connect(rig.loop, *rig.http, spec); }));
//   auto speech = rig.on_loop([&] { return voice->say(…); });       // whatever the provider does: on the loop
//   EXPECT_TRUE(rig.until([&] { return said.done; }));              // the condition too
//   rig.on_loop([&] { speech.reset(); });                           // handles go where they live
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "standins/standins.hpp"

namespace offhook::conformance {

using standins::Counters;
using standins::Fault;
using standins::Service;
using standins::Settings;
using standins::Standins;

inline constexpr auto patience = 10s;  // for what must happen; never the time a passing test takes

// Settings under which nothing waits long.
inline Settings quick() {
  Settings settings;
  settings.llm_first = 5ms;
  settings.llm_token = 1ms;
  settings.tts_first = 5ms;
  settings.tts_speed = 50;
  settings.stt_endpoint = 50ms;
  return settings;
}

// False if `holds` did not come true in time. Nobody signals what happens on other threads: it is looked at again.
inline bool eventually(const std::function<bool()>& holds, Duration limit = patience) {
  std::mutex mutex;
  std::condition_variable again;
  std::unique_lock lock(mutex);
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    again.wait_for(lock, 1ms);
  }
  return true;
}

// What the fields of a test's row are named by in its title: letters and digits only.
inline std::string title(std::string name) {
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}

class Rig {
 public:
  explicit Rig(Settings settings = quick()) : standins(std::move(settings)) {
    loop.start();
    http = on_loop([this] { return net::HttpClient::create(loop); });
  }
  // Everything that was kept goes, last first; then nothing may be under way at the stand-ins, and they must have had
  // nothing to complain of.
  ~Rig() {
    on_loop([this] {
      while (!kept_.empty()) kept_.pop_back();
      http.reset();
    });
    for (Standins* at : all()) {
      EXPECT_TRUE(eventually([&] { return idle(*at); })) << "left under way: " << at->stats();
      if (!complaints_expected) {
        EXPECT_THAT(at->complaints(), ::testing::IsEmpty());
      }
    }
    loop.stop();
    loop.join();
  }
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  // Runs `f` on the loop and returns what it returns.
  template <class F>
  auto on_loop(F f) -> std::invoke_result_t<F&> {
    std::packaged_task<std::invoke_result_t<F&>()> task(std::ref(f));
    auto result = task.get_future();
    loop.post([&task] { task(); });
    return result.get();
  }
  // `holds` is looked at on the loop, so that it may read what callbacks write.
  bool until(const std::function<bool()>& holds, Duration limit = patience) {
    return eventually([&] { return on_loop(holds); }, limit);
  }
  // Lives until the rig ends and is destroyed on the loop, before the HTTP client.
  template <class T>
  T* keep(std::unique_ptr<T> object) {
    T* const raw = object.get();
    kept_.push_back(std::shared_ptr<T>(std::move(object)));
    return raw;
  }
  // Further stand-ins, on a port of their own; checked at the end as the first.
  Standins& another(Settings settings = quick()) {
    others_.push_back(std::make_unique<Standins>(std::move(settings)));
    return *others_.back();
  }
  // Nothing is under way: no request, no socket, no context.
  static bool idle(const Standins& at) {
    for (std::size_t i = 0; i < standins::kServices; ++i) {
      const Counters c = at.counters(static_cast<Service>(i));
      if (c.open != 0 || c.contexts_open != 0) return false;
    }
    return true;
  }

  Standins standins;
  net::EventLoop loop{"client"};
  std::unique_ptr<net::HttpClient> http;  // on the loop only
  bool complaints_expected = false;       // the test provokes them on purpose, and looks at them itself

 private:
  std::vector<Standins*> all() {
    std::vector<Standins*> all{&standins};
    for (const auto& other : others_) all.push_back(other.get());
    return all;
  }
  std::vector<std::unique_ptr<Standins>> others_;
  std::vector<std::shared_ptr<void>> kept_;  // last: whatever it refers to is still there
};

}  // namespace offhook::conformance

#include "tts/reciter.hpp"

#include <chrono>
#include <future>
#include <utility>

#include "net/event_loop.hpp"

namespace offhook::tts {
namespace {

constexpr std::chrono::seconds kPatience{60};

}  // namespace

// The members stand in the order in which they may die, from the last: voice before pool before loop.
struct Reciter::Machine {
  SteadyClock clock;
  net::EventLoop loop{"reciter"};
  std::unique_ptr<inference::Pool> pool;
  std::unique_ptr<Voice> voice;

  Machine() {
    loop.start();
    pool = std::make_unique<inference::Pool>(clock);
  }
  ~Machine() {
    std::promise<void> gone;
    loop.post([&] {
      voice.reset();
      gone.set_value();
    });
    gone.get_future().wait_for(std::chrono::seconds(10));
    pool.reset();
    loop.stop();
    loop.join();
  }
};

Reciter::Reciter(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}
Reciter::~Reciter() = default;

Result<std::unique_ptr<Reciter>> Reciter::open(const PiperFiles& files) {
  auto machine = std::make_unique<Machine>();
  auto voice = load_piper(files, *machine->pool);
  if (!voice) return voice.error();
  machine->voice = std::move(*voice);
  return std::unique_ptr<Reciter>(new Reciter(std::move(machine)));
}

Result<std::vector<std::int16_t>> Reciter::say(std::string_view text, int rate) {
  struct Saying {
    std::vector<std::int16_t> sound;
    std::unique_ptr<net::Pending> handle;
    std::promise<Result<void>> done;
  };
  const auto saying = std::make_shared<Saying>();
  auto done = saying->done.get_future();
  machine_->loop.post([this, saying, rate, said = std::string(text)] {
    saying->handle = machine_->voice->synthesize(
        machine_->loop, {.text = said, .rate = rate},
        {.audio =
             [saying](std::span<const std::int16_t> s) {
               saying->sound.insert(saying->sound.end(), s.begin(), s.end());
             },
         .done =
             [saying](Result<Spoken> result) {
               saying->done.set_value(result ? Result<void>() : Result<void>(result.error()));
             }});
  });
  const bool came = done.wait_for(kPatience) == std::future_status::ready;
  net::run_on(machine_->loop, [&] { saying->handle.reset(); });  // cancels; nothing is told after it
  const std::string doing = "saying \"" + std::string(text) + "\"";
  if (!came) return Error{Errc::timeout, doing + ": Piper has not done so within a minute"};
  if (const auto result = done.get(); !result) return result.error().within(doing);
  return std::move(saying->sound);
}

}  // namespace offhook::tts

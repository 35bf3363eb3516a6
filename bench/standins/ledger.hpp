// What the stand-ins have seen: counters, the messages themselves, and complaints about clients. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::standins {

enum class Service {
  deepgram,
  deepgram_speak,
  flux,
  cartesia,
  elevenlabs,
  openai_chat,
  openai_transcriptions,
  openai_speech,
  anthropic,
  gemini,
};
inline constexpr std::size_t kServices = 10;

std::string_view name(Service service);  // "deepgram", "openai.chat", …
std::optional<Service> service_named(std::string_view name);

struct Counters {
  std::int64_t connections = 0;  // WebSockets opened, HTTP requests taken
  std::int64_t open = 0, most_open = 0;
  std::int64_t refused = 0;      // answered with an HTTP status of 400 and above
  std::int64_t messages_in = 0;  // audio included
  std::int64_t messages_out = 0;
  std::int64_t faults = 0;  // how often one struck

  double seconds_in = 0;  // audio heard
  std::int64_t keepalives = 0, finalizes = 0;

  std::int64_t cancels = 0;  // contexts cancelled or closed, HTTP clients gone before the end
  std::int64_t contexts = 0, contexts_open = 0, most_contexts = 0;
  std::int64_t characters = 0;  // given to be spoken: code points
  double seconds_out = 0;       // audio made
  std::int64_t tokens_out = 0;

  // Waste: what was made though the client had cancelled it, and what it still gave to a cancelled context.
  double seconds_after_cancel = 0;
  std::int64_t characters_after_cancel = 0;
};

class Ledger {
 public:
  explicit Ledger(std::size_t log_lines) : log_lines_(log_lines) {}

  template <class F>
  void count(Service service, F change) {
    const std::lock_guard lock(mutex_);
    change(counters_[static_cast<std::size_t>(service)]);
  }
  void opened(Service service);
  void closed(Service service);
  void remember(Service service, std::string_view received);  // a text message or a request
  // A client did what the vendor does not take. The first 1000 are kept.
  void complain(std::string_view who, std::string_view what);
  void complain(Service service, std::string_view what) { complain(name(service), what); }

  Counters counters(Service service) const;
  std::vector<std::string> received(Service service) const;
  std::vector<std::string> complaints() const;  // "deepgram: Finalize: unknown field \"x\""
  std::string as_json() const;
  void clear();  // what is open stays counted

 private:
  mutable std::mutex mutex_;
  const std::size_t log_lines_;
  std::array<Counters, kServices> counters_;
  std::array<std::deque<std::string>, kServices> received_;
  std::vector<std::string> complaints_;
};

}  // namespace offhook::standins

// What a call uses of its services, as it happens, put on its bill: which answers were wanted and which were asked
// ahead for nothing, which words were heard and which were only spoken. Home thread of the call.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "call/event.hpp"
#include "llm/llm.hpp"
#include "telemetry/costs.hpp"

namespace offhook::call {

class Spending {
 public:
  explicit Spending(std::shared_ptr<const telemetry::Prices> prices) : bill_(std::move(prices)) {}

  void listened(std::string_view service, Duration audio) { bill_.add_audio(service, audio); }

  // One answer: asked for, perhaps of several services one after the other; answered or stopped; and in the end
  // released (it is heard) or abandoned. Where a service was stopped before it told its usage, its tokens are
  // estimated.
  void asked(Generation generation, const llm::Request& request);
  void asked_of(Generation generation, std::string_view service);
  void token(Generation generation, std::string_view text);
  void answered(Generation generation, const llm::Usage& usage);
  void stopped(Generation generation);
  void released(Generation generation);
  void abandoned(Generation generation);

  // `service` is empty where the sound was at hand: it costs nothing, but is heard like the rest.
  void spoken(std::string_view service, std::int64_t characters);
  void heard(std::string_view text);  // of the reply that has ended; what was spoken before counts as over

  void close();  // the call is over: answers still open are billed as they stand
  const telemetry::Bill& bill() const { return bill_; }

 private:
  struct Thought {
    std::string service, text;
    telemetry::Tokens prompt_estimate, tokens;
    bool over = false, estimated = false, released = false, abandoned = false;
  };
  void settle(Generation generation);
  void end(Thought& thought, bool told, const telemetry::Tokens& tokens);

  static constexpr std::size_t kMostSpoken = 4096;  // clauses of one reply

  telemetry::Bill bill_;
  std::map<Generation, Thought> thoughts_;  // not settled yet: two at most, the one released and the one ahead
  std::deque<std::pair<std::string, std::int64_t>> spoken_;
};

}  // namespace offhook::call

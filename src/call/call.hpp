// A call: the shell around the pure conversation. It turns what happens into events, steps the conversation, writes
// both into the event log, and performs the actions with its ears, mind and mouth. Born, lives and dies on one loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/gate.hpp"
#include "base/ring.hpp"
#include "call/conversation.hpp"
#include "call/ears.hpp"
#include "call/echo.hpp"
#include "call/event_log.hpp"
#include "call/mouth.hpp"
#include "call/recording.hpp"
#include "call/spending.hpp"
#include "call/wire.hpp"
#include "llm/llm.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/service_metrics.hpp"
#include "tools/toolbox.hpp"
#include "turn/word_scorer.hpp"

namespace offhook::call {

class Call;

// Whoever watches calls: the page, `offhook call`. Home thread of the call.
class Observers {
 public:
  virtual ~Observers() = default;
  virtual bool watched(const std::string& stream_id) const = 0;  // cheap: asked before JSON is built
  virtual void tell(const std::string& stream_id, std::string json) = 0;
};

// What the calls of one loop share. Outlives them all.
struct Services {
  net::Loop& loop;
  net::MediaClock& clock;
  vad::Batcher& vad;
  turn::Detector* detector;  // null: none
  stt::Recognizer& recognizer;
  llm::Client& llm;
  tts::Voice& voice;
  tts::PhraseCache& phrases;
  telemetry::CallMetrics& metrics;
  std::shared_ptr<const telemetry::Prices> prices;       // never null
  telemetry::ServiceMetrics* service_metrics = nullptr;  // where the bills are added up
  Observers* observers = nullptr;
  std::set<Call*>* calls = nullptr;  // those of this loop that are alive
  Gate* gate = nullptr;              // proves that none outlives the services
  noise::Suppressor* noise = nullptr;
  turn::WordScorer* word_scorer = nullptr;
  llm::Client* summarizer = nullptr;  // null: llm
  tools::Toolbox* toolbox = nullptr;  // null: the agent has no tools but its own
};

// An agent as a call needs it; immutable, shared.
struct Agent {
  std::string name;
  std::string instructions;
  Settings settings;
  std::vector<llm::Tool> tools;  // as the model is told of settings.tools, in that order
  dialog::Room room;
  int max_answer_tokens = 160;
  double temperature = 0.3;
  bool echo = true;       // the agent's voice is taken out of the caller's sound where it comes back
  std::string log_dir;    // empty: no event log
  std::string sound_dir;  // empty: no recording
  bool record_words = true;
};

// What its model is asked, but for when it is to answer by.
llm::Request request_of(const Agent& agent, const action::Ask& ask);

class Call final : public Line {
 public:
  Call(const Services& services, std::shared_ptr<const Agent> agent, CallStart start, Wire& wire);
  ~Call() override;

  void on_audio(std::span<const std::uint8_t> mulaw, std::int64_t sample) override;
  void on_mark(std::string_view name) override;
  void on_digit(char digit) override;
  void on_hangup(std::string_view why) override;

  void end(std::string why);  // goodbye, then hang up

 private:
  void dispatch(Event event);
  void process(const Event& event);
  void perform(const Action& action);
  void ask(const action::Ask& ask);
  void summarize(const action::Summarize& summarize);
  void recite(Generation generation, const action::Script& script);
  void call_tool(const action::CallTool& call);
  void score_words(const action::ScoreWords& score);
  void stop_thinking(Generation generation);
  void tell_cost();
  void settle_bill();
  void count(const Action& action);
  void publish(const Action& action);
  std::string_view node() const;
  void publish_clause(Generation generation, const std::string& text);
  bool watched() const { return services_.observers && services_.observers->watched(start_.stream_id); }
  void tell(std::string json);
  void open_log();
  std::unique_ptr<Recording> open_recording();
  Wire& heard_wire() { return recording_ ? static_cast<Wire&>(*recording_) : wire_; }  // recorded where it is
  Time now() const { return Time{} + (services_.loop.now() - born_); }  // the conversation's clock begins at zero

  const Services& services_;
  std::shared_ptr<const Agent> agent_;
  CallStart start_;
  Wire& wire_;
  const Time born_;
  std::optional<Gate::Pass> pass_;
  State state_;
  Ring<Event> queue_;
  bool processing_ = false;
  const std::string day_;  // of its files
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<Recording> recording_;
  Spending spending_;
  std::int64_t cost_told_ = 0;
  std::unique_ptr<Echo> echo_;  // null: there is none, or the edge cancels it
  Ears ears_;
  Mouth mouth_;
  std::unique_ptr<net::Pending> thinking_, scoring_words_, summarizing_;
  std::map<std::string, std::unique_ptr<net::Pending>, std::less<>> running_tools_;  // by id
  Generation thinking_for_ = 0, speculated_ = 0;
  std::vector<std::string> unheard_clauses_;  // of a speculated reply, for those who watch
  Time held_at_{};
  net::Timer tick_, start_timer_;
  std::string hangup_why_;
};

}  // namespace offhook::call

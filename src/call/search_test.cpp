// Random orders of events, searched for a broken promise. A small world answers what the conversation orders,
// plausibly, late, twice, or for somebody long gone; its mouth keeps the mouth's contract: Flushed follows Flush before
// anything else, Drained comes only of what is released, closed and not held, and positions follow the clock.
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

#include "call/promises.hpp"
#include "call/record.hpp"
#include "call/timelines_testing.hpp"

namespace offhook::call {
namespace {

// xorshift64*: the same everywhere, unlike the distributions of <random>.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : s_(seed * 0x9E3779B97F4A7C15u + 1) {}
  std::uint64_t roll() {
    s_ ^= s_ >> 12, s_ ^= s_ << 25, s_ ^= s_ >> 27;
    return s_ * 0x2545F4914F6CDD1Du;
  }
  int below(int n) { return static_cast<int>((roll() >> 33) % static_cast<std::uint64_t>(n)); }
  bool one_in(int n) { return below(n) == 0; }
  Duration ms(int from, int to) { return 1ms * (from + below(to - from + 1)); }
  template <class T, std::size_t N>
  const T& of(const T (&list)[N]) {
    return list[below(static_cast<int>(N))];
  }

 private:
  std::uint64_t s_;
};

constexpr const char* kCaller[] = {"stop", "yes",     "mm-hm",      "", "I want to", "book a table for two",
                                   "um",   "no wait", "café à deux"};
constexpr const char* kTokens[] = {"We ",        "open at nine. ",          "Sure, ", "on Saturday! ", "\n",
                                   "d'accord, ", "and so on and so forth ", "né?"};

constexpr std::pair<const char*, Builtin> kBuiltins[] = {{"end_call", Builtin::end_call},
                                                         {"send_digits", Builtin::send_digits},
                                                         {"collect", Builtin::collect},
                                                         {"wait", Builtin::wait},
                                                         {"remember", Builtin::remember}};
struct Use {
  const char *tool, *arguments;
};
constexpr Use kUses[] = {
    {"book", "{}"},
    {"book", "{\"when\":1}"},
    {"look", "{}"},
    {"look", "{\"what\":2}"},
    {"fly", "{}"},
    {"book", "{}"},
    {"look", "{}"},
    {"end_call", "{}"},
    {"end_call", "{\"words\":\"Bye then.\"}"},
    {"send_digits", "{\"digits\":\"12#\"}"},
    {"send_digits", "{\"digits\":\"4\"}"},
    {"send_digits", "{\"digits\":\"555\"}"},
    {"send_digits", "{\"digits\":\"*\"}"},
    {"send_digits", "{\"digits\":\"x\"}"},
    {"send_digits", "{\"digits\":\"9\"}"},
    {"send_digits", "{\"digits\":\"0\"}"},
    {"send_digits", "{\"digits\":\"911\"}"},
    {"send_digits", "{\"digits\":\"3#\"}"},
    {"collect", "{\"what\":\"date\"}"},
    {"wait", "{\"seconds\":3}"},
    {"remember", "{\"key\":\"name\",\"value\":\"Ann\"}"},
    {"go_to_talk", "{}"},
    {"go_to_wish", "{}"},
    {"go_to_nowhere", "{}"},
    {"note_wish", "{\"wish\":\"table\"}"},
    {"note_wish", "{\"wish\":7}"},
    {"note_talk", "{\"more\":\"and so on\"}"},
};

// All that a node can be, and ways back and forth.
Flow random_flow(Dice& dice) {
  Flow flow;
  flow.language = "en";
  FlowNode wish{.name = "wish", .say = "Welcome."};
  wish.collect = {{.field = "wish",
                   .kind = dialog::SlotKind::one_of,
                   .choices = {{"table", {"table"}}, {"stop", {"stop"}}},
                   .ask = "What would you like?",
                   .again = "Sorry, what?"}};
  wish.talks = dice.one_in(2);
  wish.tools = {"book", "look", "send_digits", "note_wish", "go_to_talk"};
  if (dice.one_in(2)) wish.unclear = "talk";
  wish.tries = 1 + dice.below(3);
  wish.next = {{.to = "bye", .conditions = {{"wish", {"stop"}}}}, {.to = "talk", .when = "they chat"}, {.to = "make"}};
  FlowNode make{.name = "make", .say = "One moment for the {wish}.", .call = dice.one_in(2) ? "book" : "look"};
  make.arguments = R"({"what":"{wish}"})";
  make.keep = {{"when", "slots.0"}};
  make.next = {{.to = "talk", .result = CallResult::failed}, {.to = "done"}};
  FlowNode done{.name = "done", .say = "It is done, {when}."};
  done.collect = {{.field = "more", .kind = dialog::SlotKind::yes_no, .ask = "Anything else?", .again = "Yes or no?"}};
  done.next = {{.to = "wish", .conditions = {{"more", {"yes"}}}}, {.to = "bye"}};
  FlowNode talk{.name = "talk", .role = "You are somebody else.", .task = "Chat.", .talks = true};
  talk.tools = {"look", "end_call", "send_digits", "go_to_wish", "note_talk", "remember"};
  if (dice.one_in(2)) talk.collect = {{.field = "more", .kind = dialog::SlotKind::text}};
  talk.speaks_first = dice.one_in(2);
  talk.memory = dice.of({FlowMemory::append, FlowMemory::reset, FlowMemory::summary});
  talk.next = {{.to = "wish", .when = "they want a table"}, {.to = "done", .after = "look", .result = CallResult::ok}};
  if (!talk.collect.empty()) talk.next.push_back({.to = "make"});
  flow.nodes = {wish, make, done, talk, FlowNode{.name = "bye", .say = "Goodbye then.", .end = true}};
  flow.anywhere = {{.to = "bye", .hears = {"stop", "no wait"}}};
  return flow;
}

Settings random_settings(Dice& dice) {
  Settings s;
  s.interruptions = dice.of({Interruptions::hold, Interruptions::hold, Interruptions::immediate, Interruptions::never});
  s.mute = dice.of({Mute::none, Mute::none, Mute::none, Mute::greeting, Mute::tools, Mute::always});
  s.speculate = !dice.one_in(3);
  s.owner = dice.one_in(3) ? Owner::stt : Owner::offhook;
  s.words_usual = dice.ms(0, 1500);
  if (dice.one_in(10)) s.budget_micros = 40'000;
  s.detector = !dice.one_in(3);
  s.word_scorer = dice.one_in(2);
  s.min_words = dice.one_in(3) ? dice.below(4) : 0;
  s.vad_stop = dice.ms(1, 6) * 32;
  s.min_delay = dice.ms(0, 600);
  s.max_delay = dice.ms(0, 3000);
  s.min_duration = dice.ms(0, 600);
  s.judge = dice.ms(50, 600);
  s.judge_words = dice.ms(50, 900);
  s.start_windows = 1 + dice.below(3);
  s.overlap_windows = 1 + dice.below(4);
  s.no_sound = dice.ms(100, 600);
  s.idle = dice.ms(500, 15000);
  s.idle_prompts = dice.below(3);
  if (dice.one_in(2)) s.filler = dice.ms(50, 1500);
  s.filler_gain = dice.ms(0, 500);
  s.rule = dice.one_in(4) ? Rule::threshold : Rule::curve;
  s.adaptive = !dice.one_in(3);
  s.wordless = dice.ms(100, 2000);
  s.speculations = dice.below(5);
  s.longest_turn = dice.one_in(4) ? dice.ms(200, 3000) : Duration(60s);
  s.longest_call = dice.one_in(4) ? dice.ms(1000, 20000) : Duration(60s);
  s.goodbye_patience = dice.ms(100, 12000);
  s.words_patience = dice.ms(100, 2500);
  s.mind_patience = dice.ms(200, 5000);
  s.failures = 1 + dice.below(3);
  s.failing = dice.ms(0, 20000);
  s.tool_steps = dice.below(4);
  if (dice.one_in(2)) s.greeting = "Hello, this is Bluebird. How can I help?";
  if (dice.one_in(8)) s.goodbye_text.clear();
  if (dice.one_in(8)) s.apology_text.clear();
  if (dice.one_in(8)) s.idle_text.clear();
  s.tools = {{"book", Effect::once, dice.ms(100, 8000).count()}, {"look", Effect::none, 1'000'000}};
  if (dice.one_in(3)) s.tools[0].say = "Let me book that.";
  s.tools[0].interruptible = dice.one_in(3);
  s.tools[1].interruptible = !dice.one_in(3);
  for (const auto& [name, builtin] : kBuiltins) s.tools.push_back({.name = name, .builtin = builtin});
  s.tool_filler = dice.ms(50, 3000);
  s.tool_filler_again = dice.ms(50, 8000);
  if (dice.one_in(4)) s.tool_text.clear();
  if (dice.one_in(2)) s.summarize_tokens = 1 + dice.below(30);
  s.summarize_keep = 1 + dice.below(2);
  if (dice.one_in(3)) {
    s.flow = random_flow(dice);
    for (const char* name : {"go_to_talk", "go_to_wish"}) s.tools.push_back({.name = name, .builtin = Builtin::go_to});
    for (const char* name : {"note_wish", "note_talk"}) s.tools.push_back({.name = name, .builtin = Builtin::note});
  }
  return s;
}

class World {
 public:
  World(std::uint64_t seed, bool keep) : dice_(seed), keep_(keep), state_(begin(random_settings(dice_))) {
    if (keep_) head_.settings = state_.settings;
  }

  // A call of `events` steps, then the end of it.
  void live(int events) {
    if (dice_.one_in(50)) something();
    feed(event::Answered{});
    while (events_ < events && !ended(state_)) something();
    if (dice_.one_in(2)) return feed(event::HungUp{"the caller", mouth_.alive ? played() : 0});
    // Left alone, on ticks only.
    const Duration bound = state_.settings.longest_call + state_.settings.goodbye_patience + 70s;
    const Time latest = std::max(now_, Time{} + bound) + 6s;
    for (int i = 0; !ended(state_) && i < 1000; ++i) {
      const Time due = next_deadline(state_);
      if (due > latest) break;
      now_ = std::max(now_, due);
      feed(event::Tick{});
    }
    if (!ended(state_)) broken_ = "left alone, it does not end";
  }

  std::string broken() const {
    if (!promises_.broken().empty()) return promises_.broken().front();
    return broken_;
  }
  int events() const { return events_; }
  const State& state() const { return state_; }
  const std::string& log() const { return log_; }
  const Head& head() const { return head_; }
  int reached(std::size_t action) const { return reached_[action]; }

 private:
  struct Mouth {
    Generation generation = 0;
    bool alive = false, released = false, held = false, audible = false;
    int closed = -1;
    std::vector<Sample> clauses;  // -1: ordered
    std::size_t ready = 0;
    Sample coming = 0;  // so much of the next one is here
    Sample position = 0;
    Time since{};
  };

  Sample sound() const {
    Sample n = 0;
    for (std::size_t i = 0; i < mouth_.ready; ++i) n += mouth_.clauses[i];
    return n + mouth_.coming;
  }
  Sample played() {
    if (mouth_.alive && mouth_.released && !mouth_.held)
      mouth_.position = std::min(sound(), mouth_.position + (now_ - mouth_.since).count() * 8 / 1000);
    mouth_.since = now_;
    return mouth_.position;
  }

  void feed(const Event& first) {
    std::optional<Event> event = first;
    while (event) {
      ++events_;
      if (keep_) write_event(log_, now_.time_since_epoch(), *event, true);
      if (dice_.one_in(4) && recent_.size() < 32) recent_.push_back(*event);
      played();
      const Event now = *event;
      event.reset();
      const Actions actions = step(state_, now, now_);
      promises_.saw(now_, now, actions, state_);
      for (const auto& action : actions) {
        if (keep_) write_action(log_, now_.time_since_epoch(), action, true);
        ++reached_[action.what.index()];
        if (auto flushed = perform(action)) event = *flushed;
      }
    }
  }

  std::optional<Event> perform(const Action& a) {
    if (auto* x = std::get_if<action::Listen>(&a.what))
      utterance_ = x->utterance;
    else if (auto* x = std::get_if<action::Transcribe>(&a.what)) {
      if (dice_.one_in(8))
        pending_.push_back(event::TranscriptFailed{x->utterance, x->upto, "broke"});
      else
        pending_.push_back(event::Transcript{x->utterance, x->upto, dice_.of(kCaller)});
    } else if (auto* x = std::get_if<action::ScoreTurn>(&a.what)) {
      pending_.push_back(event::TurnScored{x->utterance, x->upto, dice_.below(1002) - 1});
    } else if (auto* x = std::get_if<action::ScoreWords>(&a.what)) {
      pending_.push_back(event::WordsScored{x->utterance, x->upto, dice_.below(1002) - 1});
    } else if (auto* x = std::get_if<action::Ask>(&a.what)) {
      const Generation g = x->generation;
      if (x->script) {
        recite(g, *x->script);
        return std::nullopt;
      }
      for (int n = dice_.below(5); n > 0; --n) pending_.push_back(event::Token{g, dice_.of(kTokens)});
      if (dice_.one_in(3))
        for (int n = 1 + dice_.below(3); n > 0; --n) {
          const Use& use = dice_.of(kUses);
          pending_.push_back(
              event::ToolAsked{g, "t" + std::to_string(dice_.one_in(6) ? calls_ : ++calls_), use.tool, use.arguments});
        }
      if (dice_.one_in(6))
        pending_.push_back(event::MindFailed{g, "broke"});
      else if (!dice_.one_in(8))
        pending_.push_back(event::MindDone{g, "stop"});
    } else if (auto* x = std::get_if<action::Summarize>(&a.what)) {
      if (!dice_.one_in(8))
        pending_.push_back(event::Summarized{x->upto, dice_.one_in(4) ? "" : "In short, all is well."});
    } else if (auto* x = std::get_if<action::Speak>(&a.what)) {
      start(x->generation);
      mouth_.clauses.push_back(-1);
    } else if (auto* x = std::get_if<action::Dial>(&a.what)) {
      start(x->generation);
      mouth_.clauses.push_back(-1);
    } else if (auto* x = std::get_if<action::Release>(&a.what)) {
      start(x->generation);
      mouth_.released = true;
    } else if (auto* x = std::get_if<action::Close>(&a.what)) {
      mouth_.closed = x->clauses;
    } else if (std::holds_alternative<action::Hold>(a.what)) {
      mouth_.held = true;
    } else if (std::holds_alternative<action::Resume>(a.what)) {
      mouth_.held = false;
    } else if (auto* x = std::get_if<action::Flush>(&a.what)) {
      mouth_.alive = false;
      return event::Flushed{x->generation, mouth_.position};
    } else if (auto* x = std::get_if<action::Abandon>(&a.what)) {
      if (x->generation == mouth_.generation) mouth_.alive = false;
    } else if (auto* x = std::get_if<action::CallTool>(&a.what)) {
      if (!dice_.one_in(5)) pending_.push_back(event::ToolReturned{x->id, !dice_.one_in(4), "result"});
      if (dice_.one_in(8)) pending_.push_back(event::ToolReturned{x->id, true, "the result again"});
    } else if (std::holds_alternative<action::HangUp>(a.what)) {
      if (dice_.one_in(2)) pending_.push_back(event::HungUp{"we did", 0});
    }
    return std::nullopt;
  }

  void recite(Generation g, const action::Script& script) {
    if (!script.say.empty()) pending_.push_back(event::Token{g, script.say});
    for (const auto& call : script.calls)
      pending_.push_back(event::ToolAsked{g, "t" + std::to_string(++calls_), call.name, call.arguments});
    pending_.push_back(event::MindDone{g, "stop"});
  }

  void start(Generation g) {
    if (mouth_.alive && mouth_.generation == g) return;
    mouth_ = {};
    mouth_.generation = g;
    mouth_.alive = true;
    mouth_.since = now_;
  }

  void something() {
    const int what = dice_.below(100);
    if (what < 35) return windows();
    if (what < 60) return answer();
    if (what < 82) return mouth();
    if (what < 90) {
      now_ = dice_.one_in(2) ? std::max(now_, std::min(next_deadline(state_), now_ + 20s)) : now_ + dice_.ms(0, 700);
      return feed(event::Tick{});
    }
    if (what < 92) {
      using Kind = event::TurnSignalled::Kind;
      return feed(event::TurnSignalled{utterance_ - (dice_.one_in(5) ? 1u : 0u),
                                       dice_.of({Kind::eager, Kind::resumed, Kind::ended}), dice_.of(kCaller),
                                       dice_.below(1002) - 1});
    }
    if (what < 94) return feed(event::Partial{utterance_ - (dice_.one_in(5) ? 1u : 0u), dice_.of(kCaller), 0});
    if (what < 98) return stale();
    if (what < 99) {
      if (dice_.one_in(2)) return feed(event::Expecting{static_cast<dialog::Expects>(dice_.below(6))});
      return feed(event::Digit{"1"});
    }
    if (dice_.one_in(4)) return feed(event::EndRequested{"drain"});
  }

  void windows() {
    const bool loud = dice_.one_in(2);
    const int level = 20 + dice_.below(30);
    if (dice_.one_in(30)) {  // a gap
      const Duration gap = dice_.ms(0, 2000);
      now_ += gap;
      heard_ += gap.count() * 8 / 1000;
    }
    for (int n = 1 + dice_.below(12); n > 0 && !ended(state_); --n) {
      now_ += 32ms;
      heard_ += 256;
      const int echo = dice_.one_in(6) ? dice_.below(256) : 0;
      feed(event::Window{loud ? 130 + dice_.below(126) : dice_.below(140), level, heard_, echo});
    }
  }

  void answer() {
    now_ += dice_.ms(0, 120);
    if (pending_.empty()) return feed(event::Tick{});
    // Mostly in order: a mind's words do not overtake each other. Other things do.
    const std::size_t i =
        dice_.one_in(10) ? static_cast<std::size_t>(dice_.below(static_cast<int>(pending_.size()))) : 0;
    Event e = pending_[i];
    if (!dice_.one_in(20)) pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(i));
    if (auto* h = std::get_if<event::HungUp>(&e)) h->heard = mouth_.alive ? played() : 0;
    feed(e);
  }

  void mouth() {
    now_ += dice_.ms(0, 300);
    if (!mouth_.alive) return;
    played();
    if (mouth_.ready < mouth_.clauses.size() && dice_.one_in(2)) return sound_comes();
    if (!mouth_.released || mouth_.held) return;
    if (!mouth_.audible && sound() > 0) {
      mouth_.audible = true;
      return feed(event::Audible{mouth_.generation});
    }
    if (mouth_.closed < 0 || static_cast<int>(mouth_.ready) < mouth_.closed) return;
    now_ += Duration((sound() - mouth_.position) * 125);
    played();
    mouth_.alive = false;
    feed(event::Drained{mouth_.generation});
  }

  // Whole, or as a stream: its beginning, more of it, what of its text has been said, its end.
  void sound_comes() {
    const int clause = static_cast<int>(mouth_.ready);
    const bool first = mouth_.coming == 0;
    if (first ? dice_.one_in(2) : !dice_.one_in(3)) {
      if (!first && dice_.one_in(2)) {
        said_ = {mouth_.generation, clause, said_.bytes + dice_.below(12), said_.upto + dice_.below(3000)};
        return feed(said_);
      }
      mouth_.coming += 400 + dice_.below(4000);
      if (first) said_ = {};
      if (first) feed(event::ClauseBegun{mouth_.generation, clause});
      return;
    }
    const Sample n = first && dice_.one_in(8) ? 0 : mouth_.coming + (first ? 400 : 0) + dice_.below(16000);
    mouth_.clauses[mouth_.ready++] = n;
    mouth_.coming = 0;
    feed(event::ClauseReady{mouth_.generation, clause, n, n == 0 || dice_.one_in(8) ? "broke" : ""});
  }

  // Of an old reply, an old turn, a tool nobody called; or what was said before, once more.
  void stale() {
    const Generation g = dice_.one_in(2) ? 0 : mouth_.generation > 1 ? mouth_.generation - 1 : 999;
    switch (dice_.below(12)) {
      case 0: return feed(event::Token{g, "stale. "});
      case 1: return feed(event::MindDone{g, "stop"});
      case 2: return feed(event::MindFailed{g, "stale"});
      case 3: return feed(event::Flushed{g, 1000});
      case 4: return feed(event::Drained{g});
      case 5: return feed(event::ClauseReady{g, dice_.below(3), 8000, ""});
      case 8: return feed(event::ClauseBegun{g, dice_.below(3)});
      case 9: return feed(event::ClauseSaid{g, dice_.below(3), dice_.below(30), dice_.below(9000)});
      case 10: return feed(event::Spent{dice_.below(50) * 1000});
      case 6: return feed(event::ToolReturned{"nobody", true, "stale"});
      case 7:
        return feed(event::Transcript{utterance_ + static_cast<Utterance>(dice_.below(3)) - 1,
                                      heard_ - dice_.below(9000), "stale words"});
      default: break;
    }
    if (recent_.empty()) return;
    const Event& e = recent_[static_cast<std::size_t>(dice_.below(static_cast<int>(recent_.size())))];
    // The line and the mouth do not repeat themselves.
    if (std::holds_alternative<event::HungUp>(e) || std::holds_alternative<event::Flushed>(e) ||
        std::holds_alternative<event::Drained>(e) || std::holds_alternative<event::ClauseReady>(e) ||
        std::holds_alternative<event::ClauseBegun>(e) || std::holds_alternative<event::ClauseSaid>(e) ||
        std::holds_alternative<event::Audible>(e) || std::holds_alternative<event::EndRequested>(e))
      return;
    feed(e);
  }

  Dice dice_;
  const bool keep_;
  State state_;
  Promises promises_;
  Time now_{};
  Sample heard_ = 0;
  Mouth mouth_;
  event::ClauseSaid said_;
  Utterance utterance_ = 0;
  int calls_ = 0, events_ = 0;
  std::vector<Event> pending_, recent_;
  std::string broken_, log_;
  Head head_;
  std::array<int, std::variant_size_v<Do>> reached_{};
};

// The recorded events, read back and stepped through again: the same actions, in the same words.
void expect_replays(const World& world) {
  State state = begin(world.head().settings);
  std::string again;
  std::size_t at = 0;
  while (at < world.log().size()) {
    const std::size_t end = world.log().find('\n', at) + 1;
    const std::string line = world.log().substr(at, end - at);
    at = end;
    auto read = read_line(line);
    ASSERT_TRUE(read) << read.error().what << line;
    auto* events = std::get_if<std::vector<EventLine>>(&*read);
    if (!events) continue;
    for (const auto& e : *events) {
      write_event(again, e.t, e.event, true);
      for (const auto& action : step(state, e.event, Time{} + e.t)) write_action(again, e.t, action, true);
    }
  }
  EXPECT_EQ(again, world.log());
}

}  // namespace

TEST(Search, a_hundred_thousand_random_calls_break_no_promise) {
  // One call again, with its log: OFFHOOK_SEARCH_SEED=123
  const char* only = std::getenv("OFFHOOK_SEARCH_SEED");
  const std::uint64_t first = only ? std::strtoull(only, nullptr, 10) : 1;
  const char* many = std::getenv("OFFHOOK_SEARCH_CALLS");
  const std::uint64_t last = only ? first : many ? std::strtoull(many, nullptr, 10) : 100'000;
  std::array<std::int64_t, std::variant_size_v<Do>> reached{};
  std::int64_t events = 0;
  int broken = 0;
  for (std::uint64_t seed = first; seed <= last && broken < 5; ++seed) {
    const bool keep = only || seed % 100 == 0;
    World world(seed, keep);
    world.live(20 + static_cast<int>(seed % 181));
    events += world.events();
    for (std::size_t i = 0; i < reached.size(); ++i) reached[i] += world.reached(i);
    if (!world.broken().empty()) {
      ++broken;
      ADD_FAILURE() << "seed " << seed << ": " << world.broken();
      if (only) std::fputs(world.log().c_str(), stderr);
    }
    if (keep) expect_replays(world);
  }
  RecordProperty("events", std::to_string(events));
  if (only) return;
  // The search would prove nothing of what it never came to.
  for (std::size_t i = 0; i < reached.size(); ++i) EXPECT_GT(reached[i], 1000) << "action " << i;
}

// Whole stories in the rehearsal's better world, with a stranger's events thrown in.
TEST(Search, a_thousand_random_stories_break_no_promise) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed + 7'000'000);
    auto settings = random_settings(dice);
    settings.longest_call = 60s;
    auto w = world(settings);
    w.delays.stt = dice.ms(10, dice.one_in(5) ? 3000 : 300);
    w.delays.streaming_stt = dice.one_in(3);
    w.delays.partial_every = dice.one_in(2) ? 0ms : dice.ms(100, 500);
    w.delays.permille = dice.below(1001);
    w.delays.tts = dice.ms(10, 600);
    w.delays.tick = dice.one_in(4) ? dice.ms(0, 2000) : 0ms;
    w.delays.tts_fails = dice.one_in(20);
    w.delays.stt_fails = dice.one_in(20);
    Duration t = dice.ms(0, 3000);
    for (int i = 0; i < 8; ++i) {
      const Duration length = dice.ms(40, 2500);
      w.speech.push_back({t, t + length, dice.of(kCaller), 240, 20 + dice.below(30)});
      t += length + dice.ms(50, 5000);
    }
    int n = 0;
    w.think = [&](const std::string&, int) {
      Rehearsal::Answer a;
      for (int i = dice.below(6); i > 0; --i) a.tokens.push_back(dice.of(kTokens));
      a.first = dice.ms(10, 800);
      a.all = dice.one_in(12) ? -1ms : a.first + dice.ms(0, 1500);
      if (dice.one_in(3)) {
        const Use& use = dice.of(kUses);
        a.calls.push_back({"t" + std::to_string(++n), use.tool, use.arguments});
      }
      if (dice.one_in(8)) a.failure = "503";
      w.tools["t" + std::to_string(n)] = {.after = dice.ms(0, 6000)};
      return a;
    };
    for (int i = dice.below(8); i > 0; --i)
      w.at(dice.ms(0, 20000), event::Token{static_cast<Generation>(dice.below(6)), "stray "});
    for (int i = dice.below(8); i > 0; --i) w.at(dice.ms(0, 20000), event::Tick{});
    if (dice.one_in(4)) w.at(dice.ms(0, 20000), event::HungUp{"the caller", 0});
    if (dice.one_in(4)) w.at(dice.ms(0, 20000), event::EndRequested{"drain"});
    if (dice.one_in(4)) w.sound_stops = dice.ms(0, 20000);
    w.run(150s);
    EXPECT_TRUE(ended(w.state())) << w.timeline_text();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace offhook::call

// The whole shell on a virtual loop: sound in, sound out, and nothing left behind.
#include "call/call.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "audio/wav.hpp"
#include "call/fakes.hpp"
#include "call/replay.hpp"
#include "net/fake_services_testing.hpp"

namespace offhook::call {
namespace {

namespace fs = std::filesystem;

class CallTest : public testing::Test, public Observers {
 protected:
  CallTest() {
    agent.name = "receptionist";
    agent.instructions = "Be brief.";
    agent.settings.greeting = "Hello.";
    std::string name = (fs::temp_directory_path() / "offhook-call-XXXXXX").string();
    dir = ::mkdtemp(name.data());
    agent.log_dir = dir;
    wire.closed = [this] { destroy(); };
  }
  ~CallTest() override {
    destroy();
    loop.advance(2s);  // what the detector still owes
    EXPECT_EQ(clock.size(), 0u);
    EXPECT_EQ(vad.streams, 0);
    EXPECT_EQ(recognizer.sessions, 0);
    EXPECT_EQ(llm.open, 0);
    EXPECT_EQ(voice.open, 0);
    EXPECT_TRUE(alive.empty());
    EXPECT_EQ(gate.open_passes(), 0u);
    EXPECT_EQ(loop.armed_timers(), 0u);
    EXPECT_EQ(loop.queued_tasks(), 0u);
    EXPECT_EQ(metrics.calls_started.value(), metrics.calls_ended.value());
    expect_replays();
    fs::remove_all(dir);
  }

  void start() {
    CallStart s;
    s.call_id = "call-1";
    s.stream_id = "MZ1";
    call = std::make_unique<Call>(services, std::make_shared<const Agent>(agent), std::move(s), wire);
    wire.line = call.get();
  }
  // As an edge does: told first, destroyed right behind.
  void hang_up() {
    call->on_hangup("the caller");
    destroy();
  }
  void destroy() {
    wire.line = nullptr;
    call.reset();
  }

  // The caller's line, 20 ms after 20 ms, until `until`.
  void run(Duration until) {
    while (loop.now() < Time{} + until) {
      if (call && !line_is_dead) {
        bool speaks = false;
        for (const auto& [from, to] : speech) speaks = speaks || (sent >= from && sent < to);
        call->on_audio(frame(speaks), sample);
      }
      sent += 20ms;
      sample += 160;
      loop.advance(20ms);
    }
  }
  static std::vector<std::uint8_t> frame(bool loud) {
    std::vector<std::uint8_t> bytes;
    for (int i = 0; i < 160; ++i)
      bytes.push_back(audio::mulaw_encode(static_cast<std::int16_t>(loud ? (i % 8 < 4 ? 6000 : -6000) : 0)));
    return bytes;
  }
  // When the caller heard sound, as stretches, in ms.
  std::vector<std::pair<double, double>> heard() const {
    std::vector<std::pair<double, double>> all;
    Time until{};
    for (const auto& [t, bytes] : wire.frames) {
      const Time from = std::max(until, t);
      until = from + 20ms;
      std::vector<std::int16_t> pcm(bytes.size());
      audio::mulaw_decode(bytes, std::span<std::int16_t>(pcm));
      if (audio::rms(std::span<const std::int16_t>(pcm)) < 200) continue;
      const double at = to_ms(from.time_since_epoch());
      if (all.empty() || at - all.back().second > 60) all.emplace_back(at, at);
      all.back().second = at + 20;
    }
    return all;
  }

  void expect_replays() {
    for (const auto& entry : fs::recursive_directory_iterator(dir)) {
      if (entry.path().extension() != ".jsonl" || !agent.record_words) continue;
      std::ifstream in(entry.path());
      auto again = replay(in);
      ASSERT_TRUE(again) << again.error().what;
      EXPECT_GT(again->events, 0u);
      for (const auto& d : again->divergences)
        ADD_FAILURE() << "line " << d.line << "\n" << d.recorded << "\n" << d.replayed;
    }
  }
  std::string log_text() {
    std::string all;
    for (const auto& entry : fs::recursive_directory_iterator(dir)) {
      if (entry.path().extension() != ".jsonl") continue;
      std::ifstream in(entry.path());
      all.append(std::istreambuf_iterator<char>(in), {});
    }
    return all;
  }

  // Observers
  bool watched(const std::string& id) const override { return id == "MZ1" && is_watched; }
  void tell(const std::string& id, std::string json) override {
    EXPECT_EQ(id, "MZ1");
    told.push_back(std::move(json));
  }
  bool was_told(const std::string& what) const {
    for (const auto& json : told)
      if (json.find(what) != std::string::npos) return true;
    return false;
  }

  net::VirtualLoop loop;
  net::MediaClock clock{loop};
  FakeVad vad{loop};
  FakeDetector detector{loop};
  FakeRecognizer recognizer;
  FakeLlm llm{loop};
  FakeVoice voice;
  tts::PhraseCache phrases{1 << 22};
  telemetry::CallMetrics metrics;
  std::set<Call*> alive;
  Gate gate;
  Services services{loop,    clock, vad,     &detector, recognizer,
                    llm,     voice, phrases, metrics,   std::make_shared<const telemetry::Prices>(),
                    nullptr, this,  &alive,  &gate};
  FakeWire wire{loop};
  Agent agent;
  std::string dir;
  std::unique_ptr<Call> call;
  std::vector<std::pair<Duration, Duration>> speech;
  Duration sent{};
  std::int64_t sample = 0;
  bool line_is_dead = false, is_watched = true;
  std::vector<std::string> told;
};

TEST_F(CallTest, greeting_turn_answer_interruption_hang_up) {
  recognizer.texts = {"what are your hours", "stop please"};
  llm.answers = {{"We are open ", "from nine to five, ", "every day but Sunday, ", "and on Saturday until noon."},
                 {"Okay."}};
  speech = {{1500ms, 2500ms}, {4500ms, 5500ms}};
  start();
  EXPECT_EQ(alive.size(), 1u);
  EXPECT_EQ(gate.open_passes(), 1u);
  run(8s);
  const auto sounds = heard();
  ASSERT_EQ(sounds.size(), 3u) << "greeting, answer, answer";
  EXPECT_NEAR(sounds[0].first, 100, 30) << "the voice needs 80 ms";
  EXPECT_LT(sounds[1].first, 2500 + 700);
  EXPECT_GT(sounds[1].first, 2500 + 300);
  EXPECT_LT(sounds[1].second, 4500 + 350) << "silent within 350 ms of the caller's first sound";
  EXPECT_GT(sounds[1].second, 4500);
  ASSERT_GE(llm.requests.size(), 2u);
  const auto& last = llm.requests.back().messages;
  ASSERT_EQ(last.size(), 5u);
  EXPECT_EQ(last[0].content, "Be brief.");
  EXPECT_EQ(last[1].content, "Hello.");
  EXPECT_EQ(last[2].content, "what are your hours");
  EXPECT_EQ(last[3].content.rfind("We are open", 0), 0u) << last[3].content;
  EXPECT_EQ(last[3].content.find("noon"), std::string::npos) << "nothing unheard: " << last[3].content;
  EXPECT_EQ(last[4].content, "stop please");
  ASSERT_EQ(llm.read.size(), 2u) << "after each time that the agent has said all";
  EXPECT_EQ(llm.read[0].back().content, "Hello.");
  EXPECT_EQ(llm.read[1].back().content, "Okay.");
  EXPECT_EQ(metrics.turns.value(), 2);
  EXPECT_EQ(metrics.interruptions.value(), 1);
  EXPECT_EQ(metrics.v2v.count(), 2u);
  EXPECT_GE(wire.clears, 1);
  hang_up();
  EXPECT_TRUE(was_told("\"caller.final\"")) << told.size();
  EXPECT_TRUE(was_told("what are your hours"));
  EXPECT_TRUE(was_told("\"agent.clause\""));
  EXPECT_TRUE(was_told("\"flush\""));
  EXPECT_TRUE(was_told("\"turn\""));
  EXPECT_TRUE(was_told("\"ended\""));
  const auto log = log_text();
  EXPECT_NE(log.find("\"hung_up\""), std::string::npos);
  EXPECT_NE(log.find("what are your hours"), std::string::npos);
}

TEST_F(CallTest, a_backchannel_is_a_hitch_and_the_answer_is_whole) {
  recognizer.texts = {"what are your hours", "mm-hm"};
  llm.answers = {{"We are open from nine to five, every day but Sunday, and on Saturday until noon."}};
  speech = {{1500ms, 2500ms}, {4500ms, 4800ms}};
  start();
  run(12s);
  EXPECT_EQ(metrics.holds.value(), 1);
  EXPECT_EQ(metrics.resumes.value(), 1);
  EXPECT_EQ(metrics.hold.count(), 1u);
  EXPECT_EQ(metrics.interruptions.value(), 0);
  EXPECT_EQ(metrics.underruns.value(), 0);
  EXPECT_EQ(wire.clears, 0);
  EXPECT_TRUE(was_told("\"resume\""));
  EXPECT_TRUE(was_told("until noon.\",\"cut\":false")) << told.back();
  hang_up();
}

TEST_F(CallTest, what_is_speculated_and_not_wanted_is_never_published) {
  detector.probability = 0.1f;
  recognizer.texts = {"I want a table"};
  llm.answers = {{"For how many people is it?"}, {"Done."}};
  speech = {{1500ms, 2500ms}, {3200ms, 3900ms}};
  start();
  run(3100ms);
  recognizer.texts = {};
  EXPECT_FALSE(was_told("For how many"));
  EXPECT_EQ(metrics.speculations.value(), 1);
  run(9s);
  hang_up();
}

TEST_F(CallTest, an_end_that_is_asked_for_says_goodbye_and_hangs_up) {
  start();
  run(2s);
  call->end("draining");
  run(6s);
  EXPECT_EQ(wire.hung_up, "the goodbye was heard");
  EXPECT_FALSE(call) << "the edge has closed";
  EXPECT_EQ(voice.texts.back(), "Goodbye.");
}

TEST_F(CallTest, a_line_that_goes_dead_is_hung_up) {
  start();
  run(3s);
  line_is_dead = true;
  run(14s);
  EXPECT_EQ(wire.hung_up, "no sound has come from the caller's line");
  EXPECT_EQ(metrics.vanished.value(), 1);
  EXPECT_FALSE(call);
}

TEST_F(CallTest, a_digit_is_an_event) {
  start();
  run(1s);
  call->on_digit('7');
  run(2s);
  hang_up();
  EXPECT_NE(log_text().find("\"digit\":\"7\""), std::string::npos);
}

TEST_F(CallTest, a_mind_that_fails_is_counted_and_apologised_for) {
  llm.fails = true;
  llm.answers = {{}, {}, {}};
  recognizer.texts = {"what are your hours"};
  speech = {{1500ms, 2500ms}};
  start();
  run(5s);
  EXPECT_GE(metrics.mind_failures.value(), 1);
  EXPECT_EQ(voice.texts.back(), agent.settings.apology_text);
  hang_up();
}

TEST_F(CallTest, a_voice_that_fails_is_counted) {
  voice.fail_on = "Hello";
  start();
  run(2s);
  EXPECT_EQ(metrics.voice_failures.value(), 1);
  EXPECT_TRUE(heard().empty());
  hang_up();
}

TEST_F(CallTest, a_recogniser_that_fails_is_counted_and_apologised_for) {
  recognizer.fails = true;
  speech = {{1500ms, 2500ms}};
  start();
  run(5s);
  EXPECT_EQ(metrics.transcript_failures.value(), 1);
  EXPECT_EQ(voice.texts.back(), agent.settings.apology_text);
  hang_up();
}

TEST_F(CallTest, tools_are_told_to_be_unavailable_until_there_are_any_and_their_ids_are_ours) {
  agent.settings.tools = {{"book", Effect::once, 10'000'000}};
  recognizer.texts = {"book a table"};
  llm.answers = {{}, {"That is not possible."}};
  llm.tool_calls = {{"", "book", "{}"}, {"", "book", "{\"again\":1}"}};  // some servers give no ids
  speech = {{1500ms, 2500ms}};
  start();
  run(6s);
  ASSERT_EQ(llm.requests.size(), 2u);
  const auto& m = llm.requests[1].messages;
  ASSERT_EQ(m.size(), 6u);
  ASSERT_EQ(m[3].tool_calls.size(), 2u);
  EXPECT_NE(m[3].tool_calls[0].id, m[3].tool_calls[1].id);
  EXPECT_EQ(m[4].tool_call_id, m[3].tool_calls[0].id);
  EXPECT_EQ(m[4].content, "This tool is not available.");
  EXPECT_EQ(m[5].tool_call_id, m[3].tool_calls[1].id);
  hang_up();
}

TEST_F(CallTest, a_tool_is_asked_over_http_and_its_answer_told) {
  tools::Tool book;
  book.name = "book";
  book.parameters = R"({"type":"object","properties":{}})";
  book.http.url = "https://crm.example/book";
  net::FakeHttp http;
  tools::Toolbox toolbox(loop, http, {book});
  services.toolbox = &toolbox;
  agent.settings.tools = {{"book", Effect::once, 10'000'000}};
  agent.tools = {{"book", "Books a table.", book.parameters}};
  recognizer.texts = {"book a table"};
  llm.answers = {{}, {"It is booked."}};
  llm.tool_calls = {{"", "book", "{\"when\":9}"}};
  speech = {{1500ms, 2500ms}};
  start();
  run(4s);
  ASSERT_EQ(http.sent.size(), 1u);
  EXPECT_EQ(http.last().call.body, "{\"when\":9}");
  http.last().head(200, "application/json");
  http.last().body("{\"table\":7}");
  http.last().end();
  run(8s);
  ASSERT_EQ(llm.requests.size(), 2u);
  ASSERT_EQ(llm.requests[0].tools.size(), 1u);
  EXPECT_EQ(llm.requests[0].tools[0].description, "Books a table.");
  EXPECT_TRUE(was_told("\"tool.returned\""));
  EXPECT_TRUE(llm.requests[0].may_call);
  EXPECT_EQ(llm.requests[1].messages.back().content, "{\"table\":7}");
  EXPECT_EQ(voice.texts.back(), "It is booked.");
  hang_up();
}

TEST_F(CallTest, a_call_that_ends_cancels_its_tools) {
  tools::Tool book;
  book.name = "book";
  book.parameters = R"({"type":"object","properties":{}})";
  book.http.url = "https://crm.example/book";
  net::FakeHttp http;
  tools::Toolbox toolbox(loop, http, {book});
  services.toolbox = &toolbox;
  agent.settings.tools = {{"book", Effect::once, 10'000'000}};
  recognizer.texts = {"book a table"};
  llm.answers = {{}};
  llm.tool_calls = {{"", "book", "{}"}};
  speech = {{1500ms, 2500ms}};
  start();
  run(4s);
  ASSERT_EQ(http.sent.size(), 1u);
  EXPECT_TRUE(http.last().open);
  hang_up();
  EXPECT_FALSE(http.last().open);
}

TEST_F(CallTest, the_last_step_names_the_tools_but_lets_none_be_called) {
  agent.settings.tools = {{"book", Effect::once, 10'000'000}};
  agent.settings.tool_steps = 1;
  agent.tools = {{"book", "Books a table.", ""}};
  recognizer.texts = {"book a table"};
  llm.answers = {{}, {"That is not possible."}};
  llm.tool_calls = {{"", "book", "{}"}};
  speech = {{1500ms, 2500ms}};
  start();
  run(6s);
  ASSERT_EQ(llm.requests.size(), 2u);
  EXPECT_EQ(llm.requests[1].tools.size(), 1u);
  EXPECT_FALSE(llm.requests[1].may_call);
  hang_up();
}

TEST_F(CallTest, what_the_caller_is_to_tell_is_an_event_and_keys_are_tones) {
  agent.settings.tools = {{.name = "collect", .builtin = Builtin::collect},
                          {.name = "send_digits", .builtin = Builtin::send_digits}};
  recognizer.texts = {"press one"};
  llm.answers = {{"What is your number?"}, {"Done."}};
  llm.tool_calls = {{"", "collect", "{\"what\":\"phone\"}"}, {"", "send_digits", "{\"digits\":\"1\"}"}};
  speech = {{1500ms, 2500ms}};
  start();
  run(8s);
  hang_up();
  const auto log = log_text();
  EXPECT_NE(log.find("\"e\":\"expecting\",\"what\":\"phone\""), std::string::npos);
  EXPECT_NE(log.find("\"a\":\"dial\""), std::string::npos);
  for (const auto& text : voice.texts) EXPECT_NE(text, "1") << "keys are not spoken";
}

TEST_F(CallTest, a_log_that_cannot_be_written_does_not_cost_the_call) {
  std::ofstream(dir + "/file") << "x";
  agent.log_dir = dir + "/file";
  recognizer.texts = {"what are your hours"};
  speech = {{1500ms, 2500ms}};
  start();
  run(5s);
  EXPECT_EQ(metrics.event_logs_failed.value(), 1);
  EXPECT_EQ(metrics.turns.value(), 1);
  hang_up();
}

TEST_F(CallTest, a_recording_holds_both_sides_where_they_were_heard) {
  agent.sound_dir = dir;
  recognizer.texts = {"what are your hours", "stop please"};
  llm.answers = {{"We are open from nine to five, every day but Sunday, and on Saturday until noon."}, {"Okay."}};
  speech = {{1500ms, 2500ms}, {4500ms, 5500ms}};
  start();
  run(8s);
  const auto sounds = heard();  // as far as they were not cleared
  hang_up();
  std::string path;
  for (const auto& entry : fs::recursive_directory_iterator(dir))
    if (entry.path().filename() == "call-1.wav") path = entry.path();
  EXPECT_TRUE(fs::exists(fs::path(path).replace_extension(".jsonl"))) << "beside its event log";
  auto wav = audio::read_wav(path);
  ASSERT_TRUE(wav) << wav.error().what;
  EXPECT_NEAR(static_cast<double>(wav->frames()) / 8, 8000, 1);
  const auto is_loud = [&](int side, double ms) {
    const auto channel = wav->channel(side);
    return audio::rms(std::span(channel).subspan(static_cast<std::size_t>(ms * 8), 80)) > 200;
  };
  EXPECT_FALSE(is_loud(0, 1460));
  EXPECT_TRUE(is_loud(0, 1510));
  EXPECT_TRUE(is_loud(0, 2460));
  EXPECT_FALSE(is_loud(0, 2510));
  ASSERT_EQ(sounds.size(), 3u);
  for (const auto& [from, to] : sounds) {
    EXPECT_FALSE(is_loud(1, from - 30)) << from;
    EXPECT_TRUE(is_loud(1, from + 10)) << from;
  }
  EXPECT_FALSE(is_loud(1, 5000)) << "interrupted";
}

TEST_F(CallTest, a_recording_that_cannot_be_written_does_not_cost_the_call) {
  std::ofstream(dir + "/file") << "x";
  agent.sound_dir = dir + "/file";
  recognizer.texts = {"what are your hours"};
  speech = {{1500ms, 2500ms}};
  start();
  run(5s);
  EXPECT_EQ(metrics.recordings_failed.value(), 1);
  EXPECT_EQ(metrics.turns.value(), 1);
  hang_up();
}

TEST_F(CallTest, without_record_words_no_word_reaches_the_disk) {
  agent.record_words = false;
  recognizer.texts = {"my secret is zebra"};
  llm.answers = {{"Your secret is zebra."}};
  speech = {{1500ms, 2500ms}};
  start();
  run(6s);
  call->on_digit('7');
  hang_up();
  const auto log = log_text();
  EXPECT_EQ(log.find("zebra"), std::string::npos);
  EXPECT_EQ(log.find("\"7\""), std::string::npos);
}

TEST_F(CallTest, nobody_watching_costs_no_json) {
  is_watched = false;
  recognizer.texts = {"what are your hours"};
  speech = {{1500ms, 2500ms}};
  start();
  run(5s);
  EXPECT_TRUE(told.empty());
  hang_up();
}

TEST_F(CallTest, a_loop_that_stood_still_for_seconds_goes_on) {
  recognizer.texts = {"what are your hours"};
  llm.answers = {{"We are open from nine to five, every day but Sunday."}};
  speech = {{1500ms, 2500ms}};
  start();
  run(2400ms);
  loop.stall(3s);
  sent += 3s, sample += 24000;
  run(11s);
  EXPECT_EQ(metrics.turns.value(), 1);
  EXPECT_GE(heard().size(), 2u);
  EXPECT_TRUE(was_told("every day but Sunday.\",\"cut\":false"));
  hang_up();
}

// At every moment of a lively call: the line closes, and everything goes.
TEST_F(CallTest, a_hang_up_at_any_moment_leaves_nothing) {
  agent.settings.tools = {{"book", Effect::once, 10'000'000}};
  for (Duration at = 0ms; at < 9s; at += 110ms) {
    SCOPED_TRACE(std::to_string(at.count()));
    recognizer.texts = {"what are your hours", "mm-hm", "stop please"};
    llm.answers = {
        {"We are open ", "from nine to five, every day but Sunday, and on Saturday until noon."}, {"Okay."}, {"Fine."}};
    const Duration from = loop.now().time_since_epoch();
    sent = 0ms, sample = 0;
    speech = {{1500ms, 2500ms}, {4000ms, 4300ms}, {6000ms, 7000ms}};
    agent.log_dir = dir + "/" + std::to_string(at.count());
    start();
    run(from + at);
    hang_up();
    loop.advance(500ms);
    EXPECT_EQ(loop.armed_timers(), 0u);
    EXPECT_EQ(clock.size() + static_cast<std::size_t>(vad.streams + recognizer.sessions + llm.open + voice.open), 0u);
  }
}

// The edge of a loop that ends does not say goodbye.
TEST_F(CallTest, a_call_destroyed_without_a_hang_up_leaves_nothing) {
  recognizer.texts = {"what are your hours"};
  speech = {{1500ms, 2500ms}};
  start();
  run(2900ms);
  destroy();
}

}  // namespace
}  // namespace offhook::call

// The caller speaks while the agent does.
#include "call/timelines_testing.hpp"

namespace offhook::call {
namespace {

constexpr const char* kStory = "one two three four five six seven eight nine ten";

// From 2.05 s on the agent tells a story of ten seconds.
Rehearsal story(Settings s = {}) {
  auto w = world(std::move(s));
  w.speech = {{500ms, 1500ms, "tell me a long story"}};
  w.answers = {answer(kStory, 10s), answer("ok", 1s)};
  return w;
}

std::string whole() {
  return std::string("caller: tell me a long story | agent: ") + kStory;
}

// Over a greeting of some three seconds.
Rehearsal greeted(std::vector<Rehearsal::Speech> speech) {
  Settings s;
  s.greeting = "Welcome to Bluebird Dental, how can I help you today?";
  auto w = world(s);
  w.speech = std::move(speech);
  w.answers = {answer("Oh", 1s)};
  return w;
}

TEST(Overlap, the_echo_of_a_greeting_does_not_stop_it) {
  auto w = greeted({{350ms, 1500ms, "welcome to bluebird dental"}, {1500ms, 3300ms, "", 240, 30, 255}});
  w.delays.partial_every = 250ms;
  w.run(5s);
  EXPECT_EQ(count_of<action::Hold>(w), 0) << w.timeline_text();
  EXPECT_EQ(count_of<action::Flush>(w), 0) << w.timeline_text();
  EXPECT_EQ(count_of<action::Ask>(w), 0) << w.timeline_text();
}

TEST(Overlap, who_talks_into_the_first_word_of_a_greeting_is_heard_once_it_can_be_no_echo) {
  auto w = greeted({{350ms, 3s, "my tooth hurts and I need to see someone"}});
  w.run(8s);
  ASSERT_EQ(count_of<action::Flush>(w), 1) << w.timeline_text();
  EXPECT_LT(w.when("cut"), 2.5) << w.timeline_text();
  EXPECT_EQ(count_of<action::Ask>(w), 1) << w.timeline_text();
}

TEST(Overlap, later_than_an_echo_would_come_a_greeting_is_held_at_once) {
  auto w = greeted({{1200ms, 3s, "my tooth hurts and I need to see someone"}});
  w.run(8s);
  ASSERT_GT(count_of<action::Hold>(w), 0) << w.timeline_text();
  EXPECT_LT(w.when("hold"), 1.2 + 0.2) << w.timeline_text();
}

}  // namespace

TEST(Overlap, a_backchannel_resumes_at_the_same_word) {
  auto w = story();
  w.speech.push_back({5s, 5350ms, "mm-hm"});
  w.run(20s);
  EXPECT_EQ(w.count("hold"), 1) << w.timeline_text();
  EXPECT_EQ(w.count("resume"), 1) << w.timeline_text();
  EXPECT_LE(w.when("resume") - w.when("hold"), 0.6);
  EXPECT_EQ(w.count("cut"), 0);
  EXPECT_EQ(w.context(), whole());
}

TEST(Overlap, a_mumbled_word_resumes_and_a_short_stop_stops) {
  for (const std::string text : {"dirt", "stop"}) {
    auto w = story();
    w.delays.partial_every = 150ms;
    w.speech.push_back({5s, 5320ms, text});
    w.run(20s);
    EXPECT_EQ(w.count("hold"), 1) << w.timeline_text();
    EXPECT_EQ(w.count("cut"), text == "stop" ? 1 : 0) << w.timeline_text();
    EXPECT_EQ(w.count("resume"), text == "stop" ? 0 : 1) << w.timeline_text();
  }
}

TEST(Overlap, a_cough_resumes) {
  auto w = story();
  w.speech.push_back({5s, 5150ms, ""});
  w.run(20s);
  EXPECT_EQ(w.count("hold"), 1) << w.timeline_text();
  EXPECT_LE(w.when("resume") - w.when("hold"), 0.4);
  EXPECT_EQ(w.context(), whole());
}

TEST(Overlap, a_key_stroke_does_not_even_hold) {
  auto w = story();
  w.speech.push_back({5s, 5060ms, ""});
  w.run(20s);
  EXPECT_EQ(w.count("hold"), 0) << w.timeline_text();
  EXPECT_EQ(w.context(), whole());
}

TEST(Overlap, typing_holds_at_most_twice_in_ten_seconds) {
  auto w = story();
  for (int i = 0; i < 12; ++i)
    w.speech.push_back({4s + i * 600ms, 4s + i * 600ms + 150ms, "", 240, 30 - 7 * i});  // ever louder
  w.run(20s);
  EXPECT_EQ(w.count("hold"), 2) << w.timeline_text();
  EXPECT_EQ(w.count("resume"), 2);
  EXPECT_EQ(w.context(), whole());
}

TEST(Overlap, after_a_hold_for_nothing_the_same_noise_does_not_hold_again_but_6_dB_more_do) {
  for (const int level : {30, 25, 24}) {
    auto w = story();
    w.speech.push_back({4s, 4150ms, "", 240, 30});
    w.speech.push_back({6s, 6150ms, "", 240, level});
    w.run(20s);
    EXPECT_EQ(w.count("hold"), level <= 24 ? 2 : 1) << level << "\n" << w.timeline_text();
  }
}

TEST(Overlap, noise_that_held_twice_is_forgotten_after_ten_seconds) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "tell me a long story"},
              {4s, 4150ms, "", 240, 30},
              {5s, 5150ms, "", 240, 20},
              {16s, 16150ms, ""}};
  w.answers = {answer(kStory, 20s)};
  w.run(30s);
  EXPECT_EQ(w.count("hold"), 3) << w.timeline_text();
}

TEST(Overlap, words_interrupt_even_where_noise_does_not_hold_any_more) {
  auto w = story();
  w.delays.partial_every = 200ms;
  w.speech.push_back({4s, 4150ms, "", 240, 30});
  w.speech.push_back({5s, 5150ms, "", 240, 20});
  w.speech.push_back({7s, 8s, "please stop talking"});
  w.run(20s);
  EXPECT_EQ(w.count("hold"), 2) << w.timeline_text();
  EXPECT_EQ(w.count("cut"), 1);
  EXPECT_LE(w.when("cut"), 7.8);
}

TEST(Overlap, a_late_transcript_is_no_hold_for_nothing) {
  auto w = story();
  w.delays.stt = 1200ms;
  w.speech.push_back({5s, 5300ms, "wait"});
  w.run(20s);
  EXPECT_EQ(w.count("resume"), 1) << w.timeline_text();  // not in silence for longer than 600 ms …
  EXPECT_EQ(w.count("cut"), 1);                          // … but it was a word
  EXPECT_TRUE(w.state().floor.empty_holds.empty());
  EXPECT_NE(w.context().find("/ | caller: wait | agent: ok"), std::string::npos) << w.context();
}

TEST(Overlap, speech_that_goes_on_without_words_flushes_within_half_a_second) {
  auto w = story();
  w.speech.push_back({5s, 6500ms, "could you please stop"});
  w.run(20s);
  EXPECT_NEAR(w.when("cut") - w.when("hold"), 0.5, kWindow) << w.timeline_text();
  EXPECT_EQ(w.count("resume"), 0);
}

TEST(Overlap, speech_that_goes_on_after_a_resume_flushes_with_its_words) {
  auto w = story();
  w.delays.permille = 100;
  w.speech.push_back({5s, 5300ms, "mm-hm"});
  w.speech.push_back({5500ms, 6500ms, "but what about lunch"});
  w.run(20s);
  EXPECT_GE(w.count("resume"), 1) << w.timeline_text();
  EXPECT_EQ(w.count("cut"), 1);
  EXPECT_NE(w.context().find("caller: mm-hm but what about lunch"), std::string::npos) << w.context();
}

TEST(Overlap, noise_that_cut_the_agent_off_gets_an_apology_not_silence) {
  auto w = story();
  w.speech.push_back({5s, 7s, ""});
  w.speech.push_back({8500ms, 8650ms, ""});  // and over the apology
  w.run(20s);
  EXPECT_EQ(w.count("cut"), 1) << w.timeline_text();
  EXPECT_EQ(w.count("hold"), 1) << "the same noise again\n" << w.timeline_text();
  EXPECT_LE(w.when("speaking", 1), 8.0) << w.timeline_text();
  EXPECT_NE(w.context().find("agent: Sorry, I didn't get that."), std::string::npos) << w.context();
}

TEST(Overlap, yes_over_the_last_200_ms_of_a_question_is_an_answer) {
  for (const auto mode : {Interruptions::hold, Interruptions::immediate, Interruptions::never}) {
    Settings s;
    s.interruptions = mode;
    auto w = world(s);
    w.speech = {{500ms, 1500ms, "a table please"}};
    w.answers = {answer("For two people?", 2s), answer("Done", 1s)};
    w.run(2500ms);
    const Duration end = Duration(static_cast<std::int64_t>((w.when("speaking") + 2) * 1e6));
    w.speech.push_back({end - 200ms, end + 50ms, "yes"});
    w.run(8s);
    EXPECT_EQ(w.count("hold"), 0) << w.timeline_text();
    EXPECT_EQ(w.context(), "caller: a table please | agent: For two people? | caller: yes | agent: Done")
        << w.timeline_text();
  }
}

TEST(Overlap, what_is_left_of_a_reply_is_counted_without_its_holds) {
  for (const Duration before : {700ms, 300ms}) {
    auto w = world();
    w.speech = {{500ms, 1500ms, "tell me"}, {3s, 3350ms, "mm-hm"}};  // a hold of some 400 ms
    w.answers = {answer("one two three four five six", 6s), answer("ok", 1s)};
    w.run(5s);
    ASSERT_EQ(w.count("resume"), 1) << w.timeline_text();
    const double held = w.when("resume") - w.when("hold");
    ASSERT_GT(held, 0.25);
    const Duration end = Duration(static_cast<std::int64_t>((w.when("speaking") + 6 + held) * 1e6));
    w.speech.push_back({end - before, end - before + 300ms, "no wait"});
    w.run(12s);
    EXPECT_EQ(w.count("hold"), before == 700ms ? 2 : 1) << w.timeline_text();
  }
}

TEST(Overlap, the_same_noise_does_not_flush_however_long_it_goes_on) {
  auto w = story();
  w.speech.push_back({4s, 4150ms, ""});
  w.speech.push_back({6s, 8s, ""});
  w.run(20s);
  EXPECT_EQ(w.count("hold"), 1) << w.timeline_text();
  EXPECT_EQ(w.count("cut"), 0);
  EXPECT_EQ(w.context(), whole());
}

TEST(Overlap, a_backchannel_in_the_middle_is_no_answer) {
  auto w = story();
  w.speech.push_back({5s, 5350ms, "yeah"});
  w.run(13s);
  EXPECT_EQ(w.context(), whole()) << w.timeline_text();
}

TEST(Overlap, a_notice_that_may_not_be_interrupted_plays_on_and_words_spilling_past_its_end_count) {
  Settings s;
  s.interruptions = Interruptions::never;
  s.greeting = "This call is recorded for quality";  // 2 s
  auto w = world(s);
  w.speech = {{1200ms, 3500ms, "I want to book a table"}};
  w.answers = {answer("Sure", 1s)};
  w.run(8s);
  EXPECT_EQ(w.count("hold") + w.count("cut"), 0) << w.timeline_text();
  EXPECT_EQ(w.context(), "agent: This call is recorded for quality | caller: I want to book a table | agent: Sure")
      << w.timeline_text();
}

TEST(Overlap, mute_greeting_hears_nothing_until_the_greeting_is_over) {
  Settings s;
  s.mute = Mute::greeting;
  s.greeting = "This call is recorded for quality";
  auto w = world(s);
  w.speech = {{500ms, 1s, "hello hello"}, {3s, 4s, "book a table"}};
  w.answers = {answer("Sure", 1s)};
  w.run(8s);
  EXPECT_EQ(count_of<action::Listen>(w), 1) << w.timeline_text();
  EXPECT_EQ(w.context(), "agent: This call is recorded for quality | caller: book a table | agent: Sure");
}

TEST(Overlap, mute_tools_hears_nothing_while_a_tool_runs) {
  auto s = with_tool();
  s.mute = Mute::tools;
  auto w = world(s);
  w.speech = {{500ms, 1500ms, "book a table"}, {3s, 4s, "hello are you there"}};
  w.answers = {calling(answer(""), {{"t1", "book", "{}"}}), answer("Booked", 1s)};
  w.answers.front().tokens.clear();
  w.tools["t1"] = {.after = 4s};
  w.run(9s);
  EXPECT_EQ(count_of<action::Listen>(w), 1) << w.timeline_text();
  EXPECT_EQ(w.context(), "caller: book a table | agent:  | agent: One moment, please. | tool: done | agent: Booked");
}

TEST(Overlap, mute_always_hears_nothing_while_the_agent_speaks) {
  Settings s;
  s.mute = Mute::always;
  auto w = story(s);
  w.speech.push_back({5s, 6s, "stop stop stop"});
  w.speech.push_back({13s, 14s, "thank you"});
  w.run(20s);
  EXPECT_EQ(w.count("hold") + w.count("cut"), 0) << w.timeline_text();
  EXPECT_EQ(w.context(), whole() + " | caller: thank you | agent: ok");
}

TEST(Overlap, the_greeting_can_be_interrupted) {
  Settings s;
  s.greeting = "Welcome to Bluebird Dental, how can I help you today?";
  auto w = world(s);
  w.speech = {{1s, 2s, "I need an appointment"}};
  w.answers = {answer("Sure", 1s)};
  w.run(6s);
  EXPECT_EQ(w.count("cut"), 1) << w.timeline_text();
  EXPECT_EQ(w.context(), "agent: Welcome to/ | caller: I need an appointment | agent: Sure");
}

TEST(Overlap, a_token_after_an_interruption_is_never_heard) {
  auto w = story();
  w.answers.front() = Rehearsal::Answer{};
  for (int i = 0; i < 30; ++i) w.answers.front().tokens.push_back("This is sentence " + std::to_string(i) + ". ");
  w.answers.front().all = 20s;
  w.speech.push_back({5s, 6s, "please stop it"});
  w.run(7500ms);
  const auto before = said(w);
  w.at(7600ms, event::Token{1, "This must not be heard. "});
  w.at(7700ms, event::ToolAsked{1, "x", "book", "{}"});
  w.at(7800ms, event::MindDone{1, "stop"});
  w.run(9s);
  EXPECT_EQ(said(w).find("must not"), std::string::npos) << said(w);
  EXPECT_EQ(count_of<action::CallTool>(w), 0);
  EXPECT_EQ(said(w), before);
}

TEST(Overlap, a_mind_that_fails_while_the_caller_is_judged_apologises_only_after_the_resume) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "what are your hours"}, {2s, 2200ms, ""}};
  w.delays.stt = 300ms;
  w.think = [](const std::string&, int n) {
    auto a = failing("503");
    a.first = a.all = 600ms;
    return n == 0 ? a : answer("never asked");
  };
  w.run(8s);
  EXPECT_EQ(said(w), "Sorry, I didn't get that. Could you say it again?") << w.timeline_text();
  EXPECT_GE(w.when("resume"), 0) << w.timeline_text();
  EXPECT_GE(w.when("speaking"), w.when("resume"));
}

TEST(Overlap, the_end_of_the_call_resumes_what_is_held_and_says_goodbye) {
  auto w = story();
  w.speech.push_back({5s, 7s, "hold on"});
  w.at(5300ms, event::EndRequested{"drain"});
  w.answers.front() = answer("one two three four", 5s);
  w.run(20s);
  EXPECT_EQ(w.count("hold"), 1) << w.timeline_text();
  EXPECT_EQ(w.count("resume"), 1);
  EXPECT_TRUE(ended(w.state()));
  EXPECT_EQ(w.context(), "caller: tell me a long story | agent: one two three four Goodbye.");
}

}  // namespace offhook::call

#include "call/explain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "call/explain_picture.hpp"
#include "call/explain_text.hpp"
#include "call/log_testing.hpp"
#include "call/timelines_testing.hpp"

namespace offhook::call {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Story story_of(const std::string& log) {
  std::istringstream in(log);
  auto story = read_story(in);
  EXPECT_TRUE(story) << story.error().what;
  return story ? std::move(*story) : Story{};
}

// A question, "mm-hm" over its answer, and an interruption.
Rehearsal lively() {
  Settings s;
  s.greeting = "Hello";
  auto w = world(s);
  w.speech = {{1500ms, 2500ms, "tell me <everything>"}, {6s, 6350ms, "mm-hm"}, {8s, 9s, "stop it"}};
  w.answers = {answer("one two three four five six seven eight nine ten", 10s), answer("Okay & bye", 1s)};
  w.run(14s);
  return w;
}

// The first pause is none: what was prepared for it is withdrawn.
Rehearsal hesitating() {
  auto w = world();
  w.delays.permille = 100;
  w.speech = {{500ms, 1200ms, "I want"}, {2000ms, 2600ms, "a table please"}};
  w.answers = {answer("what", 1s), answer("for when", 1s)};
  w.run(12s);
  return w;
}

std::string line_with(const std::string& text, const std::string& what) {
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (line.find(what) != std::string::npos) return line;
  ADD_FAILURE() << "no line with " << what << " in\n" << text;
  return "";
}

// Elements are closed in order, attributes quoted, entities known: as far as a browser goes before it gives up.
void expect_well_formed(const std::string& xml) {
  std::vector<std::string> open;
  std::size_t roots = 0;
  for (std::size_t at = 0; at < xml.size();) {
    if (xml[at] == '&') {
      const auto end = xml.find(';', at);
      ASSERT_NE(end, std::string::npos);
      const std::string entity = xml.substr(at, end - at + 1);
      ASSERT_TRUE(entity == "&amp;" || entity == "&lt;" || entity == "&gt;" || entity == "&quot;") << entity;
      at = end + 1;
    } else if (xml[at] == '<') {
      const auto end = xml.find('>', at);
      ASSERT_NE(end, std::string::npos);
      const std::string tag = xml.substr(at + 1, end - at - 1);
      ASSERT_EQ(tag.find('<'), std::string::npos) << tag;
      ASSERT_EQ(std::count(tag.begin(), tag.end(), '"') % 2, 0) << tag;
      if (tag[0] == '/') {
        ASSERT_FALSE(open.empty()) << tag;
        ASSERT_EQ(open.back(), tag.substr(1));
        open.pop_back();
      } else {
        if (open.empty()) ++roots;
        if (tag.back() != '/') open.push_back(tag.substr(0, tag.find(' ')));
      }
      at = end + 1;
    } else {
      ASSERT_FALSE(open.empty() && xml[at] != '\n') << "text outside of the root";
      const auto c = static_cast<unsigned char>(xml[at]);
      ASSERT_TRUE(c >= 0x20 || c == '\n') << "a control";
      ++at;
    }
  }
  EXPECT_TRUE(open.empty()) << open.back();
  EXPECT_EQ(roots, 1u);
}

}  // namespace

TEST(Explain, a_plain_turn_is_told_from_the_first_sound_to_the_waterfall) {
  auto w = lively();
  const auto story = story_of(log_of(w));
  const auto text = explained(story, 1);
  EXPECT_THAT(text, HasSubstr("call call-1, agent receptionist"));
  EXPECT_THAT(text, HasSubstr("Turn 1: \"tell me <everything>\"\n"));
  EXPECT_THAT(line_with(text, "begins to speak"), HasSubstr("1.5"));
  EXPECT_THAT(line_with(text, "pauses"), HasSubstr("2.4"));
  EXPECT_THAT(text, HasSubstr("hears    \"tell me <everything>\", 60 ms after the pause was noticed"));
  EXPECT_THAT(line_with(text, "p=0.90"), HasSubstr("its verdict bends the wait"));
  EXPECT_THAT(line_with(text, "TAKEN"), AllOf(HasSubstr("after the last sound"), HasSubstr("turn p=0.90")));
  EXPECT_THAT(line_with(text, "is asked before"), HasSubstr("the caller has paused"));
  EXPECT_THAT(text, HasSubstr("first word after 100 ms"));
  EXPECT_THAT(line_with(text, "is to say \"one two"), HasSubstr("sound after 80 ms, 10.00 s of it"));
  EXPECT_THAT(text, HasSubstr("may be heard: what was prepared fits what was said"));
  EXPECT_THAT(line_with(text, "is heard"), HasSubstr("after the caller's last sound"));
  ASSERT_EQ(story.turns.size(), 2u);
  ASSERT_GT(story.turns[0].v2v_us, 0);
  EXPECT_TRUE(story.turns[0].adds_up);
  EXPECT_EQ(story.turns[0].audible - story.turns[0].speech_end, Duration(story.turns[0].v2v_us));
  EXPECT_THAT(text, HasSubstr("prepared while the turn was being decided"));
  EXPECT_THAT(line_with(text, "think "), HasSubstr("█"));
  EXPECT_THAT(text, Not(HasSubstr("NOT voice to voice")));
  EXPECT_THAT(text, Not(HasSubstr("Turn 2")));
}

TEST(Explain, a_hold_is_told_with_its_verdict_and_length) {
  const auto text = explained(story_of(log_of(lively())), 1);
  EXPECT_THAT(line_with(text, "HELD"), HasSubstr("speech over the agent"));
  EXPECT_THAT(line_with(text, "RESUMED after"), AllOf(HasSubstr(" ms"), HasSubstr("a backchannel")));
  EXPECT_THAT(line_with(text, "let go"), HasSubstr("spoken over the agent"));
  EXPECT_THAT(text, HasSubstr("1 of them hitches"));
}

TEST(Explain, an_interruption_tells_what_was_heard) {
  const auto story = story_of(log_of(lively()));
  const auto text = explained(story, 2);
  EXPECT_THAT(text, HasSubstr("Turn 2: \"stop it\""));
  EXPECT_THAT(line_with(text, "STOPPED after"), HasSubstr("the caller goes on speaking"));
  EXPECT_THAT(line_with(text, "fell silent"), HasSubstr("of its sound were heard"));
  EXPECT_THAT(line_with(text, "was heard as far as"),
              AllOf(HasSubstr("one two"), HasSubstr(", CUT"), Not(HasSubstr("ten"))));
  EXPECT_EQ(story.interruptions, 1);
  EXPECT_THAT(text, HasSubstr("interruptions   1\n"));
}

TEST(Explain, a_reply_that_was_prepared_for_nothing_is_told_as_withdrawn) {
  const auto story = story_of(log_of(hesitating()));
  const auto text = explained(story);
  EXPECT_THAT(line_with(text, "goes on"), HasSubstr("1.984  caller   goes on, after a pause of 0.80 s"));
  EXPECT_THAT(line_with(text, "withdrawn, unheard"), HasSubstr("(reply 1): "));
  EXPECT_GE(story.speculations, 2);
  EXPECT_GE(story.wasted, 1);
  EXPECT_THAT(text, HasSubstr("of them wasted"));
  EXPECT_EQ(story.turns.size(), 1u);
}

TEST(Explain, what_the_engine_says_and_the_end_have_their_reasons) {
  Settings s;
  s.greeting = "Hello";
  s.idle = 2s;
  auto w = world(s);
  w.run(20s);
  const auto text = explained(story_of(log_of(w)));
  EXPECT_THAT(text, HasSubstr("There was no turn"));
  EXPECT_THAT(text, HasSubstr("the call was answered"));
  EXPECT_THAT(text, HasSubstr("the caller has been silent"));
  EXPECT_THAT(text, HasSubstr("is hung up: "));
  EXPECT_THAT(line_with(text, "ended"), Not(HasSubstr("breaks off")));
}

TEST(Explain, failures_and_tools_are_told) {
  auto w = world(with_tool());
  w.speech = {{500ms, 1500ms, "book a table"}, {8s, 9s, "and now"}};
  w.answers = {calling(answer("One moment."), {{"t1", "book", "{\"when\":\"noon\"}"}}), answer("Done."),
               failing("HTTP 500")};
  w.run(14s);
  const auto story = story_of(log_of(w));
  const auto text = explained(story);
  EXPECT_THAT(line_with(text, "is called with"), HasSubstr("book is called with {\"when\":\"noon\"}"));
  EXPECT_THAT(line_with(text, "returned after 100 ms"), HasSubstr("done"));
  EXPECT_THAT(text, HasSubstr("FAILED (reply"));
  EXPECT_GE(story.failures, 1);
}

TEST(Explain, what_the_language_model_made_of_the_words_is_told) {
  Settings s;
  s.word_scorer = true;
  auto w = world(s);
  w.delays.word_permille = {{"my dog ate", 10}};
  w.speech = {{500ms, 1500ms, "my dog ate"}};
  w.answers = {answer("I see", 1s)};
  w.run(6s);
  const std::string text = explained(story_of(log_of(w)));
  EXPECT_THAT(text, HasSubstr("p=0.01 that the words are a whole message (the words alone leave it open)"));
  EXPECT_THAT(line_with(text, "TAKEN"), HasSubstr("words p=0.01"));
}

TEST(Explain, masked_words_are_explained_all_the_same) {
  const auto text = explained(story_of(log_of(lively(), false)));
  EXPECT_THAT(text, AllOf(HasSubstr("record.words: off"), HasSubstr("Turn 2"), HasSubstr("\"xxxx xx\"")));
  EXPECT_THAT(text, Not(HasSubstr("everything")));
}

TEST(Explain, what_a_later_version_writes_is_told_by_its_name) {
  auto log = log_of(lively());
  log.insert(log.find("{\"t\":", log.find("\"a\":\"hold\"")),
             "{\"t\":6000000,\"a\":\"filler\",\"gen\":2,\"text\":\"hm\",\"why\":\"the mind is slow\"}\n"
             "{\"t\":6000000,\"e\":\"tool_running\",\"id\":\"7\"}\n"
             "{\"t\":6000000,\"a\":\"hold\",\"gen\":\"x\",\"why\":\"another hold\"}\n"
             "nonsense\n{}\n{\"t\":-1,\"a\":\"hold\"}\n");
  const auto story = story_of(log);
  const auto text = explained(story);
  EXPECT_THAT(line_with(text, "filler"), AllOf(HasSubstr("gen=2"), HasSubstr(": the mind is slow")));
  EXPECT_THAT(line_with(text, "tool_running"), HasSubstr("id=\"7\""));
  EXPECT_THAT(text, HasSubstr("another hold"));
  EXPECT_EQ(story.not_understood, 3u);
  EXPECT_THAT(text, HasSubstr("not understood  3, the first is line "));
  expect_well_formed(drawn(story, nullptr));
}

TEST(Explain, a_log_that_breaks_off_says_so) {
  auto log = log_of(lively());
  for (std::size_t n = log.size(); n > 1500; n -= 997) {
    const auto story = story_of(log.substr(0, std::max(n, log.find('\n') + 1)));
    EXPECT_THAT(explained(story), HasSubstr("it breaks off"));
    expect_well_formed(drawn(story, nullptr));
  }
}

TEST(Explain, only_what_begins_like_a_log_is_explained) {
  for (const char* text : {"", "hello\n", "{\"t\":5,\"e\":\"tick\"}\n"}) {
    std::istringstream in(text);
    EXPECT_FALSE(read_story(in)) << text;
  }
}

TEST(Explain, no_text_of_a_log_commands_a_terminal) {
  auto log = log_of(lively());
  const std::string was = "stop it";
  for (std::size_t at = 0; (at = log.find(was, at)) != std::string::npos; ++at)
    log.replace(at, was.size(), "a\\u001b[2J\xC2\x9B\xFF\xEF\xBF\xBF");
  const auto story = story_of(log);
  for (const std::string& out : {explained(story), drawn(story, nullptr)}) {
    EXPECT_EQ(out.find('\x1b'), std::string::npos);
    EXPECT_EQ(out.find("\xC2\x9B"), std::string::npos);
    EXPECT_EQ(out.find("\xEF\xBF\xBF"), std::string::npos);
    EXPECT_THAT(out, HasSubstr("a [2J"));
  }
  expect_well_formed(drawn(story, nullptr));
}

TEST(Explain, numbers_beyond_all_sense_are_drawn_within_bounds) {
  auto log = log_of(lively());
  log +=
      "{\"t\":9007199254740992,\"e\":\"windows\",\"w\":[9007199254740992,-5,999,9007199254740992,300]}\n"
      "{\"t\":9007199254740992,\"a\":\"listen\",\"utterance\":9,\"from\":-9007199254740992,\"why\":\"\"}\n"
      "{\"t\":9007199254740992,\"a\":\"transcribe\",\"utterance\":9,\"upto\":9007199254740992,\"why\":\"\"}\n"
      "{\"t\":5,\"a\":\"turn_took\",\"turn\":1,\"v2v_us\":-9007199254740992,\"hear_us\":9007199254740992,\"why\":\"\"}"
      "\n"
      "{\"t\":5,\"e\":\"clause_ready\",\"gen\":2,\"clause\":0,\"samples\":9007199254740992}\n";
  const auto story = story_of(log);
  EXPECT_FALSE(story.turns[0].adds_up);
  EXPECT_THAT(explained(story), HasSubstr("NOT voice to voice"));
  const auto svg = drawn(story, nullptr);
  expect_well_formed(svg);
  EXPECT_LT(svg.size(), 500'000u);
}

TEST(Explain, the_picture_has_its_lanes_and_is_drawn_the_same_twice) {
  const auto story = story_of(log_of(lively()));
  const auto svg = drawn(story, nullptr);
  expect_well_formed(svg);
  EXPECT_EQ(svg, drawn(story_of(log_of(lively())), nullptr));
  for (const char* lane :
       {"caller", "speech", "echo", "turn-p", "words", "state", "mind", "clauses", "playout", "decided", "waterfall"})
    EXPECT_THAT(svg, HasSubstr(std::string("id=\"") + lane + "\""));
  EXPECT_THAT(svg, AllOf(HasSubstr("tell me &lt;everything&gt;"), HasSubstr("Okay &amp; bye"), HasSubstr("url(#early)"),
                         HasSubstr("held, then resumed"), HasSubstr(">resume: a backchannel<"),
                         HasSubstr("a backchannel"), HasSubstr("think 100 ms"), HasSubstr(">10 s<")));
  for (const char* absent : {"<script", "href", "id=\"agent\""}) EXPECT_THAT(svg, Not(HasSubstr(absent)));
}

TEST(Explain, a_turns_picture_is_its_span_and_a_second_around_it) {
  const auto story = story_of(log_of(lively()));
  const auto svg = drawn(story, nullptr, 2);
  expect_well_formed(svg);
  EXPECT_THAT(svg,
              AllOf(HasSubstr(", turn 2<"), HasSubstr("stop it"), HasSubstr(">8.0 s<"), Not(HasSubstr(">2.0 s<"))));
  EXPECT_LT(svg.size(), drawn(story, nullptr).size());
}

TEST(Explain, a_recording_gives_both_sides_their_sound) {
  const auto story = story_of(log_of(lively()));
  audio::Wav wav{8000, 2, std::vector<std::int16_t>(2 * 8000 * 14)};
  for (std::size_t i = 8000 * 5; i < 8000 * 6; ++i) wav.samples[2 * i + 1] = 20'000;
  const auto svg = drawn(story, &wav);
  expect_well_formed(svg);
  EXPECT_THAT(svg, HasSubstr("id=\"agent\""));
  EXPECT_GT(std::count(svg.begin(), svg.end(), 'v'), 100) << "a second of it, a column each";
  wav.channels = 1;
  expect_well_formed(drawn(story, &wav));
}

TEST(Explain, a_long_call_is_no_wider_than_the_bound) {
  auto log = log_of(lively());
  log += "{\"t\":3600000000,\"e\":\"hung_up\",\"why\":\"the caller\"}\n";
  const auto svg = drawn(story_of(log), nullptr);
  expect_well_formed(svg);
  EXPECT_THAT(svg, HasSubstr("width=\"20120\""));
}

TEST(Explain, the_middle_of_an_even_number_is_the_lower) {
  EXPECT_EQ(median({}), 0ms);
  EXPECT_EQ(median({3ms, 1ms, 2ms}), 2ms);
  EXPECT_EQ(median({4ms, 1ms, 2ms, 3ms}), 2ms);
}

}  // namespace offhook::call

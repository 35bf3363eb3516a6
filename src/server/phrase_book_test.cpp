#include "server/phrase_book.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "call/fakes.hpp"
#include "dialog/fillers.hpp"

namespace offhook::server {
namespace {

struct Rig {
  Rig() {
    auto a = std::make_shared<call::Agent>();
    a->settings.greeting = "Hello there.";
    agent = std::move(a);
  }
  void open(Duration filler = 0ms) {
    auto a = std::make_shared<call::Agent>(*agent);
    a->settings.filler = filler;
    agent = std::move(a);
    book.emplace(loop, cache, std::vector<PhraseBook::Agent>{{agent, &voice}}, [this] { ++tried; });
  }
  bool ready(const std::string& text) { return cache.find({voice.key(), 8000, text}) != nullptr; }

  net::VirtualLoop loop;
  call::FakeVoice voice;
  tts::PhraseCache cache{1 << 22};
  std::shared_ptr<const call::Agent> agent;
  int tried = 0;
  std::optional<PhraseBook> book;
};

TEST(PhraseBook, what_an_agent_may_have_to_say_is_ready_before_it_is_needed) {
  Rig r;
  r.open();
  EXPECT_EQ(r.tried, 0);
  r.loop.advance(2s);
  EXPECT_EQ(r.tried, 1);
  EXPECT_EQ(r.book->missing(), 0u);
  const call::Settings& s = r.agent->settings;
  for (const auto* text : {&s.greeting, &s.apology_text, &s.goodbye_text, &s.failure_text, &s.idle_text})
    EXPECT_TRUE(r.ready(*text)) << *text;
  EXPECT_EQ(r.voice.texts.size(), 5u);
}

TEST(PhraseBook, what_the_voice_could_not_say_is_tried_again_and_holds_nothing_up) {
  Rig r;
  r.voice.fail_on = "Goodbye";
  r.open();
  r.loop.advance(2s);
  EXPECT_EQ(r.tried, 1);
  EXPECT_EQ(r.book->missing(), 2u) << "a goodbye, and the failure that ends with one";
  EXPECT_TRUE(r.ready(r.agent->settings.apology_text));
  r.voice.fail_on.clear();
  r.loop.advance(PhraseBook::kTryAgain + 1s);
  EXPECT_EQ(r.book->missing(), 0u);
  EXPECT_TRUE(r.ready(r.agent->settings.goodbye_text));
  EXPECT_EQ(r.tried, 1) << "told once";
}

TEST(PhraseBook, a_voice_that_never_answers_does_not_keep_the_server_from_starting) {
  Rig r;
  r.voice.delay = 24h;
  r.open();
  r.loop.advance(PhraseBook::kAtStart - 1s);
  EXPECT_EQ(r.tried, 0);
  r.loop.advance(1s);
  EXPECT_EQ(r.tried, 1);
  r.book.reset();
  EXPECT_EQ(r.voice.open, 0);
}

TEST(PhraseBook, calls_wait_for_what_must_not_fail_and_not_for_the_fillers) {
  Rig r;
  r.voice.delay = 1s;
  r.open(500ms);
  r.loop.advance(2s);  // five phrases, four at once
  EXPECT_EQ(r.tried, 1);
  const std::vector<std::string> fillers = dialog::all_fillers();
  EXPECT_FALSE(r.ready(fillers.back()));
  r.loop.advance(Duration(1s) * fillers.size());
  for (const std::string& text : fillers) EXPECT_TRUE(r.ready(text)) << text;
  EXPECT_EQ(r.tried, 1);
}

}  // namespace
}  // namespace offhook::server

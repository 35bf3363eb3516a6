// The voices that are services, each adapter by itself: what tts.hpp promises where nothing goes wrong but the caller.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "conformance/tts_testing.hpp"

namespace offhook::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr const char* kClause = "We are open from nine to five.";

std::string long_text(std::size_t characters) {
  std::string text;
  while (text.size() < characters) text += "and then we will look at the tooth ";
  text.resize(characters - 1);
  std::replace(text.end() - 2, text.end(), ' ', 'h');
  return text + ".";
}

class TtsAdapter : public ::testing::TestWithParam<TtsRow> {
 protected:
  const TtsRow& row() const { return GetParam(); }
  Counters counters() const { return rig.standins.counters(row().service); }
  bool eventually_at_service(const std::function<bool(const Counters&)>& holds) {
    return eventually([&] { return holds(counters()); });
  }

  Rig rig{tts_settings()};
  Mouth mouth{rig, tts_spec(GetParam(), rig.standins)};
};

// What expect_whole() sees, by which most of these tests judge.
TEST(TtsTone, what_is_lost_doubled_or_of_another_rate_shows) {
  const auto tone = [](int rate) {
    std::vector<std::int16_t> sound;
    for (int i = 0; i < rate; ++i)
      sound.push_back(static_cast<std::int16_t>(6000 * std::sin(2 * std::numbers::pi * 220 * i / rate)));
    return sound;
  };
  const auto whole = tone(8000);
  EXPECT_EQ(tone_until(whole, 8000), whole.size());
  constexpr std::ptrdiff_t chunk = 8 * (tts_chunk / 1ms);
  auto lost = whole;
  lost.erase(lost.begin() + chunk, lost.begin() + 2 * chunk);
  EXPECT_LT(tone_until(lost, 8000), static_cast<std::size_t>(chunk) + 20);
  auto doubled = whole;
  doubled.insert(doubled.begin() + chunk, whole.begin(), whole.begin() + chunk);
  EXPECT_LT(tone_until(doubled, 8000), static_cast<std::size_t>(chunk) + 20);
  EXPECT_LT(tone_until(whole, 16000), 100u);
  EXPECT_LT(tone_until(std::vector<std::int16_t>(800), 8000), 100u);
}

TEST_P(TtsAdapter, a_clause_is_heard_whole_at_the_rate_that_is_wanted) {
  for (const int rate : {8000, 16000, 24000, 48000}) {
    const auto heard = mouth.say(kClause, rate);
    expect_whole(*heard);
    EXPECT_EQ(heard->voice(), mouth.key());
    EXPECT_THAT(heard->used, ElementsAre(Pair(row().provider, code_points(kClause))));
  }
  EXPECT_EQ(counters().characters, 4 * (code_points(kClause) + row().blanks));
  EXPECT_THAT(mouth.key(), ::testing::Not(HasSubstr(tts_key)));
}

TEST_P(TtsAdapter, what_is_open_does_not_grow_from_clause_to_clause) {
  for (int i = 0; i < 5; ++i) expect_whole(*mouth.say(kClause));
  EXPECT_TRUE(eventually([&] { return counters().open <= 1; }, 1s)) << "though both sides close at once";
  if (row().shared) {
    EXPECT_EQ(counters().connections, 1);
  }
}

TEST_P(TtsAdapter, sound_is_passed_on_before_the_clause_is_made) {
  rig.standins.set_faults(row().service, {fault(Fault::Kind::silent, 3)});
  const auto heard = mouth.start(kClause);
  ASSERT_TRUE(mouth.wait_for_sound(*heard));
  EXPECT_FALSE(heard->done);
  EXPECT_LT(heard->seconds(), 0.3);
}

TEST_P(TtsAdapter, words_are_told_at_their_ends_up_to_the_last) {
  for (const int rate : {8000, 16000}) {
    const auto heard = mouth.say("Well, I have 20 apples: dear ones, so to speak!", rate);
    expect_whole(*heard);
    if (!row().tells) {
      EXPECT_THAT(heard->said, IsEmpty());
      continue;
    }
    const std::string& text = heard->speech.text;
    EXPECT_EQ(heard->said.size(), 10u);
    ASSERT_FALSE(heard->said.empty());
    EXPECT_EQ(heard->said.back().first, text.size());
    for (const auto& [bytes, samples] : heard->said) {
      EXPECT_TRUE(bytes == text.size() || text[bytes] == ' ') << bytes;
      EXPECT_NE(text[bytes - 1], ' ') << bytes;
      EXPECT_NEAR(static_cast<double>(samples) / rate, tts_seconds(static_cast<std::int64_t>(bytes)), 0.004);
    }
  }
}

TEST_P(TtsAdapter, the_connection_is_there_before_the_first_clause) {
  if (row().socket) {
    mouth.warm();
    ASSERT_TRUE(eventually_at_service([](const Counters& c) { return c.open == 1; }));
    mouth.warm();
    const auto heard = mouth.start(kClause);
    ASSERT_TRUE(mouth.wait(*heard));
    if (row().shared) {
      EXPECT_EQ(counters().connections, 1);
    }
  }
  // A request's connection is nothing that the stand-in sees: whoever listens does.
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ASSERT_EQ(::listen(listener, 8), 0);
  tts::Spec spec = tts_spec(row(), rig.standins);
  spec.base_url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  {
    Mouth other(rig, spec);
    other.warm();
    pollfd called{listener, POLLIN, 0};
    EXPECT_EQ(::poll(&called, 1, 10000), 1) << "nobody connects";
  }
  ::close(listener);
}

TEST_P(TtsAdapter, clauses_at_once_do_not_mix) {
  rig.standins.change([](Settings& s) { s.tts_speed = 10; });
  for (const std::size_t many : {2u, 6u}) {
    std::vector<std::shared_ptr<Heard>> all;
    rig.on_loop([&] {
      for (std::size_t i = 0; i < many; ++i)
        all.push_back(mouth.start_here(long_text(30 + 7 * i), i % 2 == 0 || !row().shared ? 8000 : 16000));
    });
    for (const auto& heard : all) {
      ASSERT_TRUE(mouth.wait(*heard));
      expect_whole(*heard);
      EXPECT_EQ(heard->characters(), code_points(heard->speech.text));
      if (row().tells) {
        ASSERT_FALSE(heard->said.empty());
        EXPECT_EQ(heard->said.back().first, heard->speech.text.size());
      }
    }
  }
  // close_context, which goes out with a clause, ends its context for the stand-in
  if (row().provider != "elevenlabs") {
    EXPECT_GE(std::max(counters().most_contexts, counters().most_open), 2) << "they never met";
  }
}

TEST_P(TtsAdapter, nothing_to_say_is_done_without_asking_anybody) {
  for (const char* text : {"", " ", " \n\t ", "...", "—", "?!", "“…”", "🙂", "-- "}) {
    const auto heard = mouth.say(text);
    EXPECT_TRUE(heard->ok()) << text << ": " << heard->what();
    EXPECT_EQ(heard->voice(), mouth.key());
    EXPECT_THAT(heard->sound, IsEmpty());
    EXPECT_THAT(heard->used, IsEmpty());
  }
  EXPECT_EQ(counters().characters, 0);
  EXPECT_THAT(asked_to_speak(rig.standins, row().service), IsEmpty());
}

TEST_P(TtsAdapter, any_text_arrives_as_it_was_written) {
  const std::vector<std::string> texts = {
      "Grüß Gott, “schön” – 20 € für den naïven Herrn Ødegård!", "Great 😀 see you at the café 👍🏽 tomorrow.",
      "今日は九時から五時まで開いています。", "He said \"C:\\temp\" & <b>left</b>, {\"a\":1}.",
      "Line one\nand line two\ttoo."};
  for (const std::string& text : texts) {
    const auto heard = mouth.say(text);
    expect_whole(*heard);
    EXPECT_EQ(heard->characters(), code_points(text)) << text;
    if (!row().tells) continue;
    ASSERT_FALSE(heard->said.empty()) << text;
    EXPECT_EQ(heard->said.back().first, text.size()) << text;
    for (const auto& [bytes, samples] : heard->said)
      EXPECT_TRUE(bytes == text.size() || (static_cast<unsigned char>(text[bytes]) & 0xC0) != 0x80)
          << "inside of a character: " << text.substr(0, bytes);
  }
  EXPECT_EQ(asked_to_speak(rig.standins, row().service), texts);
  // What is no UTF-8 would cost a socket all its clauses.
  const auto heard = mouth.say("A caf\xE9 at nine.");
  expect_whole(*heard);
  EXPECT_EQ(asked_to_speak(rig.standins, row().service).back(), "A caf\xEF\xBF\xBD at nine.");
}

TEST_P(TtsAdapter, a_long_text_is_heard_to_its_end) {
  rig.standins.change([](Settings& s) { s.tts_speed = 600; });
  const auto heard = mouth.say(long_text(1900));
  expect_whole(*heard);
  EXPECT_EQ(heard->characters(), 1900);
  if (row().tells) {
    ASSERT_FALSE(heard->said.empty());
    EXPECT_EQ(heard->said.back().first, 1900u);
  }
}

// The loop has other things to do until the service has made all of it.
TEST_P(TtsAdapter, a_slow_reader_loses_nothing) {
  rig.standins.change([](Settings& s) { s.tts_speed = 150; });
  const std::string text = long_text(300);  // 18 s
  std::shared_ptr<Heard> heard;
  rig.on_loop([&] {
    heard = mouth.start_here(text);
    heard->on_sound = [&] {
      if (heard->pieces > 1) return;
      EXPECT_TRUE(eventually_at_service([](const Counters& c) { return c.seconds_out > 17.9; }));
    };
  });
  ASSERT_TRUE(mouth.wait(*heard));
  expect_whole(*heard);
}

TEST_P(TtsAdapter, an_interrupted_clause_is_cancelled_in_the_vendors_way) {
  rig.standins.change([](Settings& s) { s.tts_speed = 10; });
  const std::string text = long_text(100);  // 6 s, made in 0.6 s
  const auto heard = mouth.start(text);
  ASSERT_TRUE(mouth.wait_for_sound(*heard));
  mouth.leave(*heard);
  const auto before = heard->sound.size();
  if (!row().socket) {
    EXPECT_TRUE(eventually_at_service([](const Counters& c) { return c.cancels == 1 && c.open == 0; }));
  } else if (!row().shared) {
    EXPECT_TRUE(eventually_at_service([](const Counters& c) { return c.contexts_open == 0 && c.open <= 1; }));
  } else if (row().stops) {
    EXPECT_TRUE(eventually_at_service([](const Counters& c) { return c.cancels == 1; }));
    EXPECT_THAT(rig.standins.received(row().service).back(), HasSubstr("\"cancel\":true"));
  } else {
    EXPECT_THAT(rig.standins.received(row().service), ::testing::Contains(HasSubstr("\"close_context\":true")));
  }
  const Counters then = counters();
  // The next clause: on the same socket, where there is one; what may still come of the other is not heard.
  expect_whole(*mouth.say(kClause));
  if (row().shared) {
    EXPECT_EQ(counters().connections, 1);
  }
  EXPECT_EQ(counters().characters, code_points(text) + code_points(kClause) + 2 * row().blanks);
  EXPECT_EQ(heard->sound.size(), before);
  if (row().stops) {
    EXPECT_LE(then.seconds_out, 3) << "of 6";
    EXPECT_NEAR(counters().seconds_out, then.seconds_out + tts_seconds(code_points(kClause)), 0.15);
  }
  EXPECT_LE(counters().seconds_after_cancel, 0.1);
}

TEST_P(TtsAdapter, a_clause_may_be_left_from_inside_its_callbacks_and_before_it_is_sent) {
  std::shared_ptr<Heard> left, done;
  rig.on_loop([&] {
    Mouth::leave_here(*mouth.start_here(kClause));
    left = mouth.start_here(kClause);
    left->on_sound = [&] { Mouth::leave_here(*left); };
    done = mouth.start_here(kClause);
    done->on_done = [&] { done->handle.reset(); };
  });
  ASSERT_TRUE(mouth.wait_for_sound(*left));
  ASSERT_TRUE(mouth.wait(*done));
  EXPECT_EQ(left->pieces, 1);
  expect_whole(*done);
  EXPECT_LE(asked_to_speak(rig.standins, row().service).size(), row().socket ? 2u : 3u);
}

// A caller who interrupts again and again costs neither connections nor places.
TEST_P(TtsAdapter, forty_interruptions_leave_nothing_behind) {
  for (int i = 0; i < 40; ++i) {
    const auto heard = mouth.start(kClause);
    if (i % 2 == 0) {
      ASSERT_TRUE(mouth.wait_for_sound(*heard)) << i;
    }
    mouth.leave(*heard);
  }
  expect_whole(*mouth.say(kClause));
  if (row().shared) {
    EXPECT_LE(counters().connections, 8);
  }
  EXPECT_TRUE(eventually_at_service([&](const Counters& c) { return c.contexts_open == 0 && c.open <= 8; }));
}

INSTANTIATE_TEST_SUITE_P(Providers, TtsAdapter, ::testing::ValuesIn(tts_rows()), tts_title);

}  // namespace
}  // namespace offhook::conformance

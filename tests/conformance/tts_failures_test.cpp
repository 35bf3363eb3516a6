// The voices that are services, each adapter by itself, when the service fails: done comes exactly once and in time
// with the vendor's own words, what was heard until then is right, and the next clause is heard.
#include "conformance/tts_testing.hpp"

namespace offhook::conformance {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kClause = "Yes, at nine.";  // 0.78 s: 12 pieces
constexpr const char* kLong = "We are open from nine to five, and on Saturday we are open from ten to two.";

std::vector<TtsRow> sockets() {
  std::vector<TtsRow> rows = tts_rows();
  std::erase_if(rows, [](const TtsRow& row) { return !row.socket; });
  return rows;
}

// What was heard of a clause that broke off is its beginning.
void expect_beginning(const Heard& heard) {
  EXPECT_EQ(tone_until(heard.sound, heard.speech.rate), heard.sound.size());
  EXPECT_LE(heard.seconds(), tts_seconds(code_points(heard.speech.text) + 1) + 0.001);
}

class TtsFailures : public ::testing::TestWithParam<TtsRow> {
 protected:
  const TtsRow& row() const { return GetParam(); }
  tts::Spec spec() const { return tts_spec(row(), rig.standins); }
  Counters counters() const { return rig.standins.counters(row().service); }
  void set(Fault fault) { rig.standins.set_faults(row().service, {std::move(fault)}); }
  void slowly() {
    rig.standins.change([](Settings& s) { s.tts_speed = 10; });
  }

  // A clause of a new voice for each message at which `strike` may strike, until one ends before that; and another one
  // after it. `check` sees the struck clause.
  void at_every_message(Fault strike, Limits limits, const std::function<void(const Heard&)>& check) {
    rig.standins.change([](Settings& s) { s.tts_speed = 200; });
    for (strike.after = 0;; ++strike.after) {
      SCOPED_TRACE("after message " + std::to_string(strike.after));
      const Counters before = counters();
      set(strike);
      Mouth mouth(rig, spec());
      const auto heard = mouth.say(kClause, 8000, limits);
      const bool struck = counters().faults > before.faults;
      rig.standins.clear_faults();
      if (struck)
        check(*heard);
      else
        expect_whole(*heard);
      auto next = mouth.say(kClause);
      if (struck && heard->ok() && !next->ok()) next = mouth.say(kClause);  // it was cut behind the end of the first
      expect_whole(*next);
      if (row().provider == "cartesia" && heard->code() == Errc::unavailable && strike.after > 0) {
        EXPECT_EQ(counters().connections, before.connections + 1) << "an error of one clause costs no connection";
      }
      if (row().socket && (heard->code() == Errc::closed || heard->code() == Errc::invalid)) {
        EXPECT_GT(counters().connections, before.connections + 1);
      }
      mouth.drop();
      ASSERT_TRUE(eventually([&] { return Rig::idle(rig.standins); })) << rig.standins.stats();
      if (!struck) {
        EXPECT_GT(strike.after, 10u) << "messages of a clause";
        return;
      }
      ASSERT_LT(strike.after, 40u);
      if (HasFailure()) return;
    }
  }

  // After so long without a word a connection that is shared takes no new clause.
  Duration quiet() const { return row().shared ? 600ms : 150ms; }

  Rig rig{tts_settings()};
};

class TtsSocketFailures : public TtsFailures {};  // of what only connections that stay can do

TEST_P(TtsFailures, a_connection_cut_at_any_message_leaves_a_beginning_and_an_error) {
  int failed = 0;
  at_every_message(fault(Fault::Kind::cut), {}, [&](const Heard& heard) {
    if (heard.ok()) return expect_whole(heard);  // behind the end, or before it was sent
    ++failed;
    expect_beginning(heard);
    EXPECT_THAT(heard.code(), AnyOf(Errc::closed, Errc::unavailable)) << heard.what();
    EXPECT_THAT(heard.what(), HasSubstr(row().provider));
  });
  EXPECT_GE(failed, 10);
}

TEST_P(TtsFailures, the_vendors_words_come_with_its_error_at_any_message) {
  Fault error = fault(Fault::Kind::error);
  error.body = std::string("the voice is on holiday, not for ") + tts_key;
  at_every_message(error, {}, [&](const Heard& heard) {
    if (heard.ok()) return expect_whole(heard);
    expect_beginning(heard);
    EXPECT_THAT(heard.what(), Not(HasSubstr(tts_key)));
    if (!row().socket) return;  // within sound there is no place for words
    // Deepgram has no message for it: its words come with the close.
    EXPECT_EQ(heard.code(), row().provider == "deepgram" ? Errc::closed : Errc::unavailable);
    EXPECT_THAT(heard.what(), HasSubstr("the voice is on holiday, not for ***"));
  });
}

TEST_P(TtsFailures, garbage_at_any_message_is_survived) {
  at_every_message(fault(Fault::Kind::garbage), {}, [&](const Heard& heard) {
    if (!row().socket) return;  // any bytes are sound
    EXPECT_EQ(heard.code(), Errc::invalid);
    EXPECT_THAT(heard.what(), HasSubstr("not json"));
    expect_beginning(heard);
  });
  Fault noise = fault(Fault::Kind::garbage);
  noise.binary = true;
  at_every_message(noise, {.all = 300ms}, [&](const Heard& heard) {
    if (!heard.ok()) {  // it was the end; who does not close behind it is waited for
      const bool stays = row().shared || row().provider == "deepgram";
      EXPECT_EQ(heard.code(), stays ? Errc::timeout : Errc::closed) << heard.what();
    }
  });
}

TEST_P(TtsSocketFailures, a_lost_end_is_told_by_the_deadline) {
  set(fault(Fault::Kind::no_end));
  Mouth mouth(rig, spec());
  const auto heard = mouth.say(kClause, 8000, {.all = 300ms});
  EXPECT_EQ(heard->code(), row().shared ? Errc::timeout : Errc::closed) << heard->what();
  EXPECT_EQ(tone_until(heard->sound, 8000), heard->sound.size());
  EXPECT_NEAR(heard->seconds(), tts_seconds(code_points(kClause)), 0.07);
  expect_whole(*mouth.say(kClause));
}

TEST_P(TtsFailures, a_refusal_is_told_by_its_kind_in_the_vendors_words_and_without_the_key) {
  struct Case {
    int status;
    Errc code;
  };
  for (const auto& [status, code] : {Case{400, Errc::invalid}, Case{401, Errc::refused}, Case{402, Errc::refused},
                                     Case{403, Errc::refused}, Case{404, Errc::not_found}, Case{429, Errc::full},
                                     Case{500, Errc::unavailable}, Case{503, Errc::unavailable}}) {
    const auto wait = status == 429 ? Duration(2s) : Duration();
    set(refusal(status, std::string(R"({"error":{"message":"there is no voice for )") + tts_key + "\"}}", wait));
    Mouth mouth(rig, spec());
    const auto heard = mouth.say(kClause);
    EXPECT_EQ(heard->code(), code) << status << ": " << heard->what();
    EXPECT_EQ(heard->error().retry_after, wait) << status;
    EXPECT_THAT(heard->what(), HasSubstr("there is no voice for ***"));
    EXPECT_THAT(heard->what(), HasSubstr(std::to_string(status)));
    EXPECT_THAT(heard->what(), Not(HasSubstr(tts_key)));
    EXPECT_THAT(heard->sound, IsEmpty());
    EXPECT_THAT(heard->used, IsEmpty()) << "nobody is paid for it";
    expect_whole(*mouth.say(kClause));
  }
}

TEST_P(TtsFailures, a_wrong_key_is_refused) {
  tts::Spec spec = this->spec();
  spec.api_key = "wrong";
  Mouth mouth(rig, spec);
  const auto heard = mouth.say(kClause);
  EXPECT_EQ(heard->code(), Errc::refused) << heard->what();
  EXPECT_THAT(heard->what(), HasSubstr("401"));
  EXPECT_THAT(heard->what(), Not(HasSubstr("wrong")));
  EXPECT_THAT(heard->used, IsEmpty());
}

TEST_P(TtsFailures, more_at_once_than_the_account_bears_is_told_at_once) {
  slowly();
  Fault limit = fault(Fault::Kind::limit);
  limit.limit = 1;
  limit.retry_after = 2s;
  set(limit);
  Mouth mouth(rig, spec());
  const auto first = mouth.start(kLong);  // 0.45 s
  ASSERT_TRUE(mouth.wait_for_sound(*first));
  std::vector<std::shared_ptr<Heard>> more;
  for (int i = 0; i < 5; ++i) more.push_back(mouth.start(kClause));
  for (const auto& heard : more) {
    ASSERT_TRUE(mouth.wait(*heard));
    if (row().provider == "elevenlabs") {  // the connection that it has serves all of them
      expect_whole(*heard);
    } else {
      EXPECT_EQ(heard->code(), Errc::full) << heard->what();
      EXPECT_EQ(heard->error().retry_after, row().provider == "cartesia" ? Duration() : Duration(2s));
      EXPECT_LT(heard->ended - heard->asked, 400ms) << "it waited for the one that speaks";
    }
  }
  ASSERT_TRUE(mouth.wait(*first));
  expect_whole(*first);
  EXPECT_LE(counters().refused, 7) << "it asked again and again";
  ASSERT_TRUE(eventually([&] { return row().shared || counters().open == 0; }));
  expect_whole(*mouth.say(kClause));
}

TEST_P(TtsFailures, silence_before_the_first_sound_ends_at_first_sound) {
  Mouth mouth(rig, spec());
  expect_whole(*mouth.say(kClause));
  rig.standins.change([](Settings& s) { s.tts_first = 60s; });
  const auto heard = mouth.say(kClause, 8000, {.first_sound = 150ms, .all = 5s});
  EXPECT_EQ(heard->code(), Errc::timeout) << heard->what();
  EXPECT_GE(heard->ended - heard->asked, 150ms);
  EXPECT_THAT(heard->what(), HasSubstr("no sound within"));
  rig.standins.change([](Settings& s) { s.tts_first = 5ms; });
  expect_whole(*mouth.say(kClause));
  if (row().shared) {
    EXPECT_EQ(counters().connections, 1) << "slow is not dead";
  }
  if (!row().socket || row().provider == "cartesia") {
    EXPECT_EQ(counters().cancels, 1);
  }
}

TEST_P(TtsFailures, first_sound_is_no_limit_once_there_is_sound) {
  rig.standins.change([](Settings& s) { s.tts_speed = 20; });
  Mouth mouth(rig, spec());
  mouth.warm();
  const auto heard = mouth.say(kLong, 8000, {.first_sound = 200ms, .all = 10s});  // takes 0.22 s and more
  EXPECT_GT(heard->ended - heard->asked, 200ms);
  expect_whole(*heard);
}

TEST_P(TtsFailures, a_stream_that_stalls_ends_at_its_deadline_and_is_left) {
  set(fault(Fault::Kind::silent, 3));
  Mouth mouth(rig, spec());
  const auto heard = mouth.say(kLong, 8000, {.first_sound = 5s, .all = quiet()});
  EXPECT_EQ(heard->code(), Errc::timeout) << heard->what();
  EXPECT_GE(heard->ended - heard->asked, quiet());
  EXPECT_THAT(heard->what(), HasSubstr("not all of the sound"));
  EXPECT_FALSE(heard->sound.empty());
  expect_beginning(*heard);
  // A connection on which nothing came for so long, in the middle of a clause, is not asked again.
  expect_whole(*mouth.say(kClause, 8000, {.first_sound = 5s}));
}

TEST_P(TtsFailures, a_stalled_clause_that_is_left_leaves_its_connection_too) {
  set(fault(Fault::Kind::silent, 3));
  Mouth mouth(rig, spec());
  const auto heard = mouth.start(kLong);
  ASSERT_TRUE(mouth.wait_for_sound(*heard));
  ASSERT_TRUE(rig.until([&] { return rig.loop.now() > heard->first + quiet(); }));
  mouth.leave(*heard);
  expect_whole(*mouth.say(kClause, 8000, {.first_sound = 5s}));
}

// The service is there no more, but nobody has said so: what is sent is not read.
TEST_P(TtsFailures, a_half_open_connection_costs_one_clause) {
  Mouth mouth(rig, spec());
  expect_whole(*mouth.say(kClause));
  ASSERT_TRUE(eventually([&] { return counters().open == (row().socket ? 1 : 0); }));
  set(fault(Fault::Kind::stop_reading));
  auto heard = mouth.say(kClause, 8000, {.first_sound = quiet()});
  if (heard->ok()) heard = mouth.say(kClause, 8000, {.first_sound = quiet()});  // one message was being read already
  EXPECT_EQ(heard->code(), Errc::timeout) << heard->what();
  expect_whole(*mouth.say(kClause, 8000, {.first_sound = 5s}));
  mouth.drop();
  rig.standins.stop();  // else it would not see that we have gone
}

TEST_P(TtsFailures, a_service_killed_in_the_middle_is_there_again_when_it_is) {
  slowly();
  Mouth mouth(rig, spec());
  std::vector<std::shared_ptr<Heard>> all;
  for (int i = 0; i < 3; ++i) all.push_back(mouth.start(kLong));
  for (const auto& heard : all) ASSERT_TRUE(mouth.wait_for_sound(*heard));
  rig.standins.stop();
  for (const auto& heard : all) {
    ASSERT_TRUE(mouth.wait(*heard));
    EXPECT_THAT(heard->code(), AnyOf(Errc::closed, Errc::unavailable)) << heard->what();
    expect_beginning(*heard);
  }
  const auto nobody = mouth.say(kClause, 8000, {.first_sound = 5s});
  EXPECT_EQ(nobody->code(), Errc::unavailable) << nobody->what();
  EXPECT_LT(nobody->ended - nobody->asked, 3s);
  rig.standins.start();
  expect_whole(*mouth.say(kClause));
}

TEST_P(TtsSocketFailures, a_service_that_closes_idle_connections_is_called_again) {
  Mouth mouth(rig, spec());
  for (int i = 0; i < 3; ++i) {
    expect_whole(*mouth.say(kClause));
    rig.standins.stop();
    rig.standins.start();
  }
  expect_whole(*mouth.say(kClause));
}

INSTANTIATE_TEST_SUITE_P(Providers, TtsFailures, ::testing::ValuesIn(tts_rows()), tts_title);
INSTANTIATE_TEST_SUITE_P(Providers, TtsSocketFailures, ::testing::ValuesIn(sockets()), tts_title);

}  // namespace
}  // namespace offhook::conformance

// What every recogniser that is a service says when its service does not: one failure, in the vendor's words, and never
// a wrong word.
#include "conformance/stt_testing.hpp"

namespace offhook::conformance::ears {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::size_t most_messages = 100;  // of the turn below

class SttFaults : public SttTest, public testing::WithParamInterface<SttRow> {
 protected:
  const SttRow& row() const { return GetParam(); }
  stt::Recognizer& recognizer() {
    if (!recognizer_) recognizer_ = &recognizer_of(rig_, row(), rig_.standins);
    return *recognizer_;
  }
  void set(Fault fault) { rig_.standins.set_faults(row().service, {std::move(fault)}); }
  Counters counters() const { return rig_.standins.counters(row().service); }

  // What becomes of a turn with one pause: an error where the recogniser is expected to give up.
  Result<std::string> turn(Duration behind) {
    Ear ear(rig_, recognizer());
    ear.begin();
    ear.say(0);
    ear.wait(behind);
    const auto text = ear.pause();
    if (row().streams) {
      EXPECT_EQ(text.ok(), !ear.failed()) << "a stream that fails is at its end";
    } else {
      EXPECT_FALSE(ear.failed()) << "each request stands for itself";
    }
    return text;
  }
  Error error_of_turn(Duration behind = hush) {
    const auto text = turn(behind);
    EXPECT_FALSE(text.ok()) << *text;
    if (text) return {};
    EXPECT_THAT(text.error().what, HasSubstr(row().spec.provider));
    EXPECT_THAT(text.error().what, Not(HasSubstr(row().spec.api_key)));
    return text.error();
  }

 private:
  stt::Recognizer* recognizer_ = nullptr;
};
INSTANTIATE_TEST_SUITE_P(, SttFaults, testing::ValuesIn(stt_services()),
                         [](const auto& info) { return title(info.param.name); });

TEST_P(SttFaults, wrong_key_is_a_refusal_without_the_key) {
  SttRow wrong = row();
  wrong.spec.api_key = "wrong";
  {
    Ear ear(rig_, recognizer_of(rig_, wrong, rig_.standins));
    ear.begin();
    ear.say(0);
    ear.wait();
    const auto text = ear.pause();
    ASSERT_FALSE(text.ok());
    EXPECT_EQ(text.error().code, Errc::refused);
    EXPECT_THAT(text.error().what, HasSubstr("the key is invalid"));
  }
  const std::string& key = row().spec.api_key;
  set(refusal(401, R"({"err_code":"INVALID_AUTH","err_msg":"wrong key )" + key + R"(","error":{"message":"wrong key )" +
                       key + R"("}})"));
  const Error error = error_of_turn();
  EXPECT_EQ(error.code, Errc::refused);
  EXPECT_THAT(error.what, HasSubstr("wrong key ***"));
}

TEST_P(SttFaults, refusals_tell_what_may_help) {
  set(refusal(503));
  EXPECT_EQ(error_of_turn().code, Errc::unavailable);
  set(refusal(404));
  EXPECT_EQ(error_of_turn().code, Errc::not_found);
  Fault busy = refusal(429);
  busy.retry_after = 7s;
  set(busy);
  const Error error = error_of_turn();
  EXPECT_EQ(error.code, Errc::full);
  EXPECT_EQ(error.retry_after, 7s);
}

TEST_P(SttFaults, service_that_is_not_there_is_unavailable) {
  rig_.standins.stop();
  EXPECT_EQ(error_of_turn().code, Errc::unavailable);
  rig_.standins.start();
}

TEST_P(SttFaults, errors_of_the_vendor_come_in_its_words) {
  for (const std::size_t after : {0, 1, 2}) {
    if (!row().streams && after > 0) break;  // it is the first message that is the answer
    Fault said = fault(Fault::Kind::error, after);
    said.body = "the hamster is tired";
    set(said);
    const Error error = error_of_turn();
    EXPECT_EQ(error.code, Errc::unavailable);
    EXPECT_THAT(error.what, HasSubstr("the hamster is tired"));
  }
}

// Cut behind the first message, the second, … until the turn has none left.
TEST_P(SttFaults, cut_behind_any_message_is_one_failure_or_the_whole_text) {
  std::size_t n = 0;
  for (; n < most_messages; ++n) {
    SCOPED_TRACE("cut after " + std::to_string(n));
    rig_.standins.clear();
    set(fault(Fault::Kind::cut, n, 1));
    Ear ear(rig_, recognizer());
    Said said;
    ear.begin();
    for (const std::size_t one : {0u, 3u}) {
      ear.say(one);
      ear.wait();
      said.push_back(one);
      const auto text = ear.pause();
      if (text) {
        EXPECT_TRUE(ear.heard(text, said));
        continue;
      }
      EXPECT_THAT(text.error().code, AnyOf(Errc::closed, Errc::unavailable)) << text.error().what;
      if (row().streams) break;
    }
    ear.end();
    if (counters().faults == 0) break;
  }
  EXPECT_GE(n, row().streams ? 4u : 2u);
  EXPECT_LT(n, most_messages);
}

TEST_P(SttFaults, garbage_is_no_crash_and_never_a_wrong_text) {
  for (const bool binary : {false, true}) {
    std::size_t n = 0;
    for (; n < most_messages; ++n) {
      SCOPED_TRACE((binary ? "noise" : "garbage") + std::string(" for message ") + std::to_string(n));
      rig_.standins.clear();
      Fault garbage = fault(Fault::Kind::garbage, n, 1);
      garbage.binary = binary;
      set(garbage);
      Ear ear(rig_, recognizer());
      Said said;
      ear.begin();
      for (const std::size_t one : {0u, 3u}) {
        ear.say(one);
        ear.wait();
        said.push_back(one);
        const auto text = ear.pause();
        if (!text && row().streams) break;
        EXPECT_TRUE(!text.ok() || ear.heard(text, said));
      }
      ear.end();
      if (counters().faults == 0) break;
    }
    EXPECT_LT(n, most_messages);
  }
}

class SttStreamFaults : public SttFaults {};
INSTANTIATE_TEST_SUITE_P(, SttStreamFaults, testing::Values(stt_service("deepgram"), stt_service("flux")),
                         [](const auto& info) { return title(info.param.name); });

TEST_P(SttStreamFaults, half_open_connection_is_noticed_at_a_pause) {
  set(fault(Fault::Kind::silent, 2));
  EXPECT_EQ(error_of_turn(200ms).code, Errc::timeout) << "though most of the words are known";
}

TEST_P(SttStreamFaults, service_that_does_not_read_is_noticed_and_costs_bounded_memory) {
  set(fault(Fault::Kind::stop_reading));
  Ear ear(rig_, recognizer());
  ear.begin();
  const auto minute = std::vector<float>(samples_in(60s, recognizer().traits().rate), 0.1f);
  for (int i = 0; i < 60 && !ear.failed(); ++i) ear.hear(minute);
  ASSERT_TRUE(ear.fails());
  EXPECT_THAT(ear.failed()->code, AnyOf(Errc::full, Errc::timeout)) << ear.failed()->what;
  rig_.standins.stop();  // it would not notice that we have gone
}

// Of services that take requests: the next is another matter.
class SttRequestFaults : public SttFaults {};
INSTANTIATE_TEST_SUITE_P(, SttRequestFaults,
                         testing::Values(stt_service("openai"), stt_service("openai_with_partials")),
                         [](const auto& info) { return title(info.param.name); });

TEST_P(SttRequestFaults, failed_pause_loses_nothing_for_the_next) {
  for (const Fault& trouble : {refusal(500), fault(Fault::Kind::cut)}) {
    Ear ear(rig_, recognizer());
    ear.begin();
    ear.say(1);
    ear.wait();
    set(trouble);
    EXPECT_FALSE(ear.pause().ok());
    rig_.standins.clear_faults();
    ear.say(0);
    ear.wait();
    EXPECT_TRUE(ear.heard(ear.pause(), {1, 0}));
    ear.end();
  }
}

}  // namespace
}  // namespace offhook::conformance::ears

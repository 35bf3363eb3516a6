// What the caller is promised whatever becomes of the services: every pause has one answer, with all words of the turn,
// soon.
#include "conformance/stt_testing.hpp"
#include "stt/resilient.hpp"

namespace offhook::conformance::ears {
namespace {

using net::ServiceHealth;
using stt::TurnSignal;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::size_t most_messages = 200;

struct Choices {
  std::string first, second;  // names of rows; no second: alone
};
void PrintTo(const Choices& choices, std::ostream* out) {
  *out << choices.first << ' ' << choices.second;
}

class SttResilient : public SttTest, public testing::WithParamInterface<Choices> {
 protected:
  // Everything anew: as a process has it that has just been started.
  struct Agent {
    std::vector<std::unique_ptr<ServiceHealth>> health;
    std::unique_ptr<stt::Recognizer> recognizer;
  };

  void SetUp() override {
    rows_.push_back(stt_service(GetParam().first));
    sites_.push_back(&rig_.standins);
    if (GetParam().second.empty()) return;
    rows_.push_back(stt_service(GetParam().second));
    sites_.push_back(&rig_.another(hearing_settings()));
  }
  bool alone() const { return rows_.size() == 1; }
  const SttRow& first() const { return rows_[0]; }
  Standins& site() { return *sites_[0]; }
  Counters counters(std::size_t choice) const { return sites_[choice]->counters(rows_[choice].service); }
  Agent agent(const stt::ResiliencePolicy& policy = {}) {
    Agent agent;
    std::vector<stt::Choice> choices;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      agent.health.push_back(std::make_unique<ServiceHealth>(rows_[i].name, net::HealthPolicy{}));
      choices.push_back({rows_[i].name, &recognizer_of(rig_, rows_[i], *sites_[i]), agent.health.back().get()});
    }
    agent.recognizer = stt::resilient(std::move(choices), policy);
    return agent;
  }
  // Answered with all of it, by whichever choice?
  testing::AssertionResult heard(Ear& ear, const Result<std::string>& text, const Said& said, Duration within = 3s) {
    if (!text) return testing::AssertionFailure() << name(text.error().code) << ": " << text.error().what;
    if (ear.took() > within) return testing::AssertionFailure() << "it took " << ear.took() / 1ms << " ms";
    return is_all_of(*text, said);
  }
  testing::AssertionResult hears(Ear& ear, const Said& said, Duration within = 3s) {
    ear.begin();
    for (const std::size_t one : said) ear.say(one);
    ear.wait();
    const auto result = heard(ear, ear.pause(), said, within);
    ear.end();
    return result;
  }

  std::vector<SttRow> rows_;
  std::vector<Standins*> sites_;
};

const auto name_of = [](const testing::TestParamInfo<Choices>& info) {
  return title(info.param.first + (info.param.second.empty() ? "" : "_then_") + info.param.second);
};
INSTANTIATE_TEST_SUITE_P(, SttResilient,
                         testing::Values(Choices{"deepgram", ""}, Choices{"flux", ""}, Choices{"openai", ""},
                                         Choices{"deepgram", "deepgram"}, Choices{"flux", "deepgram"},
                                         Choices{"deepgram", "openai"}, Choices{"openai", "flux"}),
                         name_of);

TEST_P(SttResilient, cut_behind_any_message_costs_no_word_and_repeats_none) {
  for (const int times : {1, -1}) {
    if (times < 0 && alone()) continue;  // nobody is left
    std::size_t n = 0;
    for (; n < most_messages; ++n) {
      SCOPED_TRACE("cut after " + std::to_string(n) + (times < 0 ? ", always" : ""));
      site().clear();
      site().set_faults(first().service, {fault(Fault::Kind::cut, n, times)});
      const Agent agent = this->agent();
      {
        Ear ear(rig_, *agent.recognizer);
        Said said;
        ear.begin();
        for (const std::size_t one : {0u, 3u}) {
          ear.say(one);
          ear.wait();
          said.push_back(one);
          EXPECT_TRUE(heard(ear, ear.pause(), said));
        }
        ear.end();
      }
      for (const auto& health : agent.health) EXPECT_EQ(health->under_way(), 0);
      if (site().counters(first().service).faults == 0 || HasFailure()) break;
    }
    EXPECT_GE(n, first().streams ? 4u : 2u);
    EXPECT_LT(n, most_messages);
  }
}

TEST_P(SttResilient, service_that_is_killed_and_comes_back_is_used_again) {
  const Agent agent = this->agent();
  Ear ear(rig_, *agent.recognizer);
  EXPECT_TRUE(hears(ear, {1}));

  // Where there is no second, it is back soon after it has been asked.
  const auto pause_of_one_that_is_down = [&] {
    const auto pause = ear.ask();
    if (alone()) site().start();
    return ear.answer(pause);
  };
  site().stop();  // between turns
  ear.begin();
  ear.say(0);
  ear.wait();
  EXPECT_TRUE(heard(ear, pause_of_one_that_is_down(), {0}));
  ear.end();
  site().start();

  ear.begin();  // in a turn
  ear.say(0);
  ear.wait();
  EXPECT_TRUE(heard(ear, ear.pause(), {0}));
  ear.say(2);
  site().stop();
  ear.wait();
  EXPECT_TRUE(heard(ear, pause_of_one_that_is_down(), {0, 2}));
  ear.say(3);
  ear.wait();
  EXPECT_TRUE(heard(ear, ear.pause(), {0, 2, 3}));
  site().start();
  ear.end();

  // While nobody speaks the first takes over again.
  if (!alone() && first().streams) {
    EXPECT_TRUE(eventually([&] { return counters(0).open == 1 && counters(1).open == 0; }));
  }
  const auto before = counters(0).seconds_in;
  EXPECT_TRUE(rig_.until([&] { return agent.health[0]->ready(rig_.loop.now()); }));
  EXPECT_TRUE(eventually([&] {
    EXPECT_TRUE(hears(ear, {3}));
    return counters(0).seconds_in > before + 1;
  })) << "the first is never used again";
}

class SttResilientPair : public SttResilient {};
INSTANTIATE_TEST_SUITE_P(, SttResilientPair,
                         testing::Values(Choices{"deepgram", "deepgram"}, Choices{"flux", "deepgram"},
                                         Choices{"deepgram", "openai"}, Choices{"openai", "flux"}),
                         name_of);

TEST_P(SttResilientPair, whatever_the_first_suffers_the_second_answers) {
  Fault broken = fault(Fault::Kind::error, 1), busy = refusal(429), full = fault(Fault::Kind::limit);
  busy.retry_after = 30s;
  const std::vector<std::pair<std::string, Fault>> troubles = {
      {"refuses", refusal(401)},
      {"does not know it", refusal(404)},
      {"is busy", busy},
      {"is down", refusal(503)},
      {"is full", full},
      {"breaks", broken},
      {"is cut off at once", fault(Fault::Kind::cut)},
      {"is silent", fault(Fault::Kind::silent, 2)},
  };
  for (const auto& [what, trouble] : troubles) {
    SCOPED_TRACE(what);
    site().set_faults(first().service, {trouble});
    const Agent agent = this->agent({.transcript = 500ms});
    Ear ear(rig_, *agent.recognizer);
    // Its own patience with it, then the other's work.
    EXPECT_TRUE(hears(ear, {0, 3}, 5s));
    EXPECT_TRUE(hears(ear, {2}, 5s));
    EXPECT_GT(counters(1).seconds_in, 0);
    EXPECT_FALSE(ear.failed());
  }
}

// One that always breaks off behind its first words is no better than one that is not there, and is paid for each time.
TEST_P(SttResilient, service_that_breaks_off_again_and_again_is_not_asked_without_end) {
  site().set_faults(first().service, {fault(Fault::Kind::cut, 2)});
  const Agent agent = this->agent({.transcript = 500ms});
  Ear ear(rig_, *agent.recognizer);
  ear.begin();
  ear.say(0);
  ear.say(1);
  ear.wait();
  const auto text = ear.pause();
  if (!alone()) {
    EXPECT_TRUE(heard(ear, text, {0, 1}));
  } else if (first().streams) {
    EXPECT_FALSE(text.ok());
    EXPECT_LE(ear.took(), 3s);
  }
  EXPECT_LE(counters(0).connections, 12);
  ear.end();
}

TEST_P(SttResilient, where_all_fail_the_error_names_each_and_no_key) {
  for (std::size_t i = 0; i < rows_.size(); ++i) sites_[i]->set_faults(rows_[i].service, {refusal(401)});
  const Agent agent = this->agent();
  Ear ear(rig_, *agent.recognizer);
  ear.begin();
  ear.say(0);
  ear.wait();
  const auto text = ear.pause();
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.error().code, Errc::refused);
  EXPECT_LE(ear.took(), 3s);
  for (const SttRow& row : rows_) {
    EXPECT_THAT(text.error().what, HasSubstr(row.name));
    EXPECT_THAT(text.error().what, Not(HasSubstr(row.spec.api_key)));
  }
  ear.end();
  EXPECT_FALSE(ear.failed()) << "the next turn is another matter";
}

TEST_P(SttResilient, sound_is_told_by_the_name_of_its_choice) {
  const Agent agent = this->agent();
  Ear ear(rig_, *agent.recognizer);
  EXPECT_TRUE(hears(ear, {0, 1}));
  EXPECT_TRUE(hears(ear, {2}));
  EXPECT_TRUE(eventually([&] {
    return std::abs(static_cast<double>(ear.used()[first().name].count()) / 1e6 - counters(0).seconds_in) < 0.001;
  })) << ear.used()[first().name] / 1ms
      << " ms told, " << counters(0).seconds_in << " s given";
  EXPECT_THAT(ear.used(), ElementsAre(testing::Key(first().name)));
}

class SttResilientTurns : public SttResilient {};
INSTANTIATE_TEST_SUITE_P(, SttResilientTurns, testing::Values(Choices{"flux", ""}, Choices{"flux", "deepgram"}),
                         name_of);

// Over a connection that breaks in the middle, too.
TEST_P(SttResilientTurns, found_by_the_service_are_signalled) {
  for (Standins* at : sites_) at->change([](Settings& s) { s.stt_endpoint = 300ms; });
  for (const bool cut : {false, true}) {
    const Agent agent = this->agent();
    Ear ear(rig_, *agent.recognizer);
    EXPECT_TRUE(agent.recognizer->traits().finds_turns);
    ear.wait(200ms);
    ear.begin();
    ear.say(0);
    if (cut) {
      EXPECT_TRUE(ear.has_partial());
      site().set_faults(first().service, {fault(Fault::Kind::cut, 0, 1)});
      EXPECT_TRUE(eventually([&] { return counters(0).faults == 1; }));
    }
    ear.wait(260ms);
    ASSERT_TRUE(ear.has_signal(TurnSignal::Kind::eager));
    ear.say(1);
    ASSERT_TRUE(ear.has_signal(TurnSignal::Kind::resumed));
    ear.wait(400ms);
    ASSERT_TRUE(ear.has_signal(TurnSignal::Kind::ended));
    EXPECT_TRUE(is_all_of(ear.take_signals().back().text, {0, 1}));
    EXPECT_TRUE(heard(ear, ear.pause(), {0, 1}));
    ear.end();
  }
}

// The first is a service, the last resort a model of one's own.
using SttLocal = SttTest;
TEST_F(SttLocal, model_of_ones_own_hears_the_whole_turn_when_the_service_goes) {
  ServiceHealth health("deepgram", {});
  const auto recognizer =
      stt::resilient({{"deepgram", &recognizer_of(rig_, stt_service("deepgram"), rig_.standins), &health},
                      {"local", local_recognizer(), nullptr}});
  Ear ear(rig_, *recognizer, true);
  ear.begin();
  ear.say(3);
  rig_.standins.stop();
  ear.say(1);
  ear.wait();
  EXPECT_TRUE(ear.heard(ear.pause(), {3, 1}));
  ear.end();
  rig_.standins.start();
}

}  // namespace
}  // namespace offhook::conformance::ears

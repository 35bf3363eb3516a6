// Language models behind resilient(): what a call hears when one of two services fails.
#include "conformance/llm_testing.hpp"
#include "llm/resilient.hpp"
#include "net/service_health.hpp"

namespace offhook::conformance::language {
namespace {

using ::testing::ElementsAre;

// Two choices: the row's provider, and at stand-ins of its own the next row's.
class LlmResilient : public LlmFixture {
 protected:
  LlmResilient() {
    rig.standins.change([](Settings& settings) { settings.reply = opening_hours; });
    second_at.change([](Settings& settings) { settings.reply = spare; });
  }

  llm::Choice choice(const char* name, llm::Client* client, net::HealthPolicy policy) {
    return {name, client, rig.keep(std::make_unique<net::ServiceHealth>(name, policy))};
  }
  llm::Client* both(llm::ResiliencePolicy policy = {}, net::HealthPolicy health = {}) {
    std::vector<llm::Choice> choices = {choice("first", first, health), choice("second", second, health)};
    return rig.keep(rig.on_loop([&] { return llm::resilient(rig.loop, std::move(choices), policy); }));
  }
  static const Row& next(const Row& row) {
    std::size_t i = 0;
    while (rows[i].provider != std::string_view(row.provider)) ++i;
    return rows[(i + 1) % std::size(rows)];
  }

  static inline const std::string spare = "The other one answers.";
  Standins& second_at = rig.another();
  llm::Client* const first = connect(spec_of(row, rig.standins));
  llm::Client* const second = connect(spec_of(next(row), second_at));
};

TEST_P(LlmResilient, answers_whole_from_the_second_where_the_first_is_cut_before_its_first_word) {
  for (std::size_t after = 0; after <= row.before + 2; ++after) {
    SCOPED_TRACE("after " + std::to_string(after) + " messages");
    rig.standins.set_faults(row.service, {{.kind = Fault::Kind::cut, .after = after}});
    const Talk& talk = wait(ask(both({.first_token = 8s, .try_again_within = 8s})));
    EXPECT_LT(talk.took, 3s);
    if (after <= row.before) {
      EXPECT_TRUE(talk.ok()) << talk.error().what;
      EXPECT_EQ(talk.text, spare);
      EXPECT_THAT(talk.asked, ElementsAre("first", "first", "second"));
      continue;
    }
    EXPECT_EQ(talk.error().code, Errc::closed);  // half an answer cannot be gone on with by another
    EXPECT_EQ(talk.text, first_words(opening_hours, after - row.before));
    EXPECT_THAT(talk.asked, ElementsAre("first"));
  }
}

TEST_P(LlmResilient, answers_in_time_while_the_first_is_gone_and_goes_back_to_it) {
  llm::Client* const client = both({}, {.back_off = 50ms});
  EXPECT_EQ(wait(ask(client)).text, opening_hours);

  // Killed while it thinks about an answer.
  rig.standins.change([](Settings& settings) { settings.llm_first = 60s; });
  const Talk& caught = ask(client);
  EXPECT_TRUE(eventually([&] { return rig.standins.counters(row.service).open == 1; }));
  rig.standins.stop();
  wait(caught);
  rig.standins.change([](Settings& settings) { settings.llm_first = 5ms; });
  std::vector<const Talk*> talks = {&caught};
  for (int i = 0; i < 4; ++i) talks.push_back(&wait(ask(client)));  // its breaker opens meanwhile
  for (const Talk* talk : talks) {
    EXPECT_EQ(talk->text, spare) << talk->error().what;
    EXPECT_LT(talk->took, 3s);
  }

  rig.standins.start();
  EXPECT_TRUE(eventually([&] { return wait(ask(client)).text == opening_hours; })) << "never asked again";
  const Talk& again = wait(ask(client));
  EXPECT_EQ(again.text, opening_hours);
  EXPECT_THAT(again.asked, ElementsAre("first"));
}

TEST_P(LlmResilient, leaves_a_first_that_is_silent) {
  rig.standins.set_faults(row.service, {{.kind = Fault::Kind::silent, .after = row.before}});
  const Talk& talk = wait(ask(both({.first_token = 200ms})));
  EXPECT_EQ(talk.text, spare) << talk.error().what;
  EXPECT_LT(talk.took, 3s);
  EXPECT_THAT(talk.asked, ElementsAre("first", "second"));
  EXPECT_TRUE(eventually([&] { return Rig::idle(rig.standins); })) << "the first answer is still waited for";
}

TEST_P(LlmResilient, never_asks_more_at_once_than_the_account_bears) {
  rig.standins.change([](Settings& settings) { settings.llm_first = 50ms; });
  rig.standins.set_faults(row.service, {{.kind = Fault::Kind::limit, .limit = 2}});
  llm::Spec spec = spec_of(row, rig.standins);
  spec.concurrency = 2;
  std::vector<llm::Choice> choices = {choice("first", first, {.concurrency = spec.concurrency})};
  llm::Client* const client =
      rig.keep(rig.on_loop([&] { return llm::resilient(rig.loop, std::move(choices), {.first_token = 9s}); }));
  std::vector<const Talk*> talks;
  for (int i = 0; i < 8; ++i) talks.push_back(&ask(client));
  for (const Talk* talk : talks) EXPECT_TRUE(rig.until([&] { return talk->done > 0; }));
  for (const Talk* talk : talks) EXPECT_EQ(talk->text, opening_hours) << talk->error().what;
  EXPECT_EQ(rig.standins.counters(row.service).refused, 0);
  EXPECT_EQ(rig.standins.counters(row.service).most_open, 2);

  talks.clear();
  for (int i = 0; i < 8; ++i) talks.push_back(&ask(first));  // nobody counts
  for (const Talk* talk : talks) EXPECT_TRUE(rig.until([&] { return talk->done > 0; }));
  EXPECT_GT(rig.standins.counters(row.service).refused, 0) << "the limit strikes nobody";
}

INSTANTIATE_TEST_SUITE_P(Providers, LlmResilient, ::testing::ValuesIn(rows), named);

}  // namespace
}  // namespace offhook::conformance::language

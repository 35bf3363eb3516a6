#include "stt/providers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "net/fake_services_testing.hpp"
#include "net/virtual_loop.hpp"
#include "stt/resilient.hpp"

namespace offhook::stt {
namespace {

using testing::StartsWith;

Spec spec(std::string_view provider, std::string base_url = {}, std::string model = {}) {
  Spec s;
  s.provider = provider;
  s.base_url = std::move(base_url);
  s.model = std::move(model);
  return s;
}

class SttProvidersTest : public testing::Test {
 protected:
  std::unique_ptr<Session> open(const Spec& spec) {
    recognizer_ = connect(loop_, http_, spec);
    if (!recognizer_) return nullptr;
    return recognizer_->open(loop_, {});
  }
  // How many requests there are before the caller pauses.
  std::size_t partials(const Spec& spec) {
    const auto session = open(spec);
    http_.sent.clear();
    session->begin();
    for (int i = 0; i < 100; ++i) session->audio(std::vector<float>(320, 0.1f));
    return http_.sent.size();
  }

  net::VirtualLoop loop_;
  net::FakeHttp http_;
  std::unique_ptr<Recognizer> recognizer_;
};

TEST_F(SttProvidersTest, every_row_is_whole_and_found_by_its_name_alone) {
  std::set<std::string_view> names;
  for (const Provider& p : providers()) {
    EXPECT_TRUE(names.insert(p.name).second);
    EXPECT_EQ(find_provider(p.name), &p);
    EXPECT_FALSE(p.base_url.empty() || p.key_variable.empty() || p.model.empty()) << p.name;
    EXPECT_NE(open(spec(p.name)), nullptr);
  }
  EXPECT_EQ(find_provider("local"), nullptr);
  EXPECT_EQ(connect(loop_, http_, spec("local")), nullptr);
  EXPECT_EQ(connect(loop_, http_, spec("nobody")), nullptr);
}

TEST_F(SttProvidersTest, what_the_spec_leaves_out_is_the_vendors) {
  const auto nova = open(spec("deepgram"));
  EXPECT_THAT(http_.last_connect().call.url, StartsWith("wss://api.deepgram.com/v1/listen?model=nova-3&"));
  EXPECT_FALSE(recognizer_->traits().continuous);
  const auto flux = open(spec("deepgram", "http://127.0.0.1:9/", "flux-general-en"));
  EXPECT_THAT(http_.last_connect().call.url, StartsWith("ws://127.0.0.1:9/v2/listen?model=flux-general-en&"));
  EXPECT_TRUE(recognizer_->traits().continuous);
}

TEST_F(SttProvidersTest, partials_by_request_are_for_ones_own_server_unless_asked_for) {
  EXPECT_EQ(partials(spec("openai")), 0u);
  EXPECT_EQ(partials(spec("groq", "https://api.groq.com/openai/v1/")), 0u);
  Spec own = spec("openai", "http://127.0.0.1:8000/v1");
  EXPECT_EQ(partials(own), 1u);
  own.partials = Spec::Partials::off;
  EXPECT_EQ(partials(own), 0u);
  Spec paid = spec("openai");
  paid.partials = Spec::Partials::on;
  EXPECT_EQ(partials(paid), 1u);
}

// Three protocols behind one session, each session destroyed inside its own last words.
TEST_F(SttProvidersTest, services_stand_in_for_one_another_in_the_middle_of_a_turn) {
  const auto nova = connect(loop_, http_, spec("deepgram"));
  const auto flux = connect(loop_, http_, spec("deepgram", {}, "flux-general-en"));
  const auto openai = connect(loop_, http_, spec("openai"));
  net::ServiceHealth nova_health("nova", {}), flux_health("flux", {}), openai_health("openai", {});
  const auto all = resilient({{"nova", nova.get(), &nova_health},
                              {"flux", flux.get(), &flux_health},
                              {"openai", openai.get(), &openai_health}});
  std::vector<std::string> told;
  std::map<std::string, Duration> used;
  auto session = all->open(
      loop_,
      {.partial = [&](const Hypothesis& h) { told.push_back("~" + h.text); },
       .transcript = [&](std::uint32_t, const Result<std::string>& t) { told.push_back(t ? *t : t.error().what); },
       .used = [&](std::string_view who, Duration d) { used[std::string(who)] += d; }});
  const auto say = [&](Duration length) {
    for (Duration at{}; at < length; at += 20ms) {
      session->audio(std::vector<float>(320, 0.1f));
      loop_.advance(20ms);
    }
  };
  auto socket = http_.last_connect().accept(loop_);
  session->begin();
  say(1s);
  socket->text(
      R"({"type":"Results","start":0,"duration":0.9,"channel":{"alternatives":[{"transcript":"well"}]},"is_final":false})");
  socket->break_off();  // once: the same again
  loop_.run_ready();
  ASSERT_THAT(http_.connects, testing::SizeIs(2));
  http_.last_connect().refuse({Errc::unavailable, "HTTP 503"});  // twice: Flux
  loop_.run_ready();
  ASSERT_THAT(http_.last_connect().call.url, testing::HasSubstr("/v2/listen"));
  socket = http_.last_connect().accept(loop_);
  loop_.run_ready();
  session->pause(1);
  socket->text(R"({"type":"Error","code":"NET-0000","description":"down"})");
  loop_.run_ready();
  ASSERT_THAT(http_.connects, testing::SizeIs(4)) << "Flux again";
  http_.last_connect().refuse({Errc::full, "HTTP 429"});
  loop_.run_ready();
  ASSERT_THAT(http_.sent, testing::SizeIs(1));
  EXPECT_GE(http_.last().call.body.size(), 31000u) << "a second of 16 bits at 16 kHz";
  http_.last().head(200, "application/json");
  http_.last().body(R"({"text":"well then"})");
  http_.last().end();
  loop_.run_ready();
  EXPECT_THAT(told, testing::ElementsAre("~well", "well then"));
  EXPECT_THAT(used, testing::UnorderedElementsAre(testing::Pair("nova", testing::Ge(900ms)),
                                                  testing::Pair("flux", testing::Ge(900ms)),
                                                  testing::Pair("openai", testing::Ge(900ms))));
  session.reset();
  EXPECT_EQ(nova_health.under_way() + flux_health.under_way() + openai_health.under_way(), 0);
}

}  // namespace
}  // namespace offhook::stt

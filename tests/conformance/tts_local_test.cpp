// The local voice, for the promises of tts.hpp that do not speak of a service: a real model, on a real loop. Few tests,
// since each loads it.
#include <algorithm>

#include "audio/level.hpp"
#include "conformance/tts_testing.hpp"
#include "inference/pool_testing.hpp"
#include "tts/resilient.hpp"

namespace offhook::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

const std::string model = OFFHOOK_CACHE_DIR "/models/piper-en_US-joe-medium/en_US-joe-medium.onnx";
constexpr const char* kClause = "We are open from nine to five.";

// The engine's voice, lent out.
class Lent final : public tts::Voice {
 public:
  explicit Lent(tts::Voice& voice) : voice_(voice) {}
  const std::string& key() const override { return voice_.key(); }
  std::unique_ptr<net::Pending> synthesize(net::Loop& loop, tts::Speech speech, tts::Sink sink) override {
    return voice_.synthesize(loop, std::move(speech), std::move(sink));
  }

 private:
  tts::Voice& voice_;
};

class TtsLocal : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    static const SteadyClock clock;
    static inference::Pool pool(clock, 2);
    pool_ = &pool;
    auto loaded = tts::load_piper({model, model + ".json"}, pool);
    ASSERT_TRUE(loaded) << loaded.error().what;
    voice_ = std::move(*loaded);
  }
  static void TearDownTestSuite() { voice_.reset(); }
  void SetUp() override { ASSERT_TRUE(voice_); }
  void TearDown() override { inference::wait_until_free(*pool_); }

  static inline inference::Pool* pool_ = nullptr;
  static inline std::unique_ptr<tts::Voice> voice_;
  Rig rig{tts_settings()};
  Mouth mouth{rig, [] { return std::make_unique<Lent>(*voice_); }};
};

TEST_F(TtsLocal, a_text_is_heard_from_its_first_sentence_to_its_last_at_the_rate_that_is_wanted) {
  std::vector<double> lengths;
  for (const int rate : {8000, 16000, 24000}) {
    const auto heard = mouth.say(kClause, rate);
    ASSERT_TRUE(heard->ok()) << heard->what();
    EXPECT_EQ(heard->voice(), mouth.key());
    EXPECT_THAT(heard->used, ElementsAre(Pair("local", code_points(kClause))));
    EXPECT_NEAR(audio::dbfs(heard->sound), -23, 5);
    lengths.push_back(heard->seconds());
  }
  EXPECT_GT(lengths[0], 1.2);
  EXPECT_LT(lengths[0], 3);
  EXPECT_NEAR(lengths[1], lengths[0], 0.3);  // no two renderings are the same

  std::string text;
  for (int i = 0; i < 4; ++i) text += "We are open from nine to five. ";
  const auto heard = mouth.say(text);
  EXPECT_TRUE(heard->ok()) << heard->what();
  EXPECT_EQ(heard->pieces, 4);
  EXPECT_LT(heard->first, heard->ended);
  EXPECT_GT(heard->seconds(), 4 * 1.2);

  std::vector<std::shared_ptr<Heard>> all;
  rig.on_loop([&] {
    for (int i = 0; i < 6; ++i)
      all.push_back(mouth.start_here(i % 2 == 0 ? "Yes." : "We are open from nine to five, and on Saturday too."));
  });
  for (const auto& heard : all) {
    ASSERT_TRUE(mouth.wait(*heard));
    EXPECT_TRUE(heard->ok()) << heard->what();
  }
  for (std::size_t i = 0; i < all.size(); i += 2) EXPECT_LT(all[i]->seconds() * 2, all[i + 1]->seconds());

  for (const char* text : {"", " ", " \n\t ", "...", "—", "?!", "“…”", "🙂"}) {
    const auto heard = mouth.say(text);
    EXPECT_TRUE(heard->ok()) << text << ": " << heard->what();
    EXPECT_THAT(heard->sound, IsEmpty()) << text;
  }
  for (const char* text :
       {"Grüß Gott, “schön” – 20 €!", "Great 😀 see you.", "A caf\xE9 at nine.", "<b>left</b> & {}"}) {
    const auto heard = mouth.say(text);
    EXPECT_TRUE(heard->ok()) << text << ": " << heard->what();
    EXPECT_GT(heard->seconds(), 0.3) << text;
  }
}

TEST_F(TtsLocal, an_interrupted_clause_is_rendered_no_further_and_a_late_one_told_in_time) {
  std::string text;
  while (text.size() < 1900) text += "And then we will look at the tooth that hurts. ";
  const auto heard = mouth.start(text);
  ASSERT_TRUE(mouth.wait_for_sound(*heard));
  mouth.leave(*heard);
  const auto before = pool_->health().done.load();
  EXPECT_TRUE(mouth.say("Yes.")->ok());
  EXPECT_LE(pool_->health().done.load() - before, 5u) << "of some forty";
  rig.on_loop([&] {
    const auto inside = mouth.start_here(kClause);
    inside->on_sound = [here = inside.get()] { Mouth::leave_here(*here); };
  });

  auto let_go = inference::occupy(*pool_);
  const auto late = mouth.say(kClause, 8000, {.first_sound = 100ms, .all = 5s});
  EXPECT_EQ(late->code(), Errc::timeout) << late->what();
  EXPECT_GE(late->ended - late->asked, 100ms);
  let_go.set_value();
  EXPECT_TRUE(mouth.say(kClause)->ok());
}

// What is always there: the end of every list.
TEST_F(TtsLocal, it_takes_over_where_a_service_breaks_off) {
  const TtsRow& row = tts_rows()[0];
  rig.standins.set_faults(row.service, {fault(Fault::Kind::cut, 20)});
  struct Both final : tts::Voice {
    Both(Rig& rig, const tts::Spec& spec)
        : service(tts::connect(rig.loop, *rig.http, spec)),
          voice(tts::resilient({{"cartesia", service.get(), &health}, {"local", voice_.get(), nullptr}})) {}
    const std::string& key() const override { return voice->key(); }
    std::unique_ptr<net::Pending> synthesize(net::Loop& loop, tts::Speech speech, tts::Sink sink) override {
      return voice->synthesize(loop, std::move(speech), std::move(sink));
    }
    net::ServiceHealth health{"cartesia", {}};
    std::unique_ptr<tts::Voice> service, voice;
  };
  Mouth both(rig, [&] { return std::make_unique<Both>(rig, tts_spec(row, rig.standins)); });
  const auto heard = both.say("We are open from nine to five, and on Saturday too.");
  ASSERT_TRUE(heard->ok()) << heard->what();
  EXPECT_EQ(heard->voice(), "");
  ASSERT_EQ(heard->used.size(), 2u);
  EXPECT_EQ(heard->used[1].first, "local");
  EXPECT_LT(heard->used[1].second, heard->used[0].second);
  EXPECT_GT(heard->seconds(), 2);
  both.drop();
}

}  // namespace
}  // namespace offhook::conformance

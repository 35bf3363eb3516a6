// The real models of noise suppression before the real recogniser: what is said is still understood.
#include <gtest/gtest.h>

#include <thread>

#include "audio/wav.hpp"
#include "call/ears.hpp"
#include "call/fakes.hpp"
#include "inference/pool_testing.hpp"
#include "stt/words.hpp"

namespace offhook::call {
namespace {

const std::string kModels = std::string(OFFHOOK_CACHE_DIR) + "/models/";

class EarsNoiseTest : public testing::TestWithParam<noise::Kind> {
 protected:
  static Result<std::unique_ptr<noise::Suppressor>> load(noise::Kind kind) {
    if (kind == noise::Kind::rnnoise) return noise::load_rnnoise(kModels + "rnnoise/librnnoise.so");
    return noise::load_deepfilter(
        {kModels + "deepfilternet-3/libdeepfilter.so", kModels + "deepfilternet-3/DeepFilterNet3_onnx.tar.gz"});
  }
  // As its bytes come over the wire, with a second of silence around it.
  static std::vector<std::uint8_t> recording(const std::string& name) {
    const auto wav = audio::read_wav(std::string(OFFHOOK_SOURCE_DIR) + "/tests/data/" + name + ".wav");
    EXPECT_TRUE(wav.ok()) << name;
    std::vector<std::uint8_t> wire(8000, audio::kMulawSilence);
    for (const std::int16_t s : wav->samples) wire.push_back(audio::mulaw_encode(s));
    wire.insert(wire.end(), 8000, audio::kMulawSilence);
    wire.resize(wire.size() / 160 * 160);
    return wire;
  }
};

TEST_P(EarsNoiseTest, of_telephone_speech_at_most_one_word_in_ten_is_lost) {
  auto suppressor = load(GetParam());
  ASSERT_TRUE(suppressor.ok()) << suppressor.error().what;
  VirtualClock clock;  // stands still: no deadline passes however slow the machine is
  net::VirtualLoop loop;
  inference::Pool pool(clock, 2);
  const std::string moonshine = kModels + "moonshine-tiny-en/";
  auto recognizer = stt::load_moonshine(
      {moonshine + "encoder_model.ort", moonshine + "decoder_model_merged.ort", moonshine + "tokens.txt"}, pool);
  ASSERT_TRUE(recognizer.ok()) << recognizer.error().what;
  FakeVad vad(loop);

  std::size_t said = 0, understood = 0;
  for (const auto& [file, text] :
       {std::pair{"stt_appointment", "I would like to book an appointment for next Tuesday morning please"},
        std::pair{"stt_address", "My address is forty two Green Street in the old town"},
        std::pair{"stt_weather", "What is the weather going to be like this weekend"}}) {
    auto stream = (*suppressor)->open();
    for (int tries = 0; !stream->ready() && tries < 100'000'000; ++tries) std::this_thread::yield();
    ASSERT_TRUE(stream->ready());
    std::string heard;
    {
      Ears ears(
          loop, vad, nullptr, **recognizer,
          [&](const Event& e) {
            if (const auto* t = std::get_if<event::Transcript>(&e)) heard = t->text;
          },
          {}, nullptr, std::move(stream));
      const auto wire = recording(file);
      std::int64_t at = 0;
      for (; at < static_cast<std::int64_t>(wire.size()); at += 160) {
        ears.audio(std::span(wire).subspan(static_cast<std::size_t>(at), 160), at);
        if (at == 12000) ears.listen(1, 6000);  // half a second into speech, from before its beginning
      }
      ears.transcribe(1, at);
      ASSERT_TRUE(loop.wait_until([&] { return !heard.empty(); })) << file;
    }
    const auto expected = stt::words(text), got = stt::words(heard);
    said += expected.size();
    for (const auto& word : expected) understood += std::ranges::find(got, word.bare, &stt::Word::bare) != got.end();
  }
  EXPECT_GE(10 * understood, 9 * said);
  inference::wait_until_free(pool);
}

INSTANTIATE_TEST_SUITE_P(Models, EarsNoiseTest, testing::Values(noise::Kind::rnnoise, noise::Kind::deepfilter),
                         [](const auto& kind) { return std::string(noise::name(kind.param)); });

}  // namespace
}  // namespace offhook::call

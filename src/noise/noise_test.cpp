// The way around a model, with models that are made here.
#include "noise/noise.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <deque>
#include <limits>

namespace offhook::noise {
namespace {

constexpr int kDelay = 960;

// Gives back what it got, `delay` later and times `gain`, as a model would.
class Echo final : public Filter {
 public:
  explicit Echo(float gain, int fails_after = 1 << 30, int waits = 0)
      : gain_(gain), fails_after_(fails_after), waits_(waits) {}
  Did frame(std::span<const float, kFrame> in, std::span<float, kFrame> out) override {
    if (waits_-- > 0) return Did::waited;
    if (fails_after_-- <= 0) return Did::failed;
    for (int i = 0; i < kFrame; ++i) {
      queue_.push_back(in[static_cast<std::size_t>(i)]);
      out[static_cast<std::size_t>(i)] = gain_ * queue_.front();
      queue_.pop_front();
    }
    return Did::cleaned;
  }

 private:
  float gain_;
  int fails_after_, waits_;
  std::deque<float> queue_ = std::deque<float>(kDelay, 0.0f);
};

std::vector<float> tone(std::size_t n) {
  std::vector<float> sound(n);
  for (std::size_t i = 0; i < n; ++i) sound[i] = 0.5f * std::sin(0.7f * static_cast<float>(i));  // 891 Hz
  return sound;
}
std::vector<float> run(Stream& stream, const std::vector<float>& in, std::size_t step) {
  std::vector<float> out;
  for (std::size_t at = 0; at < in.size(); at += step)
    stream.process(std::span<const float>(in).subspan(at, std::min(step, in.size() - at)), out);
  return out;
}
// The largest difference to `gain` times what went in; the first 10 ms, where the tone begins, aside.
float difference(const std::vector<float>& in, const std::vector<float>& out, std::size_t from, std::size_t to,
                 float gain = 1) {
  float most = 0;
  for (std::size_t i = from; i < to; ++i) most = std::max(most, std::abs(out[i] - gain * in[i]));
  return most;
}

TEST(Noise, each_sample_comes_out_in_its_place_whatever_the_frames) {
  const auto in = tone(8000);
  for (const std::size_t step : {1, 7, 160, 333, 8000}) {
    Stream stream(std::make_unique<Echo>(1.0f), kDelay, 0);
    const auto out = run(stream, in, step);
    ASSERT_GE(out.size() + 304, in.size()) << step;  // 38 ms
    ASSERT_LT(out.size(), in.size());
    EXPECT_LT(difference(in, out, 80, out.size()), 0.01f) << step;
  }
}

TEST(Noise, a_share_of_what_came_stays) {
  const auto in = tone(8000);
  Stream stream(std::make_unique<Echo>(0.0f), kDelay, 0.25f);
  const auto out = run(stream, in, 160);
  EXPECT_LT(difference(in, out, 400, out.size(), 0.25f), 0.01f);
}

TEST(Noise, a_model_that_fails_lets_the_sound_through_without_a_seam) {
  const auto in = tone(8000);
  Stream stream(std::make_unique<Echo>(1.0f, 20), kDelay, 0);
  const auto out = run(stream, in, 160);
  EXPECT_LT(difference(in, out, 80, out.size()), 0.01f);
}

TEST(Noise, what_is_no_number_is_a_failure) {
  const auto in = tone(8000);
  Stream stream(std::make_unique<Echo>(std::numeric_limits<float>::quiet_NaN()), kDelay, 0);
  const auto out = run(stream, in, 160);
  EXPECT_LT(difference(in, out, 80, out.size()), 0.01f);
}

TEST(Noise, until_the_model_is_there_the_sound_passes_through) {
  const auto in = tone(8000);
  Stream stream(std::make_unique<Echo>(0.5f, 1 << 30, 40), kDelay, 0);  // 400 ms
  const auto out = run(stream, in, 160);
  // From 400 ms the model is given sound; the first that it gives back whole is what came 20 ms before.
  EXPECT_LT(difference(in, out, 80, 3160), 0.01f);
  EXPECT_LT(difference(in, out, 3240, out.size(), 0.5f), 0.01f);
}

TEST(Noise, a_stream_that_begins_anew_forgets_what_was) {
  const auto in = tone(8000);
  Stream stream(std::make_unique<Echo>(1.0f), kDelay, 0);
  run(stream, in, 160);
  stream.reset();
  const auto out = run(stream, std::vector<float>(8000), 160);
  ASSERT_GE(out.size() + 304, 8000u);
  for (const float x : out) ASSERT_EQ(x, 0.0f);
}

}  // namespace
}  // namespace offhook::noise

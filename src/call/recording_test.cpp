#include "call/recording.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>

#include "audio/wav.hpp"
#include "call/fakes.hpp"

namespace offhook::call {
namespace {

namespace fs = std::filesystem;

class RecordingTest : public testing::Test {
 protected:
  RecordingTest() {
    std::string name = (fs::temp_directory_path() / "offhook-recording-XXXXXX").string();
    dir = ::mkdtemp(name.data());
    loop.advance(5s);  // the loop is older than the call
  }
  ~RecordingTest() override {
    recording.reset();
    fs::remove_all(dir);
  }

  void open(bool clears = true) {
    auto opened = Recording::open(dir + "/calls", "2026-11-21", "call-1", loop, wire, clears);
    ASSERT_TRUE(opened) << opened.error().what;
    recording = std::move(*opened);
  }
  static std::vector<std::uint8_t> tone(std::size_t samples) { return std::vector<std::uint8_t>(samples, 0x10); }
  // Where a side is heard, as stretches, in ms.
  std::vector<std::pair<int, int>> heard(int side) {
    auto wav = audio::read_wav(dir + "/calls/2026-11-21/call-1.wav");
    EXPECT_TRUE(wav) << wav.error().what;
    if (!wav) return {};
    EXPECT_EQ(wav->rate, 8000);
    EXPECT_EQ(wav->channels, 2);
    std::vector<std::pair<int, int>> all;
    const auto samples = wav->channel(side);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (samples[i] == 0) continue;
      const int from = static_cast<int>(i / 8), to = static_cast<int>((i + 8) / 8);
      if (all.empty() || from > all.back().second) all.emplace_back(from, to);
      all.back().second = to;
    }
    return all;
  }
  std::vector<std::pair<int, int>> closed(int side) {
    recording.reset();
    return heard(side);
  }
  using Stretches = std::vector<std::pair<int, int>>;

  std::string dir;
  net::VirtualLoop loop;
  FakeWire wire{loop};
  std::unique_ptr<Recording> recording;
};

TEST_F(RecordingTest, both_sides_stand_on_the_calls_clock) {
  open();
  loop.advance(1s);
  std::int64_t sample = 4000;  // a carrier may begin anywhere
  for (int i = 0; i < 50; ++i, sample += 160) {
    recording->caller(tone(160), sample);
    if (i == 25) recording->send_audio(tone(800));
    loop.advance(20ms);
  }
  recording.reset();
  EXPECT_EQ(heard(0), (Stretches{{980, 1980}})) << "a frame comes when its last sample has been spoken";
  EXPECT_EQ(heard(1), (Stretches{{1500, 1600}}));
  EXPECT_EQ(wire.frames.size(), 1u) << "and the far end gets it all the same";
}

TEST_F(RecordingTest, sound_stands_where_it_is_due_not_where_it_was_sent) {
  open();
  loop.advance(100ms);
  for (int i = 0; i < 3; ++i) recording->send_audio(tone(160));  // the lead
  loop.advance(200ms);
  recording->send_audio(tone(160));  // late
  loop.advance(1s);
  EXPECT_EQ(closed(1), (Stretches{{100, 160}, {300, 320}}));
}

TEST_F(RecordingTest, clear_takes_back_what_was_not_heard) {
  for (const bool clears : {true, false}) {
    open(clears);
    loop.advance(100ms);
    recording->send_audio(tone(1600));
    loop.advance(50ms);
    recording->clear();
    recording->send_audio(tone(160));
    loop.advance(1s);
    EXPECT_EQ(closed(1), clears ? (Stretches{{100, 170}}) : (Stretches{{100, 320}}));
    fs::remove_all(dir + "/calls");
  }
  EXPECT_EQ(wire.clears, 2);
}

TEST_F(RecordingTest, frames_that_come_in_a_burst_stand_where_they_were_spoken) {
  open();
  loop.advance(20ms);
  recording->caller(tone(160), 0);
  loop.advance(500ms);
  for (int i = 1; i < 26; ++i) recording->caller(tone(160), i * 160);
  recording->caller(tone(160), 30 * 160);  // four were lost; it is 100 ms early
  loop.advance(1s);
  EXPECT_EQ(closed(0), (Stretches{{0, 520}, {600, 620}}));
}

TEST_F(RecordingTest, a_stream_that_leaps_counts_anew_from_where_it_is) {
  open();
  loop.advance(20ms);
  recording->caller(tone(160), 0);
  loop.advance(980ms);
  recording->caller(tone(160), 800'000);
  loop.advance(20ms);
  recording->caller(tone(160), 800'160);
  recording->caller(tone(160), -1);
  recording->caller(tone(160), INT64_MAX);
  loop.advance(5s);
  recording->caller(tone(160), 800'320);  // it stood still
  loop.advance(1s);
  EXPECT_EQ(closed(0), (Stretches{{0, 20}, {980, 1020}, {6000, 6020}}));
}

TEST_F(RecordingTest, what_a_crash_leaves_can_be_read) {
  open();
  for (int i = 0; i < 500; ++i) {
    loop.advance(20ms);
    recording->caller(tone(160), i * 160);
  }
  const auto there = heard(0);
  ASSERT_EQ(there.size(), 1u);
  EXPECT_GE(there[0].second, 10'000 - 3'100) << "no more than three seconds are in memory";
  EXPECT_EQ(closed(0), (Stretches{{0, 10'000}}));
}

TEST_F(RecordingTest, silence_of_minutes_keeps_its_length) {
  open();
  loop.advance(20ms);
  recording->caller(tone(160), 0);
  loop.advance(60s);
  recording->send_audio(tone(160));
  loop.advance(20ms);
  EXPECT_EQ(closed(1), (Stretches{{60'020, 60'040}}));
  EXPECT_EQ(heard(0), (Stretches{{0, 20}}));
}

TEST_F(RecordingTest, is_readable_by_its_owner_only_and_no_call_writes_over_anothers) {
  const mode_t before = ::umask(0);
  open();
  ::umask(before);
  struct stat st{};
  ASSERT_EQ(::stat(recording->path().c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
  auto second = Recording::open(dir + "/calls", "2026-11-21", "call-1", loop, wire, true);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().what.find("record.sound"), std::string::npos) << second.error().what;
}

TEST_F(RecordingTest, a_full_disk_costs_the_recording_and_nothing_else) {
  if (!fs::exists("/dev/full")) GTEST_SKIP();
  fs::create_directories(dir + "/calls/2026-11-21");
  open();
  std::FILE* full = std::fopen("/dev/full", "w");
  int fd = -1;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code ec;
    if (fs::read_symlink(entry.path(), ec) == recording->path()) fd = std::stoi(entry.path().filename());
  }
  ASSERT_GE(fd, 0);
  ASSERT_GE(::dup2(::fileno(full), fd), 0);
  std::fclose(full);
  EXPECT_FALSE(recording->failed());
  for (int i = 0; i < 500; ++i) {
    loop.advance(20ms);
    recording->caller(tone(160), i * 160);
    recording->send_audio(tone(160));
  }
  EXPECT_TRUE(recording->failed());
  EXPECT_EQ(wire.frames.size(), 500u);
}

}  // namespace
}  // namespace offhook::call

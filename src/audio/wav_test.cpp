#include "audio/wav.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include "audio/g711.hpp"

namespace offhook::audio {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Samples = std::vector<std::int16_t>;
using testing::HasSubstr;

void put(Bytes& b, std::uint32_t v, int bytes) {
  for (int i = 0; i < bytes; ++i) b.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
}

void put(Bytes& b, std::string_view text) {
  b.insert(b.end(), text.begin(), text.end());
}

struct Made {
  unsigned tag = 1, channels = 1, bits = 16;
  std::uint32_t rate = 8000;
  Bytes data = {};
  std::uint32_t said = 0;  // 0: as long as it is
};

Bytes make(const Made& m) {
  Bytes b;
  put(b, "RIFF");
  put(b, 0, 4);
  put(b, "WAVEfmt ");
  put(b, 16, 4);
  put(b, m.tag, 2);
  put(b, m.channels, 2);
  put(b, m.rate, 4);
  put(b, 0, 4);
  put(b, 0, 2);
  put(b, m.bits, 2);
  put(b, "LIST");  // of odd length: a pad byte follows
  put(b, 3, 4);
  put(b, "abc");
  put(b, 0, 1);
  put(b, "data");
  put(b, m.said ? m.said : static_cast<std::uint32_t>(m.data.size()), 4);
  b.insert(b.end(), m.data.begin(), m.data.end());
  return b;
}

std::string why(const Bytes& file) {
  const auto wav = parse_wav(file);
  return wav.ok() ? "it was read" : wav.error().what;
}

class WavFile : public testing::Test {
 protected:
  std::string path = (std::filesystem::temp_directory_path() /
                      ("wav_test_" + std::to_string(::getpid()) + "_" +
                       testing::UnitTest::GetInstance()->current_test_info()->name() + ".wav"))
                         .string();
  ~WavFile() override { std::filesystem::remove(path); }

  Bytes content() const {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST(Wav, reads_pcm16_stereo_past_unknown_chunks) {
  const auto wav = parse_wav(make({.channels = 2, .rate = 44100, .data = {1, 0, 0xFF, 0xFF, 0x00, 0x80, 0xFF, 0x7F}}));
  ASSERT_TRUE(wav) << wav.error().what;
  EXPECT_EQ(wav->rate, 44100);
  EXPECT_EQ(wav->channels, 2);
  EXPECT_EQ(wav->frames(), 2u);
  EXPECT_EQ(wav->samples, (Samples{1, -1, -32768, 32767}));
  EXPECT_EQ(wav->channel(0), (Samples{1, -32768}));
  EXPECT_EQ(wav->channel(1), (Samples{-1, 32767}));
  EXPECT_TRUE(wav->channel(2).empty());
}

TEST(Wav, reads_both_laws) {
  const auto mu = parse_wav(make({.tag = 7, .bits = 8, .data = {0xFF, 0x80, 0x00}}));
  ASSERT_TRUE(mu) << mu.error().what;
  EXPECT_EQ(mu->samples, (Samples{0, 32124, -32124}));
  const auto a = parse_wav(make({.tag = 6, .bits = 8, .data = {0xD5, 0xAA}}));
  ASSERT_TRUE(a) << a.error().what;
  EXPECT_EQ(a->samples, (Samples{8, 32256}));
}

TEST(Wav, reads_floats_and_clips_what_is_beyond) {
  Bytes data;
  for (float x :
       {0.5f, -1.0f, 7.0f, -7.0f, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    put(data, std::bit_cast<std::uint32_t>(x), 4);
  const auto wav = parse_wav(make({.tag = 3, .bits = 32, .data = data}));
  ASSERT_TRUE(wav) << wav.error().what;
  EXPECT_EQ(wav->samples, (Samples{16384, -32768, 32767, -32768, 0, 32767}));
}

TEST(Wav, an_extensible_format_is_what_its_subformat_says) {
  Bytes file = make({.tag = 0xFFFE, .data = {5, 0}});
  Bytes extension;
  put(extension, 22, 2);
  put(extension, 16, 2);
  put(extension, 4, 4);
  put(extension, 1, 2);
  extension.resize(24, 0);
  file[16] = 40;
  file.insert(file.begin() + 36, extension.begin(), extension.end());
  const auto wav = parse_wav(file);
  ASSERT_TRUE(wav) << wav.error().what;
  EXPECT_EQ(wav->samples, (Samples{5}));
}

TEST(Wav, a_length_left_open_means_to_the_end) {
  for (std::uint32_t said : {0xFFFFFFFFu, 0x7FFFFFFFu, 0x7FFFF000u}) {
    const auto wav = parse_wav(make({.data = {1, 0, 2, 0, 3}, .said = said}));
    ASSERT_TRUE(wav) << wav.error().what;
    EXPECT_EQ(wav->samples, (Samples{1, 2}));  // half a sample is none
  }
}

TEST(Wav, says_what_is_wrong) {
  EXPECT_THAT(why({}), HasSubstr("no WAV file"));
  EXPECT_THAT(why(Bytes(100, 'x')), HasSubstr("no WAV file"));
  EXPECT_THAT(why(make({.data = {1, 0}, .said = 1000})), HasSubstr("should have 1000 bytes, but 2 are left"));
  EXPECT_THAT(why(make({.bits = 24, .data = {1, 0, 0}})), HasSubstr("format 1 with 24 bits, expected PCM (1) of 16"));
  EXPECT_THAT(why(make({.tag = 85})), HasSubstr("format 85"));
  EXPECT_THAT(why(make({.channels = 6})), HasSubstr("6 channels, expected 1 or 2"));
  EXPECT_THAT(why(make({.channels = 0})), HasSubstr("0 channels"));
  EXPECT_THAT(why(make({.rate = 0})), HasSubstr("rate is 0 Hz"));
  Bytes headless = make({.data = {1, 0}});
  headless[12] = 'x';
  EXPECT_THAT(why(headless), HasSubstr("before any 'fmt ' chunk"));
  Bytes bodyless = make({});
  bodyless.resize(bodyless.size() - 8);
  EXPECT_THAT(why(bodyless), HasSubstr("no 'data' chunk"));
}

TEST(Wav, every_cut_of_a_good_file_is_an_error_and_not_a_crash) {
  const Bytes whole = make({.data = {1, 0, 2, 0}});
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_FALSE(parse_wav(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n)))) << n;
  EXPECT_TRUE(parse_wav(whole));
}

TEST_F(WavFile, a_missing_file_is_named) {
  const auto wav = read_wav(path);
  ASSERT_FALSE(wav);
  EXPECT_EQ(wav.error().code, Errc::not_found);
  EXPECT_THAT(wav.error().what, HasSubstr(path));
}

TEST_F(WavFile, what_is_written_in_pieces_reads_back_whole) {
  auto writer = WavWriter::create(path, 8000, 2);
  ASSERT_TRUE(writer) << writer.error().what;
  ASSERT_TRUE((*writer)->write(Samples{1, -1, 2, -2}));
  ASSERT_TRUE((*writer)->write(Samples{}));
  ASSERT_TRUE((*writer)->write(Samples{32767, -32768}));
  EXPECT_EQ((*writer)->frames(), 3u);
  ASSERT_TRUE((*writer)->close());
  ASSERT_TRUE((*writer)->close());
  EXPECT_EQ((*writer)->write(Samples{1, 2}).error().code, Errc::closed);

  const auto wav = read_wav(path);
  ASSERT_TRUE(wav) << wav.error().what;
  EXPECT_EQ(wav->rate, 8000);
  EXPECT_EQ(wav->channels, 2);
  EXPECT_EQ(wav->samples, (Samples{1, -1, 2, -2, 32767, -32768}));
  const Bytes file = content();
  ASSERT_EQ(file.size(), 44u + 12);
  EXPECT_EQ(file[4], 36 + 12);
  EXPECT_EQ(file[40], 12);
}

TEST_F(WavFile, a_recording_cut_off_by_a_crash_can_be_read) {
  auto writer = WavWriter::create(path, 16000, 1);
  ASSERT_TRUE(writer) << writer.error().what;
  const Samples second(16000, 3);
  ASSERT_TRUE((*writer)->write(second));
  const auto wav = parse_wav(content());  // as it lies on the disk before close()
  ASSERT_TRUE(wav) << wav.error().what;
  EXPECT_GT(wav->samples.size(), 10000u);
  EXPECT_EQ(wav->samples.back(), 3);
}

TEST_F(WavFile, belongs_to_its_owner_alone) {
  ASSERT_TRUE(WavWriter::create(path, 8000, 1));
  struct stat s{};
  ASSERT_EQ(::stat(path.c_str(), &s), 0);
  EXPECT_EQ(s.st_mode & 0777, 0600u);
}

TEST_F(WavFile, half_a_frame_and_an_impossible_place_are_refused) {
  auto writer = WavWriter::create(path, 8000, 2);
  ASSERT_TRUE(writer);
  EXPECT_FALSE((*writer)->write(Samples{1, 2, 3}));
  EXPECT_FALSE(WavWriter::create(path, 8000, 0));
  const auto nowhere = WavWriter::create("/no/such/folder/x.wav", 8000, 1);
  ASSERT_FALSE(nowhere);
  EXPECT_THAT(nowhere.error().what, HasSubstr("/no/such/folder/x.wav"));
}

}  // namespace
}  // namespace offhook::audio

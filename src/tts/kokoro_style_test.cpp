#include "tts/kokoro_style.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>

namespace offhook::tts {
namespace {

using testing::HasSubstr;

std::string le(std::size_t n, int size) {
  std::string out;
  for (int i = 0; i < size; ++i, n >>= 8) out += static_cast<char>(n & 0xFF);
  return out;
}

// Each row holds its own number.
std::string rows(int count, float first) {
  std::string out;
  for (int row = 0; row < count; ++row) {
    std::array<float, kStyleWidth> numbers;
    numbers.fill(first + static_cast<float>(row));
    out.append(reinterpret_cast<const char*>(numbers.data()), sizeof(numbers));
  }
  return out;
}

std::string npy(const std::string& data, const std::string& type = "<f4") {
  const std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (3, 1, 256), }\n";
  return "\x93NUMPY\1" + std::string(1, '\0') + le(header.size(), 2) + header + data;
}

std::string npz(const std::vector<std::pair<std::string, std::string>>& arrays, int method = 0) {
  std::string zip, directory;
  for (const auto& [voice, data] : arrays) {
    const std::string name = voice + ".npy", sizes = le(data.size(), 4) + le(data.size(), 4);
    const std::string common = le(20, 2) + le(0, 2) + le(static_cast<std::size_t>(method), 2) + le(0, 4) + le(0, 4) +
                               sizes + le(name.size(), 2);
    directory += "PK\1\2" + le(20, 2) + common + le(0, 2 + 2 + 2 + 2 + 4) + le(zip.size(), 4) + name;
    zip += "PK\3\4" + common + le(4, 2) + name + "more" + data;
  }
  const std::size_t at = zip.size();
  return zip + directory + "PK\5\6" + le(0, 4) + le(arrays.size(), 2) + le(arrays.size(), 2) + le(directory.size(), 4) +
         le(at, 4) + le(0, 2);
}

TEST(KokoroStyle, each_length_of_sentence_has_its_row_and_the_longest_the_last) {
  const auto style = parse_kokoro_style(rows(3, 1), "");
  ASSERT_TRUE(style.ok()) << style.error().what;
  EXPECT_EQ(style->lengths(), 3u);
  for (const auto& [tokens, row] : {std::pair{0, 1.f}, {1, 1.f}, {2, 2.f}, {3, 3.f}, {400, 3.f}}) {
    const auto numbers = style->of(static_cast<std::size_t>(tokens));
    ASSERT_EQ(numbers.size(), kStyleWidth);
    EXPECT_EQ(numbers.front(), row);
    EXPECT_EQ(numbers.back(), row);
  }
}

TEST(KokoroStyle, a_voice_is_found_among_several) {
  const std::string file = npz({{"af_heart", npy(rows(3, 1))}, {"bm_fable", npy(rows(2, 7))}});
  const auto fable = parse_kokoro_style(file, "bm_fable");
  ASSERT_TRUE(fable.ok()) << fable.error().what;
  EXPECT_EQ(fable->lengths(), 2u);
  EXPECT_EQ(fable->of(2).front(), 8);
  const auto missing = parse_kokoro_style(file, "am_adam");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_THAT(missing.error().what, HasSubstr("af_heart, bm_fable"));
}

TEST(KokoroStyle, what_is_no_voice_is_refused_with_its_reason) {
  const std::string good = npz({{"a", npy(rows(3, 1))}});
  for (const auto& [file, complaint] :
       {std::pair{std::string(), "0 bytes"},
        {std::string(1000, 'x'), "1000 bytes"},
        {npy(rows(1, 0), "<f8"), "no C-ordered float32"},
        {npy(rows(1, 0) + "x"), "1025 bytes"},
        {npz({{"a", npy(rows(1, 0))}}, 8), "compressed"},
        {npz({{"a", "no array"}}), "no array"},
        {good.substr(0, good.size() - 30), "no directory"},
        {"PK\3\4PK\5\6" + std::string(12, '\0') + le(0xFFFFFFFF, 4) + le(0, 2), "no \"a\""}}) {
    const auto bad = parse_kokoro_style(file, "a");
    ASSERT_FALSE(bad.ok()) << complaint;
    EXPECT_THAT(bad.error().what, HasSubstr(complaint));
  }
}

TEST(KokoroStyle, every_cut_of_a_file_is_survived) {
  const std::string good = npz({{"a", npy(rows(1, 0))}});
  for (std::size_t size = 4; size < good.size(); ++size) {
    EXPECT_FALSE(parse_kokoro_style(std::string_view(good).substr(0, size), "a").ok()) << size;
  }
}

TEST(KokoroStyle, a_missing_file_is_named) {
  const auto missing = read_kokoro_style("/nowhere/af_heart.bin", "af_heart");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_THAT(missing.error().what, HasSubstr("/nowhere/af_heart.bin"));
}

}  // namespace
}  // namespace offhook::tts

#include "base/base64.hpp"

#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <vector>

namespace offhook {
namespace {

std::string encoded(std::string_view bytes) {
  std::string out;
  append_base64(out, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  return out;
}

std::optional<std::string> decoded(std::string_view text) {
  std::array<std::uint8_t, 512> buffer;
  const auto size = decode_base64(text, buffer);
  if (!size) return std::nullopt;
  return std::string(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*size));
}

TEST(Base64, speaks_the_vectors_of_rfc_4648) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : vectors) {
    EXPECT_EQ(encoded(plain), text);
    EXPECT_EQ(decoded(text), plain);
  }
}

TEST(Base64, every_byte_survives_at_every_length) {
  std::vector<std::uint8_t> bytes(256);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  for (std::size_t n = 0; n <= bytes.size(); ++n) {
    std::string text = "kept";
    append_base64(text, std::span(bytes).last(n));
    ASSERT_EQ(text.size(), 4 + base64_length(n));
    std::vector<std::uint8_t> back(n);
    ASSERT_EQ(decode_base64(std::string_view(text).substr(4), back), n);
    ASSERT_TRUE(std::equal(back.begin(), back.end(), bytes.end() - static_cast<std::ptrdiff_t>(n)));
  }
}

TEST(Base64, refuses_what_is_not_strict) {
  for (const char* text :
       {"Z",      "Zg",   "Zg=",  "Zm8",  "Zm9v=",    "====",     "=Zg=", "Z===", "Zg=a",  "Zm 9",
        "Zm9v\n", "Zm9-", "Zm9_", "Zm=v", "Zg==Zg==", "Zm8=Zm9v", "Zh==", "Zm9=", "Zm\\/", "\xC3\xA4Zg"})
    EXPECT_EQ(decoded(text), std::nullopt) << text;
}

TEST(Base64, refuses_more_than_fits_and_takes_exactly_what_does) {
  std::array<std::uint8_t, 4> four;
  EXPECT_EQ(decode_base64("Zm9vYg==", four), 4u);
  EXPECT_EQ(decode_base64("Zm9vYmE=", four), std::nullopt);
  EXPECT_EQ(decode_base64("", {}), 0u);
}

}  // namespace
}  // namespace offhook

#include "tts/kokoro_tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace offhook::tts {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(KokoroTokens, the_published_table_has_114_symbols_with_a_number_each) {
  EXPECT_EQ(kokoro_vocabulary().size(), 114u);
  std::set<std::int64_t> numbers;
  for (const auto& [symbol, number] : kokoro_vocabulary()) numbers.insert(number);
  EXPECT_EQ(numbers.size(), 114u);
  EXPECT_EQ(*numbers.begin(), 1);
  EXPECT_EQ(*numbers.rbegin(), 177);
}

TEST(KokoroTokens, american_diphthongs_and_affricates_are_one_symbol) {
  EXPECT_EQ(to_kokoro(U"aɪ", Accent::american), U"I");
  EXPECT_EQ(to_kokoro(U"ɡˌoʊ ɐwˈeɪ", Accent::american), U"ɡˌO əwˈA");
  EXPECT_EQ(to_kokoro(U"dʒˈʌdʒ dʒˈɔɪ nˈaʊ", Accent::american), U"ʤˈʌʤ ʤˈY nˈW");
  EXPECT_EQ(to_kokoro(U"tʃˈɛɹ", Accent::american), U"ʧˈɛɹ");
}

TEST(KokoroTokens, american_has_no_long_vowels_but_r_and_taps) {
  EXPECT_EQ(to_kokoro(U"θˈɜːzdeɪ æt fˈoːɹ θˈɜːɾi", Accent::american), U"θˈɜɹzdA æt fˈɔɹ θˈɜɹTi");
  EXPECT_EQ(to_kokoro(U"wˈɜːɹ", Accent::american), U"wˈɜɹ");
  EXPECT_EQ(to_kokoro(U"ˈoʊldɚ bˈɑːɾəl", Accent::american), U"ˈOldəɹ bˈɑTᵊl");
  EXPECT_EQ(to_kokoro(U"bˈʌʔn\u0329.", Accent::american), U"bˈʌtᵊn.");
  EXPECT_EQ(to_kokoro(U"ˈænɪməlz ɐlˈɔŋ fˈæməli", Accent::american), U"ˈænɪmᵊlz əlˈɔŋ fˈæməli");
}

TEST(KokoroTokens, british_keeps_its_length_and_has_its_own_diphthongs) {
  EXPECT_EQ(to_kokoro(U"ðˈeə hˈiəɹ nˈəʊ θˈɜːti eɪ", Accent::british), U"ðˈɛː hˈɪəɹ nˈQ θˈɜːti A");
  EXPECT_EQ(to_kokoro(U"bˈɒtəl ɐ tʃˈeə", Accent::british), U"bˈɒtᵊl ə ʧˈɛː");
}

TEST(KokoroTokens, other_languages_keep_their_letters) {
  EXPECT_EQ(to_kokoro(U"tʃˈao mˈɛdzːo", Accent::other), U"ʧˈao mˈɛʣːo");
  EXPECT_EQ(to_kokoro(U"ɑ\u0303fˈɑ\u0303 ʁe xo", Accent::other), U"ɑ\u0303fˈɑ\u0303 ʁe xo");
}

TEST(KokoroTokens, what_becomes_of_english_is_known_to_the_model) {
  for (const Accent accent : {Accent::american, Accent::british}) {
    for (const char32_t symbol : to_kokoro(U"aɪaʊeɪɔɪoʊəʊtʃdʒɪəeəiəɜːɚɝɹɾʔn\u0329gɫɬxçʲəɐᵻ", accent)) {
      EXPECT_TRUE(kokoro_vocabulary().contains(symbol)) << static_cast<std::uint32_t>(symbol);
    }
  }
}

TEST(KokoroTokens, the_accent_is_that_of_the_dictionary) {
  EXPECT_EQ(accent_of("en-us"), Accent::american);
  EXPECT_EQ(accent_of("en-gb"), Accent::british);
  EXPECT_EQ(accent_of("en"), Accent::british);
  EXPECT_EQ(accent_of("it"), Accent::other);
  EXPECT_EQ(accent_of("enm"), Accent::other);
}

TEST(KokoroTokens, a_zero_stands_at_both_ends_and_strangers_are_left_out) {
  EXPECT_THAT(to_kokoro_tokens(U"hˈ☃I.", kokoro_vocabulary()), ElementsAre(0, 50, 156, 25, 4, 0));
  EXPECT_THAT(to_kokoro_tokens(U"", kokoro_vocabulary()), ElementsAre(0, 0));
  EXPECT_EQ(to_kokoro_tokens(std::u32string(600, U'a'), kokoro_vocabulary()).size(), 512u);
}

TEST(KokoroTokens, a_models_own_vocabulary_is_read_and_its_mistakes_named) {
  const auto own = parse_kokoro_vocabulary(R"({"n_token": 178, "vocab": {"ʧ": 133, " ": 16}})");
  ASSERT_TRUE(own.ok()) << own.error().what;
  EXPECT_THAT(*own, ElementsAre(std::pair{U' ', 16}, std::pair{U'ʧ', 133}));
  for (const auto& [text, complaint] : {std::pair{"{", "not JSON"},
                                        {"[]", "no \"vocab\""},
                                        {R"({"vocab": {}})", "no \"vocab\""},
                                        {R"({"vocab": {"ab": 1}})", "vocab[\"ab\"] is 1"},
                                        {R"({"vocab": {"a": "x"}})", "vocab[\"a\"] is \"x\""},
                                        {R"({"vocab": {"a": 0}})", "vocab[\"a\"] is 0"}}) {
    const auto bad = parse_kokoro_vocabulary(text);
    ASSERT_FALSE(bad.ok()) << text;
    EXPECT_EQ(bad.error().code, Errc::invalid);
    EXPECT_THAT(bad.error().what, HasSubstr(complaint));
  }
}

}  // namespace
}  // namespace offhook::tts

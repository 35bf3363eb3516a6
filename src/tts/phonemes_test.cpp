#include "tts/phonemes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::tts {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Phonemes, utf8_is_decoded_and_damage_is_marked) {
  EXPECT_EQ(decode_utf8("aˈ—😀"), U"aˈ—😀");
  EXPECT_EQ(decode_utf8("\xff"
                        "a\xc3"),
            U"\ufffd"
            U"a\ufffd");
  EXPECT_EQ(decode_utf8("\xe2\x82"
                        "b"),
            U"\ufffd"
            U"b");                                        // cut short
  EXPECT_EQ(decode_utf8("\xc0\xaf"), U"\ufffd");          // overlong
  EXPECT_EQ(decode_utf8("\xed\xa0\x80"), U"\ufffd");      // a surrogate
  EXPECT_EQ(decode_utf8("\xf4\x90\x80\x80"), U"\ufffd");  // beyond Unicode
}

TEST(Phonemes, a_title_does_not_end_the_sentence) {
  EXPECT_EQ(readable("Ask Dr. Smith or Mrs. Lee.", Script::latin), "Ask Dr Smith or Mrs Lee.");
  EXPECT_EQ(readable("He saw the dr. Then he left.", Script::latin), "He saw the dr. Then he left.");
  EXPECT_EQ(readable("Ask the MDr. Smith", Script::latin), "Ask the MDr. Smith");
}

TEST(Phonemes, a_reader_is_spared_what_is_no_text_of_its_script) {
  EXPECT_EQ(readable("a\tb\x01"
                     "c\nd\xff",
                     Script::latin),
            "a b c\nd ");
  EXPECT_EQ(readable("“naïve” façade — 5 €… ok ỹ", Script::latin), "“naïve” façade — 5 €… ok ỹ");
  EXPECT_EQ(readable("hi 😀 да 你", Script::latin), "hi" + std::string(7, ' '));
  EXPECT_EQ(readable("hi 😀 да 你", Script::any), "hi   да 你");
}

TEST(Phonemes, the_closing_mark_is_found_behind_quotes_and_before_what_was_read_ahead) {
  EXPECT_EQ(closing_mark(U"Bluebird Dental, h", true), U',');
  EXPECT_EQ(closing_mark(U"ow can I help?", false), U'?');
  EXPECT_EQ(closing_mark(U"“Hi,”", true), U',');
  EXPECT_EQ(closing_mark(U"hat? \"", true), U'?');
  EXPECT_EQ(closing_mark(U"Are you sure?! I", true), U'?');
  EXPECT_EQ(closing_mark(U"Wait — w", true), U',');
  EXPECT_EQ(closing_mark(U"Hmm… w", true), U'.');
  EXPECT_EQ(closing_mark(U"two\n\nl", true), U'.');
  EXPECT_EQ(closing_mark(U"this is t", true), 0u);
  EXPECT_EQ(closing_mark(U"and so on", false), 0u);
  EXPECT_EQ(closing_mark(U"", true), 0u);
  EXPECT_EQ(closing_mark(U"  ", false), 0u);
}

TEST(Phonemes, language_switches_go_and_accents_come_off) {
  EXPECT_EQ(cleaned(U"(fr)dˌeɪʒɑː(en-us) vˈuː "), U"dˌeɪʒɑː vˈuː");
  EXPECT_EQ(cleaned(U"iç"), U"ic\u0327");
  EXPECT_EQ(cleaned(U"a(unclosed"), U"a");
  EXPECT_EQ(cleaned(U" \n"), U"");
}

TEST(Phonemes, clauses_join_into_sentences_with_their_marks) {
  EXPECT_THAT(sentences({{U"aa", U','}, {U"bb", 0}, {U"cc", U'?'}, {U"", U'.'}, {U"dd", U'.'}}, 100),
              ElementsAre(U"aa, bb cc?", U"dd."));
  EXPECT_THAT(sentences({{U"", U'.'}, {U"", U'!'}}, 100), IsEmpty());
  EXPECT_THAT(sentences({}, 100), IsEmpty());
}

TEST(Phonemes, a_long_sentence_is_cut_after_a_clause_else_between_words_else_anywhere) {
  EXPECT_THAT(sentences({{U"aaa aaa", U','}, {U"bb bbb", U'.'}}, 12), ElementsAre(U"aaa aaa, ", U"bb bbb."));
  EXPECT_THAT(sentences({{U"aaa aaa aaa", 0}}, 9), ElementsAre(U"aaa aaa ", U"aaa"));
  EXPECT_THAT(sentences({{U"aaaaaaaaaa", 0}}, 4), ElementsAre(U"aaaa", U"aaaa", U"aa"));
}

TEST(Phonemes, ids_have_start_end_and_padding_between) {
  const PhonemeIds ids = {{U'_', {0}}, {U'^', {1}}, {U'$', {2}}, {U'a', {14}}, {U'.', {10}}};
  EXPECT_THAT(to_ids(U"aßa.", ids), ElementsAre(1, 0, 14, 0, 14, 0, 10, 0, 2));
}

}  // namespace
}  // namespace offhook::tts

#include "dialog/lower_case.hpp"

#include <gtest/gtest.h>

namespace offhook::dialog {

TEST(LowerCase, capitals_of_every_script_become_small) {
  const char* pairs[][2] = {
      {"HELLO World 42!", "hello world 42!"},
      {"ÄRGER ÉCOLE ÑANDÚ", "ärger école ñandú"},
      {"ŁÓDŹ ŻÓŁĆ ĆMA", "łódź żółć ćma"},
      {"ČESKÝ ŘÁD ŽE", "český řád že"},
      {"İYİ ŞEY ĞÇ", "iyi şey ğç"},
      {"ȘI ȚARĂ", "și țară"},
      {"ΚΑΛΗΜΈΡΑ Ώ", "καλημέρα ώ"},
      {"ДА, ЁЛКА ЇЖАК Ґ", "да, ёлка їжак ґ"},
      {"ԱՅՈ", "այո"},
      {"ĐƯỢC VÂNG Ạ", "được vâng ạ"},
      {"GROẞ Ÿ", "groß ÿ"},
  };
  for (const auto& [capital, small] : pairs) {
    EXPECT_EQ(lower_case(capital), small);
    EXPECT_EQ(lower_case(small), small);
  }
}

TEST(LowerCase, what_has_no_capitals_stays_as_it_is) {
  for (auto text : {"はい。うん", "네 그래요", "嗯，对", "हाँ जी", "نعم ×÷", "😀", "", "\xFF\x80 broken \xE2\x80"})
    EXPECT_EQ(lower_case(text), text);
}

}  // namespace offhook::dialog

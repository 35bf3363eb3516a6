#include "dialog/backchannels.hpp"

#include <gtest/gtest.h>

namespace offhook::dialog {

TEST(Backchannels, english_ones_say_go_on) {
  for (auto text : {"Mm-hm.",      "Yeah",          "okay, right",  "Uh-huh",       "I see",
                    "mhm mhm",     "Hmm.",          "Mm-hmm.",      "Mhm.",         "M-hmm.",
                    "Umm",         "Uh-huh.",       "A-ha",         "Huh",          "I see.",
                    "Got it.",     "Makes sense.",  "Of course",    "That's right", "yeah yeah yeah",
                    "Yeah. Yeah.", "Okay, okay.",   "Oh, I see.",   "Oh wow.",      "Sure.",
                    "Really?",     "Right, right",  "oh okay",      "Cool, cool",   "All right.",
                    "sounds good", "Mm-hmm, yeah.", "OK!",          "Okay…",        "Mmm.",
                    "Gotcha",      "yep yep",       "I understand", "Ah, okay.",    "That makes sense."})
    EXPECT_TRUE(is_backchannel(text)) << text;
}

TEST(Backchannels, what_wants_the_word_is_none) {
  for (auto text : {"Stop",
                    "no",
                    "No, no.",
                    "yeah but wait",
                    "",
                    "I see what you mean there",
                    "wait",
                    "what",
                    "What?",
                    "sorry?",
                    "Sorry",
                    "hello?",
                    "Hello",
                    "excuse me",
                    "Excuse me?",
                    "hold on",
                    "okay stop",
                    "Huh?",
                    "Hm?",
                    "yeah no",
                    "one second",
                    "can I",
                    "I",
                    "see",
                    "yes I want to book",
                    "actually",
                    "um wait",
                    "...",
                    "um I",
                    "thank you",
                    "pardon",
                    "sure but",
                    "so",
                    "so so",
                    "men",
                    "he",
                    "Dale",
                    "just",
                    "bye",
                    "agent"})
    EXPECT_FALSE(is_backchannel(text)) << text;
}

TEST(Backchannels, some_words_stop_another_and_a_mumbled_one_does_not) {
  for (const char* text : {"Stop.", "no", "Wait!", "What?", "Sorry,", "hello?", "Excuse me.", "but"})
    EXPECT_TRUE(asks_to_stop(text)) << text;
  for (const char* text : {"", "Dear,", "Dirt.", "yeah", "mm-hm", "Thursday"}) EXPECT_FALSE(asks_to_stop(text)) << text;
}

TEST(Backchannels, every_language_has_its_own) {
  struct {
    std::string_view language, text;
  } const rows[] = {
      {"de", "Ja, genau."}, {"de-AT", "Jo"},       {"de", "Alles klar."}, {"fr", "D’accord."}, {"fr", "Oui, oui."},
      {"fr-CA", "Ouais"},   {"es", "Sí, claro."},  {"es-MX", "Ajá"},      {"it", "Va bene"},   {"it", "SÌ"},
      {"pt-BR", "Tá bom"},  {"pt", "Sim."},        {"nl", "Ja, precies"}, {"pl", "No tak"},    {"pl", "Właśnie"},
      {"cs", "Jasně."},     {"tr", "Evet, tamam"}, {"ru", "Да, да."},     {"ru", "УГУ"},       {"uk", "Так, звісно"},
      {"ja", "はい。"},     {"ja", "うん、うん"},  {"ja", "なるほど。"},  {"ko", "네, 네."},   {"zh", "嗯"},
      {"zh-CN", "好的。"},  {"hi", "हाँ।"},         {"hi", "ठीक है"},       {"ar", "نعم،"},      {"sv", "Just det"},
      {"da", "Nå ja"},      {"no", "Akkurat"},     {"nb-NO", "Ja"},       {"fi", "Joo, niin"}, {"el", "Ναι"},
      {"ro", "Da, sigur"},  {"hu", "Igen"},        {"vi", "Vâng"},        {"de", "Mhm, okay"}, {"ja", "mm-hm"},
  };
  for (const auto& [language, text] : rows) EXPECT_TRUE(is_backchannel(text, language)) << language << ": " << text;
}

TEST(Backchannels, a_language_that_is_not_known_may_be_any) {
  for (auto text : {"Ja, genau.", "D'accord", "Sí", "はい", "うん", "네", "嗯", "हाँ", "да", "evet", "oui"}) {
    EXPECT_TRUE(is_backchannel(text)) << text;
    EXPECT_TRUE(is_backchannel(text, "xx")) << text;
    EXPECT_FALSE(is_backchannel(text, "en")) << text;
  }
}

TEST(Backchannels, another_language_s_stop_is_none) {
  for (auto text : {"Stopp", "Nein", "Halt, Moment", "Non", "Attendez", "No", "Espera", "いいえ", "ちょっと待って",
                    "아니요", "不是", "Нет", "Стоп"})
    EXPECT_FALSE(is_backchannel(text)) << text;
  EXPECT_TRUE(is_backchannel("no", "pl"));
  EXPECT_FALSE(is_backchannel("no", "es"));
}

TEST(Backchannels, an_answer_is_a_yes_or_no_that_stands_alone) {
  for (auto text : {"Yes.",         "no",           "Okay.",      "Correct", "sure",       "Right.",     "nope",
                    "yeah",         "that's right", "No thanks.", "Maybe",   "I think so", "not really", "I do",
                    "Yes, please.", "go ahead",     "Mm-hmm.",    "Uh-huh",  "Uh-uh.",     "yes I am",   "No, I don't.",
                    "um yes",       "Of course.",   "both",       "yes yes", "Ja.",        "Nein.",      "Oui",
                    "Sí",           "はい",         "いいえ",     "네",      "да",         "нет",        "no no no"})
    EXPECT_TRUE(is_answer(text)) << text;
  for (auto text : {"", "Hmm.", "I see.", "um", "Really?", "What?", "stop", "wait", "yes but I want something else",
                    "My name is Alex", "oh", "okay but", "sorry"})
    EXPECT_FALSE(is_answer(text)) << text;
}

}  // namespace offhook::dialog

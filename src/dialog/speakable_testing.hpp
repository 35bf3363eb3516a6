// What is written and how it is said: a table of them for each language.
#pragma once

#include <gtest/gtest.h>

#include <span>
#include <string>

#include "dialog/speakable.hpp"

namespace offhook::dialog {

struct SpokenCase {
  const char *written, *spoken;
};

inline void expect_said(std::span<const SpokenCase> cases, const char* language) {
  for (const SpokenCase& c : cases) EXPECT_EQ(speakable(c.written, language).text, c.spoken) << c.written;
}

inline void expect_nothing_left_to_say(std::span<const SpokenCase> cases, const char* language) {
  for (const SpokenCase& c : cases) {
    const std::string once = speakable(c.written, language).text;
    if (once.find_first_of("0123456789") == once.npos) continue;
    ADD_FAILURE() << c.written << ": " << once;
  }
}

}  // namespace offhook::dialog

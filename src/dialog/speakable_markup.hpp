// What is meant for eyes alone goes: Markdown, HTML and its entities, emoji, controls, damage. Of a link the words
// stay, of a table the cells, of <spell>A1</spell> the letters one by one, of <break/> a comma. The same in every
// language.
#pragma once

#include "dialog/speakable.hpp"

namespace offhook::dialog {

// Well-formed UTF-8, no blank at the ends, one between words.
Speakable without_markup(std::string_view text);

}  // namespace offhook::dialog

// Markdown as text that is to be read out: what only says how it looks is taken away. CommonMark with the tables of
// GitHub, as far as people write it; nothing is refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace offhook::knowledge {

// A heading, or text: a paragraph, an item of a list, a row of a table ("Treatment: Check-up; Price: 40 €"), code.
struct Block {
  int level = 0;  // of a heading, 1 to 6; 0: text
  int line = 1;   // where it begins, from 1
  std::string text;
};

std::vector<Block> markdown_blocks(std::string_view text);

// Of text without markup: its paragraphs, line by line as they stand.
std::vector<Block> plain_blocks(std::string_view text);

// Emphasis, links, images, code marks, tags, escapes and entities within a line. "[**Map**](x.html)" → "Map".
std::string without_markup(std::string_view line);

}  // namespace offhook::knowledge

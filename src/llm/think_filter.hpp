// Reasoning is never spoken: drops <think>…</think> from an answer that arrives cut anywhere, inside the tags too.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace offhook::llm {

class ThinkFilter {
 public:
  void feed(std::string_view text, std::string& spoken);  // appends what may be spoken
  void end(std::string& spoken);                          // a tag that was begun and never finished was text after all

 private:
  void put(std::string_view text, std::string& spoken);

  std::size_t matched_ = 0;  // bytes of the tag we wait for that have come; they are held back
  bool thinking_ = false;
  bool spoke_ = false;
  bool trim_ = false;  // blanks between the thoughts and the first word
};

}  // namespace offhook::llm

// Builds a Speakable out of another: what is kept, what is said otherwise. The map stays one to the text as it was
// written first, however many times it is rewritten.
#pragma once

#include <string>
#include <string_view>

#include "dialog/speakable.hpp"

namespace offhook::dialog {

Speakable as_written(std::string_view text);

class Rewrite {
 public:
  explicit Rewrite(const Speakable& from) : from_(from) {}

  void keep(std::size_t bytes);                           // as they stand
  void say(std::size_t bytes, std::string_view instead);  // instead of them; of none: put in between
  void drop(std::size_t bytes) { say(bytes, {}); }

  std::size_t at() const { return at_; }                 // in the text that is rewritten
  const std::string& text() const { return out_.text; }  // so far
  Speakable done();

 private:
  void add(std::size_t spoken, std::size_t written, bool same);

  const Speakable& from_;
  Speakable out_;
  std::size_t at_ = 0, written_ = 0, stretch_ = 0;
};

}  // namespace offhook::dialog

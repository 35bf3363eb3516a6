// The lines of a file that may come from anywhere: one without an end costs no more memory than the longest that is
// wanted.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string_view>
#include <vector>

namespace offhook {

//   Lines lines(file, 1 << 20);
//   while (lines.next()) … lines.line() …
class Lines {
 public:
  Lines(std::istream& in, std::size_t longest);  // bytes; at least 1

  // To the next line; false: there is none. What a line has beyond the longest is passed over only now, so that whoever
  // gives up on it does not wait for its end.
  bool next();

  std::string_view line() const { return {buffer_.data(), size_}; }  // without its end; until the next one
  bool too_long() const { return too_long_; }                        // then line() is its beginning
  std::size_t number() const { return number_; }                     // from 1

 private:
  std::istream& in_;
  std::vector<char> buffer_;
  std::size_t size_ = 0, number_ = 0;
  bool too_long_ = false;
};

}  // namespace offhook

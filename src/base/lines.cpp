#include "base/lines.hpp"

#include <istream>
#include <limits>

namespace offhook {

Lines::Lines(std::istream& in, std::size_t longest) : in_(in), buffer_(longest + 1) {}

bool Lines::next() {
  if (too_long_) in_.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  size_ = 0;
  too_long_ = false;
  in_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  const auto read = static_cast<std::size_t>(in_.gcount());
  if (in_.rdstate() == std::ios::failbit && read == buffer_.size() - 1) {  // full, and no end yet
    too_long_ = true;
    in_.clear();
  }
  if (!in_ && !too_long_) return false;
  size_ = too_long_ || in_.eof() ? read : read - 1;  // the end is counted too
  ++number_;
  return true;
}

}  // namespace offhook

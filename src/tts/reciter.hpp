// The voice of this machine for programs that need speech before they begin: says one text after the other, and waits
// for each. Blocks, so never on a loop.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "tts/tts.hpp"

namespace offhook::tts {

class Reciter {
 public:
  static Result<std::unique_ptr<Reciter>> open(const PiperFiles& files);
  ~Reciter();

  // As the voice makes it, mono, at `rate` Hz. Its noise is drawn anew each time.
  Result<std::vector<std::int16_t>> say(std::string_view text, int rate);

 private:
  struct Machine;
  explicit Reciter(std::unique_ptr<Machine> machine);
  std::unique_ptr<Machine> machine_;
};

}  // namespace offhook::tts

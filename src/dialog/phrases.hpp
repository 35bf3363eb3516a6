// What an agent says on its own account where its file names no other words. Pure: no state, any thread.
#pragma once

#include <string_view>

namespace offhook::dialog {

struct Phrases {
  std::string_view language;
  std::string_view idle;            // the caller has been silent
  std::string_view goodbye;         // the call ends by a limit
  std::string_view not_understood;  // the caller has spoken …
  std::string_view say_again;       // … and is asked to once more
  std::string_view failure;         // the services have failed for good
  std::string_view waiting;         // a tool takes long
};

// In the language of a tag such as "de-AT"; in English where it is none that is known.
const Phrases& phrases_in(std::string_view language);

}  // namespace offhook::dialog

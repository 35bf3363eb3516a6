// What a language model is asked that judges a call by criteria in plain words, and what it answers. Pure. The answer
// is a stranger's; so are the words of the call, which stand in the question as JSON, a line for each, so that nothing
// that was said can pass for a line of its own or for a criterion.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eval/account.hpp"
#include "llm/llm.hpp"

namespace offhook::eval {

// About one step, which is told with all that came before it; or, without one, about the whole call.
std::vector<llm::Message> question_of(const Account& account, std::optional<std::size_t> step,
                                      const std::vector<std::string>& criteria);

struct Finding {
  bool met = false;
  std::string because;  // one line; may be empty
};

inline constexpr std::size_t kMostRead = 64 << 10;  // bytes of an answer

// Of criterion 1, 2, … `count` as far as the answer says it: in {"verdicts":[{"n":1,"met":true,"because":"…"}]}, with
// whatever stands around it. Verdicts that contradict each other are none.
std::vector<std::optional<Finding>> read_findings(std::string_view answer, std::size_t count);

}  // namespace offhook::eval

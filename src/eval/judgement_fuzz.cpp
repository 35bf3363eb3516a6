// Whatever a judge answers: of each criterion a verdict in one bounded line, or none; and none where it says nothing.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/utf8.hpp"
#include "eval/judgement.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook;
  if (size < 1) return 0;
  const std::size_t count = data[0] % 21;
  const std::string_view answer(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto findings = eval::read_findings(answer, count);
  if (findings.size() != count) std::abort();
  for (const auto& finding : findings) {
    if (!finding) continue;
    if (finding->because != clean_utf8(finding->because) || code_points(finding->because) > 501) std::abort();
    if (finding->because.find('\n') != std::string::npos) std::abort();
    if (answer.find("verdicts") == answer.npos && answer.find('\\') == answer.npos) std::abort();
  }
  return 0;
}

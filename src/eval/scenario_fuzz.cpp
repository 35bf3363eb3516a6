#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "eval/scenario.hpp"

// Whatever a file holds, it is a scenario that can be played or an error that says so, a line for each mistake.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook::eval;
  const auto scenario = parse_scenario({reinterpret_cast<const char*>(data), size}, "f");
  if (!scenario) {
    if (!scenario.error().what.starts_with("f:")) std::abort();
    return 0;
  }
  if (scenario->caller.empty() || scenario->name.empty()) std::abort();
  for (const Step& step : scenario->caller) {
    const bool speaks = step.kind == Step::Kind::say || step.kind == Step::Kind::interrupt;
    if (speaks == (step.say.empty() && step.wav.empty()) || (step.kind == Step::Kind::press) == step.keys.empty() ||
        described(step).empty())
      std::abort();
    if (step.expect.judge.size() > kMostCriteria) std::abort();
  }
  for (const offhook::llm::Spec& judge : scenario->judged_by)
    if (judge.provider == "local" || judge.base_url.empty() || judge.model.empty()) std::abort();
  return 0;
}

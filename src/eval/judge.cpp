#include "eval/judge.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "eval/judgement.hpp"

namespace offhook::eval {
namespace {

using Outcome = Check::Outcome;

constexpr int kTries = 2;
constexpr int kMostTokens = 4000;  // what a model thinks before it answers is among them
constexpr std::size_t kMostShown = 200;

class Judging {
 public:
  Judging(const Scenario& scenario, const Account& account, const AskJudge& ask)
      : scenario_(scenario), account_(account), ask_(ask) {}

  std::vector<Check> all() {
    for (std::size_t i = 0; i < scenario_.caller.size() && i < account_.played.size(); ++i)
      if (account_.played[i].done) take(i, scenario_.caller[i].expect.judge);
    take(std::nullopt, scenario_.judge);
    return std::move(checks_);
  }

 private:
  void take(std::optional<std::size_t> step, const std::vector<std::string>& criteria) {
    if (criteria.empty()) return;
    std::vector<std::optional<Finding>> findings(criteria.size());
    const std::string why_not = ask(step, criteria, findings);
    for (std::size_t i = 0; i < criteria.size(); ++i) {
      const auto& finding = findings[i];
      Check check{Outcome::unknown, step ? described(scenario_.caller[*step]) : "",
                  "is judged to meet \"" + criteria[i] + '"', why_not, true};
      if (finding) {
        check.outcome = finding->met ? Outcome::passed : Outcome::failed;
        check.found = finding->because.empty() ? "the judge gives no reason" : finding->because;
      }
      checks_.push_back(std::move(check));
    }
  }

  // Fills in what the judge says; why it says nothing of the others.
  std::string ask(std::optional<std::size_t> step, const std::vector<std::string>& criteria,
                  std::vector<std::optional<Finding>>& findings) {
    if (!account_.told) return "the agent's server does not tell what was said";
    if (!ask_) return "no judge: name one under judged_by, or with --judge";
    std::string answer;
    for (int i = 0; i < kTries && failure_.empty() && !complete(findings); ++i) {
      llm::Request request;
      request.messages = question_of(account_, step, criteria);
      request.max_tokens = kMostTokens;
      request.temperature = 0;
      Thought thought = ask_(std::move(request));
      if (!thought.failure.empty()) {
        failure_ = "the judge failed: " + thought.failure;
        break;
      }
      answer = std::move(thought.text);
      auto found = read_findings(answer, criteria.size());
      for (std::size_t n = 0; n < found.size(); ++n)
        if (!findings[n]) findings[n] = std::move(found[n]);
    }
    if (!failure_.empty()) return failure_;
    return "the judge gives no verdict: it says \"" + one_line(answer, kMostShown) + '"';
  }

  static bool complete(const std::vector<std::optional<Finding>>& findings) {
    return std::ranges::all_of(findings, [](const auto& finding) { return finding.has_value(); });
  }

  const Scenario& scenario_;
  const Account& account_;
  const AskJudge& ask_;
  std::string failure_;
  std::vector<Check> checks_;
};

}  // namespace

bool needs_judge(const Scenario& scenario) {
  return !scenario.judge.empty() ||
         std::ranges::any_of(scenario.caller, [](const Step& step) { return !step.expect.judge.empty(); });
}

std::vector<llm::Spec> judges_of(const Scenario& scenario, const std::vector<llm::Spec>& agents) {
  if (!scenario.judged_by.empty()) return scenario.judged_by;
  std::vector<llm::Spec> services;
  std::ranges::copy_if(agents, std::back_inserter(services), [](const auto& spec) { return spec.provider != "local"; });
  return services;
}

std::vector<Check> judge(const Scenario& scenario, const Account& account, const AskJudge& ask) {
  return Judging(scenario, account, ask).all();
}

}  // namespace offhook::eval

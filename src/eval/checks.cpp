#include "eval/checks.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <regex>
#include <set>

#include "base/utf8.hpp"
#include "dialog/lower_case.hpp"

namespace offhook::eval {
namespace {

namespace json = boost::json;
using Outcome = Check::Outcome;

constexpr std::size_t kMostSearched = 4000;  // bytes of an answer: std::regex takes stack for each
constexpr Duration kBeforeTheEnd = -100ms;   // an answer that begins earlier talks into the caller's words

bool holds(const std::string& text, const std::string& words) {
  return dialog::lower_case(text).find(dialog::lower_case(words)) != std::string::npos;
}

// A pattern that is too much work for its text is not found in it.
bool found_in(const std::string& pattern, const std::string& text) {
  try {
    return std::regex_search(text.substr(0, kMostSearched), std::regex(pattern, std::regex::icase));
  } catch (const std::regex_error&) {
    return false;
  }
}

std::string quoted(std::string_view text) {
  return '"' + std::string(text) + '"';
}

// What JSON text says of one argument, as a scenario would write it.
std::string argument_of(const std::string& arguments, const std::string& name) {
  json::error_code ec;
  const json::value value = json::parse(arguments, ec);
  const json::object* o = ec ? nullptr : value.if_object();
  const json::value* argument = o ? o->if_contains(name) : nullptr;
  if (!argument) return "";
  return argument->is_string() ? std::string(argument->as_string()) : json::serialize(*argument);
}

class Checker {
 public:
  Checker(const Scenario& scenario, const Account& account) : scenario_(scenario), account_(account) {}

  std::vector<Check> all() {
    for (const std::string& trouble : account_.troubles) add(false, "nothing goes wrong", trouble);
    if (account_.ended_by == Account::End::broken) add(false, "the call holds", account_.why);
    for (std::size_t i = 0; i < scenario_.caller.size(); ++i) step(i);
    of_.clear();
    tools();
    words("nothing that the agent says is", whole(), scenario_.says_not);
    ending();
    if (scenario_.max_v2v) slowest();
    return std::move(checks_);
  }

 private:
  void add(bool passed, std::string expected, std::string found, bool telling = false) {
    checks_.push_back(
        {passed ? Outcome::passed : Outcome::failed, of_, std::move(expected), std::move(found), telling});
  }
  void add_unknown(std::string expected) {
    checks_.push_back({Outcome::unknown, of_, std::move(expected), "the agent's server does not tell", false});
  }

  void step(std::size_t i) {
    const Step& step = scenario_.caller[i];
    const Expected& expect = step.expect;
    of_ = described(step);
    const Played p = i < account_.played.size() ? account_.played[i] : Played();
    if (!p.done) {
      // A caller who would have hung up, or was only to wait and see, has nothing left to do.
      if (step.kind != Step::Kind::hang_up) add(false, "comes to it", "the call was over before: " + account_.why);
      return;
    }
    if (p.missed) add(false, "interrupts the answer", "the answer was over, or never came");
    if (expect.within) answered(p, *expect.within);
    if (expect.stops_within)
      add(p.stopped && *p.stopped <= *expect.stops_within,
          "the agent is silent within " + seconds(*expect.stops_within),
          p.stopped ? "after " + seconds(*p.stopped) : "it talked on", true);
    const std::string answer = said_between(p.from, account_.next_begins(i));
    if (!expect.says.empty())
      text("the answer says " + quoted(expect.says), answer, [&] { return holds(answer, expect.says); });
    if (!expect.matches.empty())
      text("the answer matches " + quoted(expect.matches), answer, [&] { return found_in(expect.matches, answer); });
    words("the answer says nothing of", answer, expect.says_not);
  }

  void answered(const Played& p, Duration within) {
    const std::string expected = "answers within " + seconds(within);
    if (!p.answered)
      add(false, expected, "no answer");
    else if (*p.answered < kBeforeTheEnd)
      add(false, expected, "it spoke " + seconds(-*p.answered) + " before the caller had ended");
    else
      add(*p.answered <= within, expected, seconds(std::max(Duration(0), *p.answered)), true);
  }

  template <class Passes>
  void text(std::string expected, const std::string& answer, Passes passes) {
    if (!account_.told) return add_unknown(std::move(expected));
    add(passes(), std::move(expected), answer.empty() ? "nothing was said" : quoted(answer));
  }
  void words(const std::string& what, const std::string& answer, const std::string& unwanted) {
    if (!unwanted.empty()) text(what + " " + quoted(unwanted), answer, [&] { return !holds(answer, unwanted); });
  }

  std::string said_between(Duration from, Duration to) const {
    std::string said;
    for (const auto& line : account_.lines)
      if (line.agent && line.at >= from && line.at < to) said += (said.empty() ? "" : " ") + line.text;
    return said;
  }
  std::string whole() const { return said_between(Duration::min(), Duration::max()); }

  bool used_so(const Account::Tool& used, const ToolUse& wanted) const {
    return used.name == wanted.name && std::ranges::all_of(wanted.arguments, [&](const auto& pair) {
             return holds(argument_of(used.arguments, pair.first), pair.second);
           });
  }
  std::string uses() const {
    std::string all;
    for (const auto& used : account_.tools) all += (all.empty() ? "" : ", ") + used.name + " " + used.arguments;
    return all.empty() ? "no tool was called" : all;
  }
  void tools() {
    for (const ToolUse& wanted : scenario_.uses) {
      std::string expected = "calls " + wanted.name;
      for (const auto& [name, value] : wanted.arguments) expected += " " + name + "=" + quoted(value);
      if (!account_.told)
        add_unknown(std::move(expected));
      else
        add(std::ranges::any_of(account_.tools, [&](const auto& used) { return used_so(used, wanted); }),
            std::move(expected), uses());
    }
    for (const std::string& name : scenario_.uses_not) {
      if (!account_.told)
        add_unknown("does not call " + name);
      else
        add(std::ranges::find(account_.tools, name, &Account::Tool::name) == account_.tools.end(),
            "does not call " + name, uses());
    }
  }

  void ending() {
    using End = Scenario::End;
    if (scenario_.ended_by == End::anyhow) return;
    const bool agent = scenario_.ended_by == End::agent;
    const auto wanted = agent ? Account::End::agent : Account::End::caller;
    add(account_.ended_by == wanted, agent ? "the agent hangs up" : "the caller hangs up", account_.why);
  }

  void slowest() {
    std::optional<Duration> slowest;
    for (const Played& p : account_.played)
      if (p.answered) slowest = std::max(slowest.value_or(*p.answered), *p.answered);
    add(slowest && *slowest <= *scenario_.max_v2v, "every answer comes within " + seconds(*scenario_.max_v2v),
        slowest ? "the slowest took " + seconds(*slowest) : "no answer", true);
  }

  const Scenario& scenario_;
  const Account& account_;
  std::string of_;
  std::vector<Check> checks_;
};

}  // namespace

std::vector<Check> check(const Scenario& scenario, const Account& account) {
  return Checker(scenario, account).all();
}

}  // namespace offhook::eval

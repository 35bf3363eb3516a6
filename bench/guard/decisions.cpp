// What is decided in a call, and what is written down of it: a recorded one, bench/guard/call.jsonl. Where later
// versions decide otherwise, its events fit less well; then record another: bench/agents/standins.yaml called by
// `offhook-load --calls 1 --turns 3 --greet 10s --barge`, and its log from the server's data_dir.
#include <fstream>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/lines.hpp"
#include "call/conversation.hpp"
#include "call/record.hpp"
#include "guard/section.hpp"

namespace offhook::guard {
namespace {

struct Recorded {
  call::Head head;
  std::vector<call::EventLine> events;
};

std::shared_ptr<const Recorded> recorded(const std::string& root) {
  const std::string path = root + "/bench/guard/call.jsonl";
  std::ifstream file(path);
  auto call = std::make_shared<Recorded>();
  Lines lines(file, call::kLongestLogLine);
  while (lines.next()) {
    auto read = call::read_line(lines.line());
    if (!read) throw std::runtime_error(path + ": " + read.error().what);
    if (auto* head = std::get_if<call::Head>(&*read)) call->head = std::move(*head);
    if (auto* events = std::get_if<std::vector<call::EventLine>>(&*read))
      call->events.insert(call->events.end(), events->begin(), events->end());
  }
  if (call->events.empty()) throw std::runtime_error(path + ": it holds no call");
  return call;
}

template <class Each>
void decide_each(const Recorded& call, Each&& each) {
  call::State state = call::begin(call.head.settings);
  for (const call::EventLine& line : call.events) each(line, call::step(state, line.event, Time{} + line.t));
}

}  // namespace

Once decide(const std::string& root) {
  return [call = recorded(root)] {
    std::size_t decisions = 0;
    decide_each(*call, [&](const call::EventLine&, const call::Actions& actions) { decisions += actions.size(); });
    return decisions;
  };
}

// As EventLog does, a second's windows on one line; but for the file.
Once write_log(const std::string& root) {
  using Windows = std::vector<std::pair<Duration, call::event::Window>>;
  struct Step {
    Windows windows;  // before it
    call::EventLine event;
    call::Actions actions;
  };
  const auto call = recorded(root);
  auto steps = std::make_shared<std::vector<Step>>();
  Windows windows;
  decide_each(*call, [&](const call::EventLine& line, call::Actions actions) {
    const auto* window = std::get_if<call::event::Window>(&line.event);
    if (window) windows.emplace_back(line.t, *window);
    if (window && actions.empty() && windows.size() < 32) return;
    steps->push_back({std::exchange(windows, {}), line, std::move(actions)});
  });
  auto out = std::make_shared<std::string>();
  return [call, steps, out] {
    out->clear();
    call::write_head(*out, call->head);
    for (const Step& step : *steps) {
      if (!step.windows.empty()) call::write_windows(*out, step.windows.front().first, step.windows);
      if (!std::holds_alternative<call::event::Window>(step.event.event))
        call::write_event(*out, step.event.t, step.event.event, true);
      for (const call::Action& action : step.actions) call::write_action(*out, step.event.t, action, true);
    }
    return out->size();
  };
}

}  // namespace offhook::guard

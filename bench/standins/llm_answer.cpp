#include "standins/llm_answer.hpp"

#include <algorithm>

namespace offhook::standins {

Reply reply_to(const Settings& settings, const Question& question) {
  Reply reply = settings.think ? settings.think(question.asked) : Reply{settings.reply, {}};
  if (question.choice == ToolChoice::none || question.asked.tools.empty()) reply.tools.clear();
  if (question.choice == ToolChoice::required && reply.tools.empty() && !question.asked.tools.empty()) {
    reply.text.clear();
    reply.tools.push_back({question.only_tool.empty() ? question.asked.tools.front() : question.only_tool, "{}"});
  }
  return reply;
}

std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> tokens;
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    const std::size_t length = blank == std::string_view::npos ? text.size() : blank + 1;
    tokens.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return tokens;
}

LlmAnswer::LlmAnswer(Site& site, Service service, Outlet::Kind kind, Question question)
    : HttpSession(site, service, kind),
      question_(std::move(question)),
      reply_(reply_to(site.settings, question_)),
      words_(tokens_of(reply_.text)),
      due_(site.loop.now() + site.settings.llm_first) {
  timer_.at(due_);
}

void LlmAnswer::next() {
  if (out_.over()) return;
  const auto index = static_cast<std::size_t>(made_);
  if (index == 0) start();
  const bool cut = question_.most_tokens >= 0 && made_ >= question_.most_tokens;
  if (cut && (index < words_.size() || !reply_.tools.empty())) {
    timer_.cancel();
    return finish(Finish::length);
  }
  if (index >= words_.size()) {
    for (std::size_t i = 0; i < reply_.tools.size(); ++i) tool(i, reply_.tools[i]);
    return finish(reply_.tools.empty() ? Finish::stop : Finish::tools);
  }
  ++made_;
  count([](Counters& c) { ++c.tokens_out; });
  due_ += site_.settings.llm_token;
  timer_.at(due_);
  word(words_[index]);
}

}  // namespace offhook::standins

#include "tools/toolbox.hpp"

#include <algorithm>
#include <utility>

#include "base/json_fields.hpp"
#include "base/log.hpp"
#include "net/url.hpp"
#include "tools/http_answer.hpp"
#include "tools/http_request.hpp"
#include "tools/loose_schema.hpp"
#include "tools/schema.hpp"

namespace offhook::tools {
namespace {

class Call final : public net::Pending, public std::enable_shared_from_this<Call> {
 public:
  Call(std::string who, std::string tool, std::function<void(Told)> done)
      : who_(std::move(who)), tool_(std::move(tool)), done_(std::move(done)) {}

  std::function<void(Told)> take_done() { return std::exchange(done_, nullptr); }

  // Before anything is sent.
  void refuse(net::Loop& loop, std::string sentence) {
    loop.post([call = weak_from_this(), sentence = std::move(sentence)]() mutable {
      if (const auto self = call.lock()) self->finish({false, std::move(sentence)});
    });
  }

  void send(net::HttpClient& client, const Http& http, net::HttpCall request) {
    answer_ = std::make_unique<HttpAnswer>(http.secrets);
    const auto url = net::parse_url(request.url);
    shown_ = url ? url->shown() : "";
    template_ = http.url;
    request.max_body = HttpAnswer::kMost;
    request.admits = [policy = http.addresses, host = url ? url->host : ""](const std::string& address) {
      return policy.admits(host, address);
    };
    net::HttpSink sink;
    sink.head = [this](int status, const net::Headers& headers) { answer_->head(status, headers); };
    sink.body = [this](std::string_view chunk) { answer_->body(chunk); };
    sink.done = [this](Result<void> result) { exchanged(std::move(result)); };
    exchange_ = client.send(std::move(request), std::move(sink));
  }

 private:
  void exchanged(Result<void> result) {
    Told told = result ? answer_->told() : told_of(result.error());
    if (!told.ok) {
      // The URL as the file has it: filled in, it holds what a caller said.
      std::string why = result ? "status " + std::to_string(answer_->status()) : result.error().what;
      if (const auto at = shown_.empty() ? why.npos : why.find(shown_); at != why.npos)
        why.replace(at, shown_.size(), template_);
      log::warn(who_, "tool_failed", {{"tool", tool_}, {"error", why}});
    }
    finish(std::move(told));
  }
  void finish(Told told) {
    const auto self = shared_from_this();  // whoever is told may let go of us
    if (const auto done = std::exchange(done_, nullptr)) done(std::move(told));
  }

  const std::string who_, tool_;
  std::function<void(Told)> done_;
  std::unique_ptr<HttpAnswer> answer_;
  std::string shown_, template_;
  std::unique_ptr<net::Pending> exchange_;
};

// Each passage under where it stands, so that the call's log cites it.
Told told_of(const Result<std::vector<knowledge::Found>>& found) {
  if (!found)
    return {false, found.error().code == Errc::timeout ? "The search took too long." : "The search did not work."};
  if (found->empty()) return {true, "Nothing was found about this: do not guess."};
  std::string text;
  for (const knowledge::Found& f : *found) {
    text += (text.empty() ? "" : "\n\n") + std::string("[") + f.file + ":" + std::to_string(f.line);
    text += (f.heading.empty() ? "" : ", " + f.heading) + "]\n" + f.text;
  }
  return {true, std::move(text)};
}

class Handle final : public net::Pending {
 public:
  explicit Handle(std::shared_ptr<Call> call) : call_(std::move(call)) {}

 private:
  const std::shared_ptr<Call> call_;
};

}  // namespace

struct Toolbox::Known {
  Tool tool;
  json::value schema;
  knowledge::Knowledge* searched = nullptr;
};

Toolbox::Toolbox(net::Loop& loop, net::HttpClient& http, const std::vector<Tool>& tools) : loop_(loop), http_(http) {
  for (const Tool& tool : tools) tools_.push_back({tool, json::parse(tool.parameters)});
}

struct Toolbox::Remote {
  RemoteTool tool;
  json::value schema;
};

Toolbox::~Toolbox() = default;

void Toolbox::search(std::string_view name, knowledge::Knowledge& in) {
  for (Known& known : tools_)
    if (known.tool.name == name) known.searched = &in;
}

void Toolbox::know(std::vector<RemoteTool> tools) {
  for (RemoteTool& tool : tools) {
    json::value schema = checkable(json::parse(tool.parameters).get_object());
    remote_.insert_or_assign(tool.name, Remote{tool, std::move(schema)});
  }
}

std::unique_ptr<net::Pending> Toolbox::call(const std::string& who, std::string_view name, std::string_view arguments,
                                            std::function<void(Told)> done, std::function<void(std::string)> progress) {
  auto call = std::make_shared<Call>(who, std::string(name), std::move(done));
  const auto refused = [&](std::string sentence) {
    call->refuse(loop_, std::move(sentence));
    return std::make_unique<Handle>(std::move(call));
  };
  const auto known = std::ranges::find(tools_, name, [](const Known& k) { return std::string_view(k.tool.name); });
  const auto remote = known == tools_.end() ? remote_.find(name) : remote_.end();
  if (known == tools_.end() && remote == remote_.end()) return refused("There is no tool of that name.");
  const auto parsed = parse_arguments(arguments);
  if (!parsed) return refused(parsed.error().what);
  if (auto sentence = misfit(remote == remote_.end() ? known->schema : remote->second.schema, *parsed))
    return refused(std::move(*sentence));
  if (remote != remote_.end()) {
    const RemoteTool& tool = remote->second.tool;
    return tool.server.call(loop_, {who, tool.called, json::serialize(*parsed), tool.timeout}, call->take_done(),
                            std::move(progress));
  }
  const Deadline deadline = Deadline::in(loop_.now(), known->tool.timeout);
  if (known->searched)
    return known->searched->search(
        loop_, std::string(text_in(*parsed, "question")), knowledge::Knowledge::kUsual, deadline,
        [who, tool = known->tool.name, done = call->take_done()](const Result<std::vector<knowledge::Found>>& found) {
          if (!found) log::warn(who, "tool_failed", {{"tool", tool}, {"error", found.error().what}});
          done(told_of(found));
        });
  auto request = request_of(known->tool.http, *parsed);
  if (!request) return refused(request.error().what);
  request->deadline = deadline;
  call->send(http_, known->tool.http, std::move(*request));
  return std::make_unique<Handle>(std::move(call));
}

}  // namespace offhook::tools

#include "server/online_check.hpp"

#include <cmath>
#include <future>
#include <memory>
#include <utility>

#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "server/agent_tools.hpp"
#include "server/mcp_servers.hpp"

namespace offhook::server {
namespace {

constexpr Duration kPatience = 9s;
constexpr Duration kMcpPatience = 60s;
// A recogniser that hears no words may answer a pause before its connection has failed; by then it would have.
constexpr Duration kCertain = 4s;
constexpr Duration kChunk = 100ms;

// One service under examination. Lives on the loop.
class Probe {
 public:
  Probe(net::Loop& loop, std::string kind, std::string service)
      : check_{std::move(kind), std::move(service), Error{Errc::timeout, "no answer within 9 s"}, kPatience},
        loop_(loop),
        began_(loop.now()),
        limit_(loop, [this] { end(check_.result); }) {
    limit_.after(kPatience);
  }
  virtual ~Probe() = default;
  std::future<OnlineCheck> verdict() { return verdict_.get_future(); }

 protected:
  void end(Result<void> result) {
    if (std::exchange(over_, true)) return;
    limit_.cancel();
    check_.result = std::move(result);
    check_.took = loop_.now() - began_;
    verdict_.set_value(check_);
  }
  net::Loop& loop() { return loop_; }
  Time began() const { return began_; }

 private:
  OnlineCheck check_;
  net::Loop& loop_;
  const Time began_;
  net::Timer limit_;
  std::promise<OnlineCheck> verdict_;
  bool over_ = false;
};

// Hears a second and a half of noise that swells and fades like speech, and is asked what was said.
class EarProbe final : public Probe {
 public:
  EarProbe(net::Loop& loop, std::string name, std::unique_ptr<stt::Recognizer> recognizer)
      : Probe(loop, "stt", std::move(name)),
        recognizer_(std::move(recognizer)),
        beat_(loop, [this] { beat(); }),
        certain_(loop, [this] { end({}); }) {
    stt::Session::Sink sink;
    sink.transcript = [this](std::uint32_t, Result<std::string> text) {
      if (!text) return end(text.error());
      certain_.at(std::max(this->loop().now(), began() + kCertain));
    };
    sink.failed = [this](const Error& error) { end(error); };
    session_ = recognizer_->open(loop, std::move(sink));
    session_->begin();
    beat_.at(loop.now());
  }

 private:
  void beat() {
    const int rate = recognizer_->traits().rate;
    std::vector<float> chunk(static_cast<std::size_t>(rate) * (kChunk / 1ms) / 1000);
    for (float& sample : chunk) {
      noise_ = noise_ * 1664525u + 1013904223u;
      const double swell = 0.5 - 0.5 * std::cos(static_cast<double>(said_++) * 2 * M_PI * 4 / rate);
      sample = static_cast<float>(0.1 * swell * (static_cast<double>(noise_ >> 8) / (1 << 23) - 1));
    }
    session_->audio(chunk);
    if (++beats_ == 15) session_->pause(1);
    if (beats_ < 60) beat_.after(kChunk);  // a recogniser that finds turns must hear them end
  }

  std::unique_ptr<stt::Recognizer> recognizer_;
  std::unique_ptr<stt::Session> session_;
  net::Timer beat_, certain_;
  std::uint32_t noise_ = 1;
  std::int64_t said_ = 0;
  int beats_ = 0;
};

class MindProbe final : public Probe {
 public:
  MindProbe(net::Loop& loop, std::string name, std::unique_ptr<llm::Client> client)
      : Probe(loop, "llm", std::move(name)), client_(std::move(client)) {
    llm::Request request;
    request.messages = {{llm::Role::user, "Say hello.", {}, {}}};
    request.max_tokens = 16;
    request.first_token = request.deadline = Deadline::in(loop.now(), kPatience);
    llm::Sink sink;
    sink.done = [this](Result<llm::Answer> answer) { end(answer ? Result<void>() : answer.error()); };
    chat_ = client_->chat(std::move(request), std::move(sink));
  }

 private:
  std::unique_ptr<llm::Client> client_;
  std::unique_ptr<net::Pending> chat_;
};

class VoiceProbe final : public Probe {
 public:
  VoiceProbe(net::Loop& loop, std::string name, std::unique_ptr<tts::Voice> voice)
      : Probe(loop, "tts", std::move(name)), voice_(std::move(voice)) {
    const Deadline deadline = Deadline::in(loop.now(), kPatience);
    tts::Sink sink;
    sink.audio = [this](std::span<const std::int16_t> samples) { samples_ += samples.size(); };
    sink.done = [this](Result<tts::Spoken> spoken) {
      if (spoken && samples_ == 0) return end(Error{Errc::invalid, "it answered, but without any sound"});
      end(spoken ? Result<void>() : spoken.error());
    };
    speaking_ = voice_->synthesize(loop, {"Hello.", 8000, deadline, deadline}, std::move(sink));
  }

 private:
  std::unique_ptr<tts::Voice> voice_;
  std::unique_ptr<net::Pending> speaking_;
  std::size_t samples_ = 0;
};

}  // namespace

std::vector<OnlineCheck> check_online(const AgentFile& agent) {
  net::EventLoop loop("check");
  loop.start();
  std::unique_ptr<net::HttpClient> http;
  std::vector<std::unique_ptr<Probe>> probes;
  std::vector<std::future<OnlineCheck>> verdicts;
  net::run_on(loop, [&] {
    http = net::HttpClient::create(loop);
    for (const Hearing& h : agent.stt)
      if (auto recognizer = stt::connect(loop, *http, h.spec))
        probes.push_back(std::make_unique<EarProbe>(loop, service_name(h.spec), std::move(recognizer)));
    for (const llm::Spec& spec : agent.llm)
      if (auto client = llm::connect(loop, *http, spec))
        probes.push_back(std::make_unique<MindProbe>(loop, service_name(spec), std::move(client)));
    for (const Speaking& s : agent.tts)
      if (auto voice = tts::connect(loop, *http, s.spec))
        probes.push_back(std::make_unique<VoiceProbe>(loop, service_name(s.spec), std::move(voice)));
    for (auto& probe : probes) verdicts.push_back(probe->verdict());
  });
  std::vector<OnlineCheck> checks;
  for (auto& verdict : verdicts) checks.push_back(verdict.get());
  net::run_on(loop, [&] {
    probes.clear();
    http.reset();
  });
  loop.stop();
  loop.join();
  return checks;
}

std::vector<McpCheck> check_mcp(const AgentFile& agent) {
  std::vector<McpCheck> checks;
  if (agent.mcp.empty()) return checks;
  net::EventLoop loop("check");
  loop.start();
  const std::vector<AgentFile> agents{agent};
  std::unique_ptr<net::HttpClient> http;
  std::unique_ptr<McpServers> servers;
  std::promise<void> settled, stopped;
  loop.post([&] {
    http = net::HttpClient::create(loop);
    servers = std::make_unique<McpServers>(loop, *http, agents, [](std::size_t) {});
    servers->start(kMcpPatience, [&] {
      for (const tools::McpServer* server : servers->servers(0)) {
        const bool silent = server->why().empty() && !server->tried();
        checks.push_back({server->name(),
                          silent ? "it has not listed its tools within 60 s" : server->why(),
                          {},
                          server->left_out()});
      }
      for (const McpOffered& offered : servers->offer(0).tools)
        checks[offered.server].tools.push_back(offered.tool.name + " (" + in_words(offered.settings.effect) + ")");
      for (const std::string& left_out : servers->offer(0).left_out)
        for (McpCheck& check : checks)
          if (left_out.starts_with(check.server + ": "))
            check.left_out.push_back(left_out.substr(check.server.size() + 2));
      settled.set_value();
    });
  });
  settled.get_future().wait();
  loop.post([&] { servers->stop([&] { stopped.set_value(); }); });
  stopped.get_future().wait_for(std::chrono::seconds(5));
  net::run_on(loop, [&] {
    servers.reset();
    http.reset();
  });
  loop.stop();
  loop.join();
  return checks;
}

}  // namespace offhook::server

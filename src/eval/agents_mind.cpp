#include "eval/agents_mind.hpp"

#include <future>

#include "dialog/context.hpp"
#include "inference/model_store.hpp"
#include "llm/local_server.hpp"
#include "llm/resilient.hpp"
#include "net/event_loop.hpp"
#include "server/agent_stack.hpp"

namespace offhook::eval {
namespace {

// Nobody waits at the telephone: a slow model is a matter of the calls with sound.
constexpr Duration kAnswer = 60s, kReady = 60s, kGrace = 5s;

}  // namespace

// The members stand in the order in which they may die, from the last; all but the loop live on it.
struct AgentsMind::OnLoop {
  net::EventLoop loop{"mind"};
  std::unique_ptr<net::HttpClient> http;
  std::unique_ptr<llm::LocalServer> local;
  std::vector<std::unique_ptr<llm::Client>> clients;
  std::unique_ptr<llm::Client> client;

  OnLoop() { loop.start(); }
  ~OnLoop() {
    run([this] {
      client.reset();
      clients.clear();
      local.reset();
      http.reset();
    });
    loop.stop();
    loop.join();
  }
  void run(const std::function<void()>& task) { net::run_on(loop, task); }
};

AgentsMind::AgentsMind(const server::AgentFile& agent)
    : agent_(agent.agent), specs_(agent.llm), on_loop_(std::make_unique<OnLoop>()) {}

AgentsMind::~AgentsMind() = default;

Result<std::unique_ptr<AgentsMind>> AgentsMind::open(const server::AgentFile& agent, const std::string& cache_dir) {
  std::unique_ptr<AgentsMind> mind(new AgentsMind(agent));
  OnLoop& on = *mind->on_loop_;
  on.run([&] { on.http = net::HttpClient::create(on.loop); });
  if (agent.thinks_here())
    if (auto started = mind->start_local(cache_dir); !started) return started.error();
  on.run([&] {
    std::vector<llm::Choice> choices;
    for (const llm::Spec& spec : mind->specs_) {
      const bool here = spec.provider == "local";
      on.clients.push_back(llm::connect(on.loop, *on.http, here ? server::embedded(spec, on.local->base_url()) : spec));
      choices.push_back({server::service_name(spec), on.clients.back().get(), nullptr});
    }
    on.client = llm::resilient(on.loop, std::move(choices), {.first_token = kAnswer});
  });
  return mind;
}

Result<void> AgentsMind::start_local(const std::string& cache_dir) {
  auto store = inference::ModelStore::open(cache_dir);
  if (!store) return store.error();
  auto binary = store->path("llama-server");
  if (!binary) return binary.error();
  auto model = store->path("smollm2-135m-instruct");
  if (!model) return model.error();
  auto ready = std::make_shared<std::promise<void>>();
  auto future = ready->get_future();
  Result<void> created;
  on_loop_->run([&] {
    auto server =
        llm::LocalServer::create(on_loop_->loop, *on_loop_->http, {.binary = *binary, .model = *model, .slots = 1});
    if (!server) {
      created = server.error();
      return;
    }
    on_loop_->local = std::move(*server);
    on_loop_->local->on_change = [ready, told = false](llm::LocalServer::State state) mutable {
      if (state == llm::LocalServer::State::ready && !std::exchange(told, true)) ready->set_value();
    };
    on_loop_->local->start();
  });
  if (!created) return created;
  if (future.wait_for(kReady) == std::future_status::ready) return {};
  std::string why;
  on_loop_->run([&] { why = on_loop_->local->why(); });
  return Error{Errc::timeout, "starting the language model: it was not ready within 60 s" +
                                  (why.empty() ? "; is the machine busy?" : ": " + why)};
}

Thought AgentsMind::think(const call::action::Ask& ask) {
  return this->ask(call::request_of(agent_, ask), kAnswer);
}

Thought AgentsMind::ask(llm::Request request, Duration patience) {
  struct Asked {
    Thought thought;
    std::unique_ptr<net::Pending> handle;
    std::promise<void> done;
  };
  const auto asked = std::make_shared<Asked>();
  auto done = asked->done.get_future();
  on_loop_->run([&] {
    request.first_token = request.deadline = Deadline::in(on_loop_->loop.now(), patience);
    llm::Sink sink;
    sink.token = [asked](std::string_view text) { asked->thought.text += text; };
    sink.tool_call = [asked](llm::ToolCall call) { asked->thought.calls.push_back(std::move(call)); };
    sink.done = [asked](Result<llm::Answer> answer) {
      if (!answer) asked->thought.failure = answer.error().what;
      asked->done.set_value();
    };
    asked->handle = on_loop_->client->chat(std::move(request), std::move(sink));
  });
  const bool came = done.wait_for(patience + kGrace) == std::future_status::ready;
  on_loop_->run([&] { asked->handle.reset(); });  // nothing is told after it
  if (!came) asked->thought.failure = "no answer within " + seconds(patience + kGrace);
  return std::move(asked->thought);
}

}  // namespace offhook::eval

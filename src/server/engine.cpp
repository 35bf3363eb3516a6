#include "server/engine.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "base/log.hpp"
#include "net/cores.hpp"
#include "telemetry/service_metrics.hpp"

namespace offhook::server {
namespace {

constexpr Duration kModelPatience = 60s;  // for the language model to be up and warm
constexpr Duration kMcpPatience = 10s;    // for MCP servers to list their tools; who takes longer is heard of later

}  // namespace

struct Engine::Core {
  explicit Core(const std::string& name) : loop(name) {}
  net::EventLoop loop;
  std::unique_ptr<net::HttpClient> http;
  std::unique_ptr<vad::Batcher> vad;
  std::unique_ptr<turn::WordScorer> word_scorer;           // null: no agent asks
  std::vector<std::unique_ptr<AgentStack>> stacks;         // one an agent
  std::vector<std::unique_ptr<call::Services>> services;   // one an agent
  std::vector<std::shared_ptr<const call::Agent>> agents;  // as calls that begin now get them
  telemetry::CallMetrics metrics;
  std::unique_ptr<telemetry::ServiceMetrics> service_metrics;
  std::set<call::Call*> calls;
  Gate gate;
};

Engine::Engine(const ServerConfig& config, std::vector<AgentFile> agents, call::Observers& observers,
               Admission& admission)
    : config_(config), agents_(std::move(agents)), observers_(observers), admission_(admission) {
  prices_ = std::make_shared<const telemetry::Prices>(config_.prices);
  for (const AgentFile& agent : agents_)
    for (const std::string& service : unpriced(agent, *prices_))
      log::warn("budget_without_price", {{"agent", agent.agent.name}, {"service", service}});
  const unsigned cores = net::usable_cores();
  for (unsigned i = 0; i < cores; ++i) {
    cores_.push_back(std::make_unique<Core>("loop-" + std::to_string(i)));
    net::EventLoop& loop = cores_.back()->loop;
    loop.media_clock().on_beat([this, i, &beat = cores_.back()->metrics.beat](Time now, Duration late) {
      admission_.note_lateness(i, now, late);
      beat.observe(late);
    });
    loop.start();
  }
  for (const auto& file : agents_) {
    auto agent = std::make_shared<call::Agent>(file.agent);
    agent->log_dir = file.record.events ? config_.data_dir + "/calls" : "";
    agent->sound_dir = file.record.sound ? config_.data_dir + "/calls" : "";
    call_agents_.push_back(std::move(agent));
  }
  for (auto& core : cores_) core->agents = call_agents_;
}

Engine::~Engine() {
  for (llm::LocalServer* server : {local_llm_.get(), word_model_.get()}) {
    if (!server) continue;
    auto stopped = std::make_shared<std::promise<void>>();
    auto future = stopped->get_future();
    cores_[0]->loop.post([server, stopped] { server->stop([stopped] { stopped->set_value(); }); });
    future.wait_for(5s);
  }
  if (mcp_) {
    auto stopped = std::make_shared<std::promise<void>>();
    auto future = stopped->get_future();
    cores_[0]->loop.post([this, stopped] { mcp_->stop([stopped] { stopped->set_value(); }); });
    future.wait_for(5s);
  }
  // What lives on a loop ends there; the models' threads end while the loops they answer to still exist.
  for (auto& core : cores_)
    net::run_on(core->loop, [&] {
      if (core == cores_[0]) book_.reset(), mcp_.reset();
      core->services.clear();
      core->stacks.clear();
      core->vad.reset();
      core->word_scorer.reset();
      if (core == cores_[0]) local_llm_.reset(), word_model_.reset();
      core->http.reset();
    });
  models_.reset();
  for (auto& core : cores_) core->loop.stop();
  for (auto& core : cores_) core->loop.join();
}

Result<void> Engine::load(const std::function<void(const std::string&)>& say) {
  auto store = inference::ModelStore::open(config_.cache_dir);
  if (!store) return store.error();
  auto models = LocalModels::load(*store, config_.data_dir, clock_, agents_, say,
                                  [this](Time now, Duration age) { admission_.note_age(now, age); });
  if (!models) return models.error();
  models_ = std::move(*models);
  say("loading voice activity detection");
  if (auto loaded = load_vad(*store); !loaded) return loaded;
  const auto local = std::ranges::find_if(agents_, [](const AgentFile& a) { return a.thinks_here(); });
  if (local != agents_.end()) {
    say("starting the language model");
    if (auto started = start_language_model(*store, local->agent.instructions, local->agent.room); !started)
      return started;
  }
  if (std::ranges::any_of(agents_, [](const AgentFile& a) { return a.agent.settings.word_scorer; })) {
    say("starting the language model for turns");
    if (auto started = start_word_model(*store); !started) return started;
  }
  for (auto& core : cores_) net::run_on(core->loop, [&] { furnish(*core); });
  if (std::ranges::any_of(agents_, [](const AgentFile& a) { return !a.mcp.empty(); })) {
    say("asking MCP servers for their tools");
    start_mcp();
  }

  say("rendering greetings");
  std::promise<void> rendered;
  net::run_on(cores_[0]->loop, [&] {
    std::vector<PhraseBook::Agent> phrases;
    for (std::size_t i = 0; i < agents_.size(); ++i)
      phrases.push_back({cores_[0]->agents[i], &cores_[0]->stacks[i]->voice()});
    book_ = std::make_unique<PhraseBook>(cores_[0]->loop, phrases_, std::move(phrases), [&] { rendered.set_value(); });
  });
  rendered.get_future().wait();  // the book has a deadline of its own
  ready_.store(true, std::memory_order_release);
  admission_.open();
  return {};
}

// What the agents need on one loop. On it.
void Engine::furnish(Core& core) {
  if (word_model_) core.word_scorer = turn::connect_word_scorer(core.loop, *core.http, word_model_->origin());
  std::vector<telemetry::ServiceMetrics::Service> known;
  for (const AgentFile& agent : agents_) {
    core.stacks.push_back(std::make_unique<AgentStack>(core.loop, *core.http, agent, *models_,
                                                       local_llm_ ? local_llm_->base_url() : std::string(), accounts_,
                                                       answer_queue_));
    for (const auto& service : core.stacks.back()->services()) known.push_back({service.kind, service.name});
  }
  core.service_metrics = std::make_unique<telemetry::ServiceMetrics>(known, prices_->currency);
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    AgentStack& stack = *core.stacks[i];
    core.services.push_back(std::make_unique<call::Services>(
        call::Services{core.loop, core.loop.media_clock(), *core.vad,
                       agents_[i].agent.settings.detector ? models_->detector() : nullptr, stack.recognizer(),
                       stack.llm(), stack.voice(), phrases_, core.metrics, prices_, core.service_metrics.get(),
                       &observers_, &core.calls, &core.gate, models_->suppressor(agents_[i].noise),
                       agents_[i].agent.settings.word_scorer ? core.word_scorer.get() : nullptr, stack.summarizer(),
                       stack.toolbox()}));
    stack.count_into(*core.service_metrics);
    stack.llm().warm();
  }
}

// Until they have listed their tools, or for as long as that may hold up the start.
void Engine::start_mcp() {
  std::promise<void> settled;
  net::run_on(cores_[0]->loop, [&] {
    mcp_ = std::make_unique<McpServers>(cores_[0]->loop, *cores_[0]->http, agents_,
                                        [this](std::size_t agent) { offer_mcp(agent); });
    mcp_->start(kMcpPatience, [&] { settled.set_value(); });
  });
  settled.get_future().wait();  // its patience is the bound
}

// On the first loop: calls that begin from now on are told of these tools.
void Engine::offer_mcp(std::size_t agent) {
  auto told = std::make_shared<call::Agent>(*call_agents_[agent]);
  std::vector<tools::RemoteTool> known;
  for (const McpOffered& offered : mcp_->offer(agent).tools) {
    told->settings.tools.push_back(offered.settings);
    told->tools.push_back(offered.tool);
    known.push_back({offered.tool.name, offered.tool.parameters, Duration(offered.settings.timeout_us),
                     mcp_->caller(agent, offered.server), offered.called});
  }
  for (auto& core : cores_)
    core->loop.post([&core = *core, agent, told, known] {
      core.agents[agent] = told;
      if (agent < core.stacks.size()) core.stacks[agent]->toolbox()->know(known);
    });
}

Result<void> Engine::load_vad(const inference::ModelStore& store) {
  auto silero = store.path("silero-vad");
  if (!silero) return silero.error();
  for (auto& core : cores_) {
    auto model = vad::load_silero(*silero);
    if (!model) return model.error();
    net::run_on(core->loop, [&] {
      core->http = net::HttpClient::create(core->loop);
      core->vad = vad::Batcher::create(core->loop, std::move(*model));
    });
  }
  return {};
}

Result<void> Engine::start_language_model(const inference::ModelStore& store, const std::string& instructions,
                                          const dialog::Room& room) {
  auto binary = store.path("llama-server");
  if (!binary) return binary.error();
  auto model = store.path("smollm2-135m-instruct");
  if (!model) return model.error();
  auto& core = *cores_[0];
  auto ready = std::make_shared<std::promise<Result<void>>>();
  auto future = ready->get_future();
  Result<void> created;
  net::run_on(core.loop, [&] {
    llm::LocalServer::Options options;
    options.binary = *binary;
    options.model = *model;
    options.log_file = config_.data_dir + "/llama-server.log";
    answer_queue_ = std::make_shared<llm::AnswerQueue>(
        options.slots, [this](Time now, Duration waited) { admission_.note_age(now, waited); });
    auto server = llm::LocalServer::create(core.loop, *core.http, options);
    if (!server) {
      created = server.error();
      return;
    }
    local_llm_ = std::move(*server);
    local_llm_->warm_prompt(dialog::render(instructions, {}, room),
                            [ready](Result<void> result) { ready->set_value(std::move(result)); });
    local_llm_->start();
  });
  if (!created) return created;
  if (future.wait_for(kModelPatience) != std::future_status::ready)
    return Error{Errc::timeout, "starting the language model: it was not ready within 60 s; see " + config_.data_dir +
                                    "/llama-server.log"};
  return future.get();
}

// A second one beside that for answers: a score is one short step, and must not stand behind an answer. Both map the
// same file.
Result<void> Engine::start_word_model(const inference::ModelStore& store) {
  auto binary = store.path("llama-server");
  if (!binary) return binary.error();
  auto model = store.path("smollm2-135m-instruct");
  if (!model) return model.error();
  auto& core = *cores_[0];
  auto ready = std::make_shared<std::promise<void>>();
  auto future = ready->get_future();
  Result<void> created;
  net::run_on(core.loop, [&] {
    auto server = llm::LocalServer::create(core.loop, *core.http,
                                           {.binary = *binary,
                                            .model = *model,
                                            .log_file = config_.data_dir + "/llama-server-turns.log",
                                            .slots = 2,
                                            .context = 256,
                                            .cache_mib = 0});
    if (!server) {
      created = server.error();
      return;
    }
    word_model_ = std::move(*server);
    word_model_->on_change = [ready, told = false](llm::LocalServer::State state) mutable {
      if (state == llm::LocalServer::State::ready && !std::exchange(told, true)) ready->set_value();
    };
    word_model_->start();
  });
  if (!created) return created;
  if (future.wait_for(kModelPatience) != std::future_status::ready)
    return Error{Errc::timeout, "starting the language model for turns: it was not ready within 60 s; see " +
                                    config_.data_dir +
                                    "/llama-server-turns.log, or do without it: turn: { words: tables }"};
  return {};
}

Engine::Core& Engine::core_of(net::Loop& loop) {
  const auto it = std::find_if(cores_.begin(), cores_.end(), [&](const auto& core) { return &core->loop == &loop; });
  if (it == cores_.end()) log::fatal("call_on_a_foreign_loop");
  return **it;
}

const AgentFile* Engine::find(std::string_view name) const {
  if (name.empty()) return agents_.empty() ? nullptr : &agents_.front();
  const auto it =
      std::find_if(agents_.begin(), agents_.end(), [&](const AgentFile& a) { return a.agent.name == name; });
  return it == agents_.end() ? nullptr : &*it;
}

namespace {

// Holds a call's place while its line lives.
class PlacedLine final : public call::Line {
 public:
  PlacedLine(Admission::Place place, std::unique_ptr<call::Line> line)
      : place_(std::move(place)), line_(std::move(line)) {}
  void on_audio(std::span<const std::uint8_t> mulaw, std::int64_t sample) override { line_->on_audio(mulaw, sample); }
  void on_mark(std::string_view name) override { line_->on_mark(name); }
  void on_digit(char digit) override { line_->on_digit(digit); }
  void on_hangup(std::string_view why) override { line_->on_hangup(why); }

 private:
  Admission::Place place_;  // goes last
  std::unique_ptr<call::Line> line_;
};

}  // namespace

Result<std::unique_ptr<call::Line>> Engine::answer(net::Loop& loop, call::CallStart start, call::Wire& wire,
                                                   Admission::Place place) {
  Core& core = core_of(loop);
  if (!ready()) return Error{Errc::unavailable, "taking a call: the models are still being loaded"};
  if (ending_) return Error{Errc::unavailable, "taking a call: the server is shutting down"};
  const AgentFile* agent = find(start.agent);
  if (!agent) return Error{Errc::not_found, "taking a call: there is no agent \"" + start.agent + "\""};
  if (start.agent.empty() && !start.to.empty()) {
    for (const auto& a : agents_)
      if (std::find(a.called.begin(), a.called.end(), start.to) != a.called.end()) agent = &a;
  }
  const auto i = static_cast<std::size_t>(agent - agents_.data());
  auto line = std::make_unique<call::Call>(*core.services[i], core.agents[i], std::move(start), wire);
  return std::unique_ptr<call::Line>(std::make_unique<PlacedLine>(std::move(place), std::move(line)));
}

std::vector<net::EventLoop*> Engine::loops() const {
  std::vector<net::EventLoop*> loops;
  for (const auto& core : cores_) loops.push_back(&core->loop);
  return loops;
}

std::int64_t Engine::calls_taken() const {
  std::int64_t n = 0;
  for (const auto& core : cores_) n += core->metrics.calls_started.value();
  return n;
}

void Engine::end_calls(const std::string& why) {
  ending_ = true;
  for (auto& core : cores_)
    core->loop.post([&core = *core, why] {
      for (auto* call : std::set<call::Call*>(core.calls)) call->end(why);
    });
}

void Engine::scrape(telemetry::Scrape& s) const {
  std::vector<const telemetry::CallMetrics*> metrics;
  for (const auto& core : cores_) metrics.push_back(&core->metrics);
  telemetry::scrape_calls(s, metrics);
  if (ready()) {
    std::vector<const telemetry::ServiceMetrics*> services;
    for (const auto& core : cores_) services.push_back(core->service_metrics.get());
    telemetry::scrape_services(s, services);
  }
  auto each = [&](const char* name, const char* help, auto value) {
    for (const auto& core : cores_)
      s.gauge(name, help, value(core->loop.health()), "loop=\"" + core->loop.name() + "\"");
  };
  using Health = net::EventLoop::Health;
  each("offhook_loop_lag_seconds", "How late the loop's last timer fired.",
       [](const Health& h) { return double(h.lag_us) / 1e6; });
  each("offhook_loop_worst_lag_seconds", "The latest any timer fired.",
       [](const Health& h) { return double(h.worst_lag_us) / 1e6; });
  each("offhook_frame_lateness_seconds", "How late the media clock's last beat was.",
       [](const Health& h) { return double(h.frame_lateness_us) / 1e6; });
  each("offhook_slow_handlers_total", "Handlers that ran longer than 5 ms.",
       [](const Health& h) { return double(h.slow_handlers); });
  each("offhook_connections", "Connections living on the loop.", [](const Health& h) { return double(h.load); });
  if (ready()) {
    const auto& h = models_->pool().health();
    s.counter("offhook_inference_jobs_total", "Jobs of the models' pool.", static_cast<std::int64_t>(h.done),
              "outcome=\"done\"");
    s.counter("offhook_inference_jobs_total", "", static_cast<std::int64_t>(h.expired), "outcome=\"expired\"");
    s.counter("offhook_inference_jobs_total", "", static_cast<std::int64_t>(h.refused), "outcome=\"refused\"");
    s.gauge("offhook_inference_queue", "Jobs that wait.", static_cast<double>(h.queued));
    s.gauge("offhook_inference_age_seconds", "How long the last job had waited.", static_cast<double>(h.age_us) / 1e6);
  }
  const auto phrases = phrases_.counts();
  s.counter("offhook_phrase_cache_total", "Look-ups of rendered phrases.", static_cast<std::int64_t>(phrases.hits),
            "result=\"hit\"");
  s.counter("offhook_phrase_cache_total", "", static_cast<std::int64_t>(phrases.misses), "result=\"miss\"");
  s.gauge("offhook_phrase_cache_bytes", "Memory of rendered phrases.", static_cast<double>(phrases.bytes));
  if (ready() && local_llm_)
    s.gauge("offhook_local_llm_up", "1 if the embedded language model is ready.",
            local_llm_->state() == llm::LocalServer::State::ready ? 1 : 0);
}

}  // namespace offhook::server

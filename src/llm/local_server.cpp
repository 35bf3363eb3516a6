#include "llm/local_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fstream>
#include <utility>

#include "base/log.hpp"
#include "llm/openai_chat.hpp"
#include "llm/server_error.hpp"
#include "net/event_loop.hpp"

namespace offhook::llm {

namespace {

constexpr Duration tick_starting = 20ms, tick_running = 100ms;  // how soon a life or a death is noticed
constexpr Duration health_period = 2s, health_deadline = 2s;
constexpr int max_misses = 3;
constexpr Duration term_grace = 2s;
constexpr Duration long_life = 30s;  // ready for so long: the next failure is a new one
constexpr Duration warm_deadline = 60s;
constexpr off_t max_log = 1 << 20;

// Bound with SO_REUSEADDR and SO_REUSEPORT, never listening: the kernel gives the port to no one who asks for a free
// one, yet lets the child, which sets them too, listen on it in all its lives.
Result<std::pair<int, std::uint16_t>> reserve_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (fd < 0 || ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0 ||
      ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    const std::string why = std::strerror(errno);
    if (fd >= 0) ::close(fd);
    return Error{Errc::unavailable, "taking a free port of 127.0.0.1 for llama-server: " + why};
  }
  return std::pair(fd, ntohs(address.sin_port));
}

std::string_view name(LocalServer::State state) {
  switch (state) {
    case LocalServer::State::starting: return "starting";
    case LocalServer::State::ready: return "ready";
    case LocalServer::State::dead: return "dead";
  }
  return "dead";
}

}  // namespace

Duration restart_delay(int failures, double chance) {
  const double seconds = std::min(10.0, 0.1 * std::exp2(std::clamp(failures, 0, 10)));
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds * (0.75 + 0.5 * chance)));
}

Result<std::unique_ptr<LocalServer>> LocalServer::create(net::Loop& loop, net::HttpClient& http, Options options) {
  if (::access(options.binary.c_str(), X_OK) != 0)
    return Error{Errc::not_found, "preparing the local language model: llama-server at '" + options.binary +
                                      "': " + std::strerror(errno) + "; install it, or name another llm provider"};
  if (::access(options.model.c_str(), R_OK) != 0)
    return Error{Errc::not_found, "preparing the local language model: its file '" + options.model +
                                      "': " + std::strerror(errno) + "; fetch it, or name another llm provider"};
  if (options.slots < 1 || options.slots > 64 || options.context < 256 || options.threads < 0)
    return Error{Errc::invalid, "preparing the local language model: slots " + std::to_string(options.slots) +
                                    ", context " + std::to_string(options.context) + ", threads " +
                                    std::to_string(options.threads) +
                                    "; expected 1 to 64 slots, a context of at least 256 tokens, 0 or more threads"};
  auto port = reserve_port();
  if (!port) return port.error();
  return std::unique_ptr<LocalServer>(new LocalServer(loop, http, std::move(options), port->first, port->second));
}

LocalServer::LocalServer(net::Loop& loop, net::HttpClient& http, Options options, int reservation, std::uint16_t port)
    : loop_(loop),
      http_(http),
      options_(std::move(options)),
      reservation_(reservation),
      origin_("http://127.0.0.1:" + std::to_string(port)),
      base_url_(origin_ + "/v1"),
      tick_(loop, [this] { tick(); }),
      jitter_(static_cast<std::minstd_rand::result_type>(::getpid() + port)) {}

LocalServer::~LocalServer() {
  tick_.cancel();
  health_.reset();
  warming_.reset();
  child_.reset();
  ::close(reservation_);
}

std::vector<std::string> LocalServer::command() const {
  const int threads = options_.threads > 0 ? options_.threads : (net::usable_cores() <= 2 ? 1 : 2);
  return {options_.binary, "-m", options_.model, "--host", "127.0.0.1", "--port",
          origin_.substr(origin_.rfind(':') + 1), "--reuse-port", "--offline", "--no-webui", "--no-slots",
          "--cors-origins", "localhost",  // other calls' words are nobody's, a web page's least of all
          "-np", std::to_string(options_.slots), "-c", std::to_string(options_.slots * options_.context),
          // A slot each of its own memory; what a slot held before goes to the cache and comes back from there.
          "--no-kv-unified", "--cache-ram", std::to_string(options_.cache_mib), "-t", std::to_string(threads), "-tb",
          std::to_string(threads), "--poll", "0",  // between answers its threads sleep: the cores are the calls'
          "-lv", "2", "--log-colors", "off"};      // at 3 it writes ten lines an answer
}

void LocalServer::start() {
  if (stopping_ || std::exchange(started_, true)) return;
  launch_at_ = loop_.now();
  tick_.at(launch_at_);
}

void LocalServer::stop(std::function<void()> done) {
  stopping_ = true;
  stopped_ = std::move(done);
  health_.reset();
  warmed(Error{Errc::closed, "warming the local language model: it is being stopped"});
  if (child_) {
    child_->signal(SIGTERM);
    kill_at_ = loop_.now() + term_grace;
  }
  tick_.after(child_ ? tick_starting : Duration::zero());
}

void LocalServer::become(State state) {
  if (state_.exchange(state, std::memory_order_acq_rel) == state) return;
  log::info("llm_server", {{"state", name(state)}, {"pid", pid()}, {"url", base_url_}, {"life", lives_}});
  if (on_change) on_change(state);
}

void LocalServer::tick() {
  const Time now = loop_.now();
  if (child_) {
    if (auto how = child_->ended()) {
      on_exit(*how);
    } else if (now >= kill_at_) {
      kill_at_ = Time::max();
      child_->signal(SIGKILL);
    } else if (!stopping_ && !killed_) {
      if (state() == State::starting && now >= ready_by_)
        kill_for("it was not ready within " + std::to_string(options_.ready_within / 1s) + " s");
      else if (!health_ && now >= health_at_)
        check_health();
    }
  } else if (!stopping_ && now >= launch_at_) {
    launch();
  }
  if (stopping_ && !child_) {
    become(State::dead);
    if (stopped_) std::exchange(stopped_, nullptr)();  // may destroy this
    return;
  }
  tick_.after(state() == State::ready && !killed_ && !stopping_ ? tick_running : tick_starting);
}

void LocalServer::launch() {
  struct stat log{};
  if (::stat(options_.log_file.c_str(), &log) == 0 && log.st_size > max_log &&
      ::truncate(options_.log_file.c_str(), 0) != 0)
    log::warn("llm_server_log", {{"file", options_.log_file}, {"why", std::strerror(errno)}});
  ++lives_;
  become(State::starting);
  auto child = net::ChildProcess::spawn({.command = command(),
                                         .output = options_.log_file,
                                         .nice = options_.nice,
                                         .without_environment = "LLAMA_"});  // its switches also come from there
  if (!child) return on_exit(child.error().what);
  child_.emplace(std::move(*child));
  ready_by_ = loop_.now() + options_.ready_within;
  health_at_ = loop_.now();
  misses_ = 0;
}

void LocalServer::check_health() {
  net::HttpCall call;
  call.method = "GET";
  call.url = origin_ + "/health";
  call.deadline = Deadline::in(loop_.now(), health_deadline);
  call.max_body = 4096;
  const auto status = std::make_shared<int>(0);
  health_ = http_.send(std::move(call), {.head = [status](int code, const net::Headers&) { *status = code; },
                                         .body = [](std::string_view) {},
                                         .done = [this, status](Result<void> result) { on_health(result, *status); }});
}

void LocalServer::on_health(const Result<void>& result, int status) {
  const auto answered = std::exchange(health_, nullptr);  // lives to the end of its own callback
  if (result && status == 200) {
    misses_ = 0;
    health_at_ = loop_.now() + health_period;
    if (state() != State::starting || killed_) return;
    ready_since_ = loop_.now();
    become(State::ready);
    if (!prompt_.empty()) warm_next();
    return;
  }
  if (state() != State::ready) {
    health_at_ = loop_.now() + tick_starting;
    return;
  }
  health_at_ = loop_.now() + health_period;
  if (++misses_ < max_misses) return;
  kill_for("it missed " + std::to_string(misses_) + " health checks in a row (" +
           (result ? "HTTP " + std::to_string(status) : result.error().what) + ")");
}

void LocalServer::kill_for(std::string why) {
  killed_ = true;
  why_ = std::move(why);
  health_.reset();
  child_->signal(SIGKILL);  // reaped by a tick
}

void LocalServer::on_exit(const std::string& how) {
  const std::string line = last_line();
  why_ = (killed_ ? why_ : how) + (line.empty() ? "" : "; it last wrote: " + line);
  child_.reset();
  health_.reset();
  warming_.reset();
  kill_at_ = Time::max();
  killed_ = false;
  if (state() == State::ready && loop_.now() - ready_since_ >= long_life) failures_ = 0;
  const double chance = static_cast<double>(jitter_() - jitter_.min()) / (static_cast<double>(jitter_.max()) + 1.0);
  launch_at_ = loop_.now() + restart_delay(failures_++, chance);
  if (!stopping_)
    log::warn("llm_server_ended", {{"why", why_}, {"life", lives_}, {"restart_in_ms", launch_at_ - loop_.now()}});
  become(State::dead);
}

void LocalServer::warm_prompt(std::vector<Message> messages, std::function<void(Result<void>)> done) {
  warmed(Error{Errc::cancelled, "warming the local language model: another prompt took its place"});
  prompt_ = std::move(messages);
  // Templates refuse a conversation in which nobody asks anything.
  if (prompt_.empty() || prompt_.back().role != Role::user) prompt_.push_back({Role::user, "Hello", {}, {}});
  prompt_done_ = std::move(done);
  if (state() == State::ready) warm_next();
}

// One slot after the other: together they would take as long, and a caller's question could not come between.
void LocalServer::warm_next() {
  if (!warming_) warm_slot_ = 0;
  if (warm_slot_ == options_.slots) return warmed({});
  Request request;
  request.messages = prompt_;
  request.max_tokens = 1;
  auto body = encode_chat(request, {.quirks = {.llama = true}, .cache_prompt = true, .slot = warm_slot_});
  if (!body) return warmed(body.error());
  net::HttpCall call;
  call.url = base_url_ + "/chat/completions";
  call.headers = {{"Content-Type", "application/json"}};
  call.body = std::move(*body);
  call.deadline = Deadline::in(loop_.now(), warm_deadline);
  const auto status = std::make_shared<int>(0);
  const auto answer = std::make_shared<std::string>();
  const auto before = std::exchange(
      warming_, http_.send(std::move(call),
                           {.head = [status](int code, const net::Headers&) { *status = code; },
                            .body =
                                [answer](std::string_view chunk) {
                                  answer->append(chunk.substr(0, 4096 - std::min<std::size_t>(4096, answer->size())));
                                },
                            .done =
                                [this, status, answer](Result<void> result) {
                                  if (!result) return warmed(result.error().within("warming the local language model"));
                                  if (*status != 200)
                                    return warmed(Error{net::errc_of_status(*status),
                                                        "warming the local language model: HTTP " +
                                                            std::to_string(*status) + ": " + server_message(*answer)});
                                  ++warm_slot_;
                                  warm_next();
                                }}));
}

void LocalServer::warmed(Result<void> result) {
  const auto ended = std::exchange(warming_, nullptr);
  if (!result && result.error().code != Errc::cancelled && result.error().code != Errc::closed)
    log::warn("llm_server_not_warmed", {{"why", result.error().what}});
  if (prompt_done_) std::exchange(prompt_done_, nullptr)(std::move(result));
}

std::string LocalServer::last_line() const {
  std::ifstream file(options_.log_file, std::ios::ate);
  if (!file) return {};
  const auto size = static_cast<std::streamoff>(file.tellg());
  file.seekg(std::max<std::streamoff>(0, size - 512));
  std::string text(static_cast<std::size_t>(std::min<std::streamoff>(512, size)), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  text.erase(0, text.rfind('\n') + 1);
  return server_message(text);
}

}  // namespace offhook::llm

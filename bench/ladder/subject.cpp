#include "ladder/subject.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/descriptor.hpp"

namespace offhook::ladder {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kExpected = "127.0.0.1:9100";
constexpr Duration kLook = 20ms;
// What the callers' sound is taken for, turn by turn: words that tell by themselves that a turn is over, and words that
// leave it to the turn model.
constexpr std::array kPhrases{
    "what time do you open on saturday",
    "i would like to book an appointment for a cleaning",
    "yes thursday at nine works for me",
    "my name is anna and i have been there before",
};

// Else whoever has it would answer in our server's place, and be measured.
Result<void> check_free(int port) {
  const Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(static_cast<std::uint16_t>(port));
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0) return {};
  return Error{Errc::unavailable,
               "port " + std::to_string(port) + ": " + std::strerror(errno) + "; --port takes two others"};
}

Result<std::string> contents(const std::string& path) {
  std::ifstream in(path);
  if (!in) return Error{Errc::not_found, "reading " + path + ": " + std::strerror(errno)};
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string milliseconds(Duration d) {
  return std::to_string(d / 1ms) + "ms";
}

}  // namespace

std::string with_standins_at(std::string agent_file, int port) {
  const std::string there = "127.0.0.1:" + std::to_string(port);
  for (auto at = agent_file.find(kExpected); at != agent_file.npos; at = agent_file.find(kExpected, at + there.size()))
    agent_file.replace(at, kExpected.size(), there);
  return agent_file;
}

Result<std::unique_ptr<Subject>> Subject::start(const Plan& plan, Getter& getter, load::Signals& signals) {
  std::string folder = (fs::temp_directory_path() / "offhook-bench.XXXXXX").string();
  if (!::mkdtemp(folder.data()))
    return Error{Errc::internal, "making the folder " + folder + ": " + std::strerror(errno)};
  std::unique_ptr<Subject> subject(new Subject(plan, folder));
  if (auto started = subject->start(getter, signals); !started) return started.error();
  return subject;
}

Subject::~Subject() {
  server_.reset();
  standins_.reset();
  std::error_code ec;
  fs::remove_all(folder_, ec);
}

Result<void> Subject::start(Getter& getter, load::Signals& signals) {
  for (const int port : {plan_.port, plan_.port + 1})
    if (auto there = check_free(port); !there) return there;
  const auto agent = contents(plan_.agent);
  if (!agent) return agent.error();
  std::string agent_file = plan_.agent;  // where it lies: it may name others beside it
  const std::string ours = with_standins_at(*agent, plan_.port + 1);
  if (ours != *agent) {
    agent_file = folder_ + "/agent.yaml";
    std::ofstream(agent_file) << ours;
  }
  const std::string config = folder_ + "/server.yaml";
  std::ofstream(config) << "data_dir: " << folder_ << "/data\n";

  std::vector<std::string> command{plan_.standins,
                                   "--listen",
                                   "127.0.0.1:" + std::to_string(plan_.port + 1),
                                   "--keys",
                                   "open",
                                   "--llm-first",
                                   milliseconds(plan_.stated.llm_first),
                                   "--tts-first",
                                   milliseconds(plan_.stated.tts_first)};
  for (const char* phrase : kPhrases) command.insert(command.end(), {"--phrase", phrase});
  auto standins = Process::start(std::move(command), folder_ + "/standins.log", plan_.load_core);
  if (!standins) return standins.error();
  standins_.emplace(std::move(*standins));
  const std::string stats = "http://127.0.0.1:" + std::to_string(plan_.port + 1) + "/standin/stats";
  if (auto up = wait_for(*standins_, "the stand-ins", stats, getter, signals); !up) return up;

  const SteadyClock clock;
  const Time began = clock.now();
  auto server = Process::start({plan_.offhook, "serve", "--agent", agent_file, "--config", config, "--listen", host()},
                               folder_ + "/server.log", plan_.server_core);
  if (!server) return server.error();
  server_.emplace(std::move(*server));
  if (auto up = wait_for(*server_, "the server", "http://" + host() + "/readyz", getter, signals); !up) return up;
  ready_after_ = clock.now() - began;
  return {};
}

Result<void> Subject::wait_for(Process& process, const std::string& what, const std::string& url, Getter& getter,
                               load::Signals& signals) {
  const std::string doing = "starting " + what;
  const SteadyClock clock;
  const Time until = clock.now() + plan_.patience;
  for (;;) {
    const auto answer = getter.get(url, 1s);
    if (const auto how = process.ended())
      return Error{Errc::unavailable, doing + ": it " + *how + " and said: " + process.last_words()};
    if (answer) return {};
    if (signals.came(kLook)) return Error{Errc::cancelled, doing + ": stopped by a signal"};
    if (clock.now() >= until)
      return Error{Errc::timeout, doing + ": not ready within " + std::to_string(plan_.patience / 1s) +
                                      " s: " + answer.error().what + "; it said: " + process.last_words()};
  }
}

std::optional<std::string> Subject::ended() {
  const auto how = server_->ended();
  if (!how) return std::nullopt;
  return *how + " and said: " + server_->last_words();
}

}  // namespace offhook::ladder

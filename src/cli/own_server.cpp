#include "cli/own_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>

#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "net/event_loop.hpp"
#include "net/http_client.hpp"

namespace offhook::cli {
namespace {

namespace fs = std::filesystem;
constexpr Duration kPatience = 120s, kAsk = 2s;
constexpr int kLookMs = 100;

// One that is free now. Whoever takes it before the server does makes the server say so.
Result<std::string> free_host() {
  const Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), size) != 0 ||
      ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&at), &size) != 0)
    return Error{Errc::unavailable, std::string("taking a port for the server: ") + std::strerror(errno)};
  return "127.0.0.1:" + std::to_string(ntohs(at.sin_port));
}

// Asks for one page again and again, on a loop of its own.
class Asker {
 public:
  Asker() : http_(net::HttpClient::create(loop_)) { loop_.start(); }
  ~Asker() {
    net::run_on(loop_, [this] { http_.reset(); });
    loop_.stop();
    loop_.join();
  }
  bool ok(const std::string& url) {
    const auto status = std::make_shared<int>(0);
    const auto done = std::make_shared<std::promise<void>>();
    std::unique_ptr<net::Pending> asked;
    net::run_on(loop_, [&] {
      net::HttpCall call;
      call.method = "GET";
      call.url = url;
      call.deadline = Deadline::in(loop_.now(), kAsk);
      asked = http_->send(std::move(call), {.head = [status](int s, const net::Headers&) { *status = s; },
                                            .body = {},
                                            .done = [done](const Result<void>&) { done->set_value(); }});
    });
    done->get_future().wait();
    net::run_on(loop_, [&] { asked.reset(); });
    return *status == 200;
  }

 private:
  net::EventLoop loop_{"asker"};
  std::unique_ptr<net::HttpClient> http_;
};

}  // namespace

Result<std::unique_ptr<OwnServer>> OwnServer::start(const std::string& agent_file, Signals& signals) {
  const std::string doing = "starting a server for " + agent_file;
  auto host = free_host();
  if (!host) return host.error().within(doing);
  std::string folder = (fs::temp_directory_path() / "offhook-eval.XXXXXX").string();
  if (!::mkdtemp(folder.data()))
    return Error{Errc::unavailable, doing + ": making the folder " + folder + ": " + std::strerror(errno)};
  std::unique_ptr<OwnServer> server(new OwnServer(folder, std::move(*host)));
  if (auto launched = server->launch(agent_file); !launched) return launched.error().within(doing);
  if (auto ready = server->wait(signals); !ready) return ready.error().within(doing);
  return server;
}

OwnServer::~OwnServer() {
  process_.reset();
  std::error_code ec;
  fs::remove_all(folder_, ec);
}

Result<void> OwnServer::launch(const std::string& agent_file) {
  std::error_code ec;
  const std::string program = fs::read_symlink("/proc/self/exe", ec).string();
  const std::string config = folder_ + "/server.yaml";
  std::ofstream(config) << "data_dir: " << folder_ << "/data\n";
  auto process = net::ChildProcess::spawn(
      {.command = {program, "serve", "--agent", agent_file, "--config", config, "--listen", host_},
       .output = folder_ + "/server.log",
       .nice = 0});
  if (!process) return process.error();
  process_.emplace(std::move(*process));
  return {};
}

Result<void> OwnServer::wait(Signals& signals) {
  const SteadyClock clock;
  const Time until = clock.now() + kPatience;
  Asker asker;
  while (!asker.ok("http://" + host_ + "/readyz")) {
    if (const auto how = process_->ended()) return Error{Errc::unavailable, "it " + *how + ": " + last_words()};
    pollfd signal{signals.fd(), POLLIN, 0};
    ::poll(&signal, 1, kLookMs);
    if (signals.came()) return Error{Errc::cancelled, "stopped by a signal"};
    if (clock.now() >= until) return Error{Errc::timeout, "it was not ready within two minutes: " + last_words()};
  }
  return {};
}

std::string OwnServer::last_words() const {
  std::ifstream log(folder_ + "/server.log");
  std::string last = "it said nothing", line;
  while (std::getline(log, line))
    if (!line.empty()) last = line;
  return last;
}

}  // namespace offhook::cli

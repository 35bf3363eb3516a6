#include "llm/local_server.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>

#include "llm/providers.hpp"
#include "net/event_loop.hpp"
#include "net/fake_services_testing.hpp"
#include "net/virtual_loop.hpp"

namespace offhook::llm {
namespace {

using State = LocalServer::State;

// Goes with the program.
struct Folder {
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  const std::string path = testing::TempDir() + "local_server_" + std::to_string(::getpid());
};

const std::string& folder() {
  static const Folder made;
  return made.path;
}

// A program in place of llama-server: what it does is a line of shell, its health is what the test says.
struct Stand {
  explicit Stand(const std::string& does = "exec sleep 600", int slots = 2) {
    const std::string program = folder() + "/program";
    std::filesystem::remove(log);
    std::ofstream(program) << "#!/bin/sh\n" << does << "\n";
    ::chmod(program.c_str(), 0700);
    auto made = LocalServer::create(
        loop, http, {.binary = program, .model = program, .log_file = log, .slots = slots, .ready_within = 10s});
    server = std::move(*made);
    server->on_change = [this](State s) { changes.push_back(s); };
  }
  ~Stand() { server.reset(); }

  net::FakeHttp::Exchange* health() {  // the check under way
    if (http.sent.empty() || !http.last().open || !http.last().call.url.ends_with("/health")) return nullptr;
    return &http.last();
  }
  void answer(int status) {
    ASSERT_TRUE(health());
    auto exchange = http.sent.back();
    exchange->head(status);
    exchange->end();
  }
  void make_ready() {
    server->start();
    loop.advance(20ms);
    answer(200);
    ASSERT_EQ(server->state(), State::ready);
  }
  // The kernel's part, in real time; noticing it is the server's, in virtual time.
  void await_death(pid_t pid) {
    siginfo_t info;
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
  }

  const std::string log = folder() + "/log";
  net::VirtualLoop loop;
  net::FakeHttp http;
  std::vector<State> changes;
  std::unique_ptr<LocalServer> server;
};

TEST(LocalServer, files_that_are_not_there_are_named_before_anything_starts) {
  net::VirtualLoop loop;
  net::FakeHttp http;
  auto none = LocalServer::create(loop, http, {.binary = "/no/llama-server", .model = "/bin/sh"});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::not_found);
  EXPECT_NE(none.error().what.find("/no/llama-server"), std::string::npos);
  EXPECT_NE(LocalServer::create(loop, http, {.binary = "/bin/sh", .model = "/no/model"}).error().what.find("/no/model"),
            std::string::npos);
  EXPECT_EQ(LocalServer::create(loop, http, {.binary = "/bin/sh", .model = "/bin/sh", .slots = 0}).error().code,
            Errc::invalid);
}

TEST(LocalServer, is_ready_once_its_health_is) {
  Stand s;
  EXPECT_EQ(s.server->state(), State::dead);
  s.server->start();
  s.loop.advance(20ms);
  EXPECT_EQ(s.server->state(), State::starting);
  s.answer(503);
  EXPECT_EQ(s.server->state(), State::starting);
  s.loop.advance(40ms);
  s.http.sent.back()->end(Error{Errc::unavailable, "connection refused"});
  s.loop.advance(40ms);
  s.answer(200);
  EXPECT_EQ(s.server->state(), State::ready);
  EXPECT_EQ(s.changes, (std::vector{State::starting, State::ready}));
}

TEST(LocalServer, a_death_is_followed_by_another_life_at_the_same_address) {
  Stand s;
  s.make_ready();
  const std::string url = s.server->base_url();
  const pid_t pid = s.server->pid();
  ::kill(pid, SIGKILL);
  s.await_death(pid);
  // Noticed within a tick or two; the next life begins 75 ms later at the earliest.
  for (int i = 0; i < 20 && s.server->state() != State::dead; ++i) s.loop.advance(10ms);
  EXPECT_EQ(s.server->state(), State::dead);
  EXPECT_NE(s.server->why().find("killed by signal 9"), std::string::npos) << s.server->why();
  s.loop.advance(200ms);
  EXPECT_EQ(s.server->state(), State::starting);
  EXPECT_NE(s.server->pid(), pid);
  EXPECT_EQ(s.server->lives(), 2);
  EXPECT_EQ(s.server->base_url(), url);
}

TEST(LocalServer, three_missed_health_checks_end_a_life) {
  Stand s;
  s.make_ready();
  const pid_t pid = s.server->pid();
  for (int miss = 1; miss <= 3; ++miss) {
    EXPECT_EQ(s.server->pid(), pid);
    s.loop.advance(2s + 100ms);
    ASSERT_TRUE(s.health()) << miss;
    EXPECT_LE(s.http.last().call.deadline.left(s.loop.now()), 2s);
    s.http.sent.back()->end(Error{Errc::timeout, "nothing came"});
  }
  s.await_death(pid);
  // Noticed within a tick or two; the next life begins 75 ms later at the earliest.
  for (int i = 0; i < 20 && s.server->state() != State::dead; ++i) s.loop.advance(10ms);
  EXPECT_EQ(s.server->state(), State::dead);
  EXPECT_NE(s.server->why().find("missed 3 health checks"), std::string::npos) << s.server->why();
  s.loop.advance(200ms);
  EXPECT_EQ(s.server->lives(), 2);
}

TEST(LocalServer, one_answer_forgives_the_misses_before_it) {
  Stand s;
  s.make_ready();
  for (const int status : {500, 500, 200, 500, 500, 200}) {
    s.loop.advance(2s + 100ms);
    s.answer(status);
  }
  EXPECT_EQ(s.server->lives(), 1);
  EXPECT_EQ(s.server->state(), State::ready);
}

TEST(LocalServer, a_life_that_does_not_get_ready_is_ended) {
  Stand s;
  s.server->start();
  s.loop.advance(20ms);
  const pid_t pid = s.server->pid();
  s.loop.advance(10s);
  s.await_death(pid);
  s.loop.advance(20ms);
  EXPECT_EQ(s.server->state(), State::dead);
  EXPECT_NE(s.server->why().find("not ready within 10 s"), std::string::npos) << s.server->why();
}

TEST(LocalServer, short_lives_are_spaced_out_and_their_last_words_kept) {
  Stand s("echo failed to load model; exit 1");
  s.server->start();
  Time before{};
  Duration gap{};
  for (int life = 1; life <= 5; ++life) {
    while (s.server->lives() < life) s.loop.advance(20ms);
    if (life > 2) {
      EXPECT_GT(s.loop.now() - before, gap + gap / 10) << life;  // doubled, within its jitter
    }
    gap = life > 1 ? s.loop.now() - before : Duration::zero();
    before = s.loop.now();
    s.await_death(s.server->pid());
    s.loop.advance(20ms);
    EXPECT_EQ(s.server->state(), State::dead);
    EXPECT_NE(s.server->why().find("exited with status 1; it last wrote: failed to load model"), std::string::npos)
        << s.server->why();
  }
}

TEST(LocalServer, restart_delays_double_up_to_ten_seconds_with_jitter) {
  EXPECT_EQ(restart_delay(0, 0.5), 100ms);
  EXPECT_EQ(restart_delay(3, 0.5), 800ms);
  EXPECT_EQ(restart_delay(1000, 0.5), 10s);
  EXPECT_EQ(restart_delay(0, 0.0), 75ms);
  EXPECT_LE(restart_delay(1000, 0.999), 12'500ms);
}

TEST(LocalServer, stops_when_asked_to_and_stays_stopped) {
  Stand s;
  s.make_ready();
  const pid_t pid = s.server->pid();
  bool stopped = false;
  s.server->stop([&] { stopped = true; });
  s.await_death(pid);
  s.loop.advance(20ms);
  EXPECT_TRUE(stopped);
  EXPECT_EQ(s.server->state(), State::dead);
  EXPECT_EQ(::kill(pid, 0), -1);  // reaped
  s.loop.advance(60s);
  EXPECT_EQ(s.server->lives(), 1);
}

TEST(LocalServer, one_that_ignores_the_request_to_stop_is_killed_after_two_seconds) {
  Stand s("trap '' TERM; echo deaf; exec sleep 600");
  s.make_ready();
  const auto deaf = [&] {
    std::ifstream file(s.log);
    std::string line;
    return static_cast<bool>(std::getline(file, line));
  };
  ASSERT_TRUE(s.loop.wait_until([&] { return deaf(); }));
  const pid_t pid = s.server->pid();
  bool stopped = false;
  s.server->stop([&] { stopped = true; });
  s.loop.advance(1999ms);
  EXPECT_FALSE(stopped);
  EXPECT_EQ(::kill(pid, 0), 0);
  s.loop.advance(1ms + 20ms);
  s.await_death(pid);
  s.loop.advance(20ms);
  EXPECT_TRUE(stopped);
}

TEST(LocalServer, stopping_before_the_start_is_told_too) {
  Stand s;
  bool stopped = false;
  s.server->stop([&] { stopped = true; });
  EXPECT_FALSE(stopped);
  s.loop.run_ready();
  EXPECT_TRUE(stopped);
  s.server->start();
  s.loop.advance(1s);
  EXPECT_EQ(s.server->lives(), 0);
}

TEST(LocalServer, a_prompt_is_read_into_every_slot_and_again_in_the_next_life) {
  Stand s("exec sleep 600", 2);
  std::vector<Result<void>> warmed;
  s.server->warm_prompt({{Role::system, "Be brief.", {}, {}}}, [&](Result<void> r) { warmed.push_back(std::move(r)); });
  s.make_ready();
  for (int life = 1; life <= 2; ++life) {
    for (const std::string slot : {"0", "1"}) {
      auto exchange = s.http.sent.back();
      ASSERT_TRUE(exchange->call.url.ends_with("/v1/chat/completions"));
      EXPECT_NE(exchange->call.body.find("\"id_slot\":" + slot), std::string::npos) << exchange->call.body;
      EXPECT_NE(exchange->call.body.find("Be brief."), std::string::npos);
      EXPECT_NE(exchange->call.body.find("\"max_tokens\":1,"), std::string::npos);
      exchange->head(200);
      exchange->end();
    }
    EXPECT_EQ(warmed.size(), 1u);
    if (life == 2) break;
    const pid_t pid = s.server->pid();
    ::kill(pid, SIGKILL);
    s.await_death(pid);
    s.loop.advance(300ms);
    s.answer(200);
  }
  EXPECT_TRUE(warmed.at(0));
}

TEST(LocalServer, a_refused_prompt_is_reported_with_the_servers_words) {
  Stand s;
  std::vector<Result<void>> warmed;
  s.make_ready();
  s.server->warm_prompt({}, [&](Result<void> r) { warmed.push_back(std::move(r)); });
  auto exchange = s.http.sent.back();
  exchange->head(400);
  exchange->body(R"({"error":{"message":"too long"}})");
  exchange->end();
  ASSERT_EQ(warmed.size(), 1u);
  EXPECT_NE(warmed[0].error().what.find("too long"), std::string::npos);
}

TEST(LocalServer, many_lives_leave_no_descriptor_behind) {
  const auto open_now = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
  };
  const auto before = open_now();
  {
    Stand s("exit 0");
    s.server->start();
    for (int life = 1; life <= 8; ++life) {
      while (s.server->lives() < life) s.loop.advance(20ms);
      s.await_death(s.server->pid());
    }
    EXPECT_LE(open_now(), before + 1);  // the reserved port
  }
  EXPECT_EQ(open_now(), before);
}

// The model itself, over real sockets.
class RealServer : public testing::Test {
 protected:
  void SetUp() override {
    LocalServer::Options options;
    options.binary = std::string(OFFHOOK_CACHE_DIR) + "/runtime/llama-server-11434.0.0/llama-server";
    options.model = std::string(OFFHOOK_CACHE_DIR) + "/models/SmolLM2-135M-Instruct.Q4_1.gguf";
    for (const std::string& file : {options.binary, options.model})
      if (::access(file.c_str(), R_OK) != 0) GTEST_SKIP() << file << " is not there: run scripts/setup";
    options.log_file = folder() + "/real_log";
    options.slots = 2;
    options.context = 512;
    loop.start();
    on([&] {
      http = net::HttpClient::create(loop);
      auto made = LocalServer::create(loop, *http, options);
      ASSERT_TRUE(made) << made.error().what;
      server = std::move(*made);
      server->on_change = [this](State s) {
        const std::lock_guard lock(mutex);
        state = s;
        ++changes;
        changed.notify_all();
      };
      server->start();
      Spec spec;
      spec.provider = "llama-server";
      spec.base_url = server->base_url();
      spec.cache_prompt = true;
      client = connect(loop, *http, spec);
    });
  }

  void TearDown() override {
    on([&] {
      handle.reset();
      client.reset();
      server.reset();
      http.reset();
    });
    loop.stop();
    loop.join();
  }

  void on(const std::function<void()>& work) {
    std::promise<void> done;
    loop.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  bool wait_for(State wanted) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 60s, [&] { return state == wanted && changes > 0; });
  }

  struct Heard {
    std::string text;
    int pieces = 0;
    Result<Answer> end = Error{Errc::cancelled, "not ended"};
  };
  // Asks; with `enough` pieces heard, drops the handle.
  Heard ask(const std::string& question, int enough = 1'000'000) {
    Heard heard;
    std::promise<void> over;
    on([&] {
      Request request;
      request.messages = {{Role::system, "You are a helpful receptionist.", {}, {}}, {Role::user, question, {}, {}}};
      request.max_tokens = 24;
      request.first_token = Deadline::in(loop.now(), 60s);
      request.deadline = Deadline::in(loop.now(), 90s);
      handle = client->chat(std::move(request), {.token =
                                                     [&](std::string_view t) {
                                                       heard.text += t;
                                                       if (++heard.pieces != enough) return;
                                                       handle.reset();
                                                       over.set_value();
                                                     },
                                                 .tool_call = {},
                                                 .done =
                                                     [&](Result<Answer> r) {
                                                       heard.end = std::move(r);
                                                       over.set_value();
                                                     }});
    });
    over.get_future().wait();
    on([&] { handle.reset(); });
    return heard;
  }

  net::EventLoop loop{"test"};
  std::unique_ptr<net::HttpClient> http;
  std::unique_ptr<LocalServer> server;
  std::unique_ptr<Client> client;
  std::unique_ptr<net::Pending> handle;
  std::mutex mutex;
  std::condition_variable changed;
  State state = State::dead;
  int changes = 0;
};

TEST_F(RealServer, answers_is_cut_off_dies_and_answers_again) {
  ASSERT_TRUE(wait_for(State::ready)) << server->why();
  std::promise<Result<void>> warmed;
  on([&] {
    server->warm_prompt({{Role::system, "You are a helpful receptionist.", {}, {}}},
                        [&](Result<void> r) { warmed.set_value(std::move(r)); });
  });
  const auto warm = warmed.get_future().get();
  ASSERT_TRUE(warm) << warm.error().what;

  const Heard first = ask("Are you open on Monday?");
  ASSERT_TRUE(first.end) << first.end.error().what;
  EXPECT_GT(first.pieces, 3);
  EXPECT_GT(first.end->usage.completion_tokens, 3);
  EXPECT_GT(first.end->usage.cached_tokens, 5);  // of the prompt that was warmed

  const Heard cut = ask("Tell me a long story about a dentist.", 3);
  EXPECT_EQ(cut.pieces, 3);
  EXPECT_FALSE(cut.end);

  ASSERT_TRUE(ask("And on Tuesday?").end);

  pid_t pid = -1;
  on([&] { pid = server->pid(); });
  ::kill(pid, SIGKILL);
  ASSERT_TRUE(wait_for(State::dead));
  ASSERT_TRUE(wait_for(State::ready));
  const Heard again = ask("Are you open on Monday?");
  ASSERT_TRUE(again.end) << again.end.error().what;
  EXPECT_FALSE(again.text.empty());

  std::promise<void> stopped;
  on([&] { server->stop([&] { stopped.set_value(); }); });
  EXPECT_EQ(stopped.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

}  // namespace
}  // namespace offhook::llm

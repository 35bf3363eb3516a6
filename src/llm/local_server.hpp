// A llama-server of our own beside us: started, watched, restarted, stopped. Its clients are the same as any server's
// (provider "llama-server" at base_url()); while it is down they get "unavailable".
//
//   start()   spawn   /health 200           dies or hangs   delay   spawn
//   ──┬─────────┬──────────┬──────────────────────┬───────────────────┬──
//     starting             ready                  dead                starting …
//
// Lives on one loop: all members are for its thread, or for any once that has ended, except state() and base_url().
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "llm/llm.hpp"
#include "net/child_process.hpp"
#include "net/loop.hpp"

namespace offhook::llm {

class LocalServer {
 public:
  struct Options {
    std::string binary = {};    // path of llama-server
    std::string model = {};     // path of a GGUF file
    std::string log_file = {};  // appended to, begun anew beyond 1 MiB; empty: no log
    int slots = 4;              // answers at the same time; more wait inside it
    int context = 2048;         // tokens of a slot: prompt and answer
    // 0: one on a machine of up to two cores, else two. A second thread halves the first token's delay on an idle
    // machine, but its threads wait for each other at every step by spinning: with one core busy elsewhere (a voice
    // speaking) two threads on two cores are 10 to 30 times slower than one.
    int threads = 0;
    int cache_mib = 256;  // of conversations whose slot went to another one: about 23 KB a token of SmolLM2-135M
    int nice = 10;
    Duration ready_within = 60s;
  };
  enum class State { starting, ready, dead };  // dead: not started, between two lives, or stopped

  // Checks the files and takes a free port of the loopback for its lifetime; starts nothing.
  static Result<std::unique_ptr<LocalServer>> create(net::Loop& loop, net::HttpClient& http, Options options);
  ~LocalServer();  // kills at once what stop() has not stopped

  void start();                           // returns at once; a life that fails is followed by another
  void stop(std::function<void()> done);  // SIGTERM, after 2 s SIGKILL; done when it is gone. For good.

  State state() const { return state_.load(std::memory_order_acquire); }  // any thread
  const std::string& base_url() const { return base_url_; }               // any thread; the same in all its lives
  const std::string& origin() const { return origin_; }                   // … without /v1
  const std::string& why() const { return why_; }  // what ended its last life, with the last line it wrote; or empty
  int lives() const { return lives_; }
  pid_t pid() const { return child_ ? child_->pid() : -1; }

  std::function<void(State)> on_change;  // must not destroy this

  // Reads the beginning that conversations share into every slot, now or as soon as it is ready, and again in each
  // later life, so that a first question pays for its own words only. The last one given counts. `done` comes at most
  // once.
  void warm_prompt(std::vector<Message> messages, std::function<void(Result<void>)> done = {});

  std::vector<std::string> command() const;  // as it is spawned

 private:
  LocalServer(net::Loop& loop, net::HttpClient& http, Options options, int reservation, std::uint16_t port);
  void become(State state);
  void tick();
  void launch();
  void check_health();
  void on_health(const Result<void>& result, int status);
  void kill_for(std::string why);
  void on_exit(const std::string& how);
  void warm_next();
  void warmed(Result<void> result);
  std::string last_line() const;

  net::Loop& loop_;
  net::HttpClient& http_;
  const Options options_;
  const int reservation_;  // a socket bound to the port and never listening, so that no one else is given it
  const std::string origin_, base_url_;

  std::atomic<State> state_{State::dead};
  std::optional<net::ChildProcess> child_;
  net::Timer tick_;
  Time launch_at_{}, ready_by_{}, ready_since_{}, health_at_{}, kill_at_ = Time::max();
  std::unique_ptr<net::Pending> health_;
  int misses_ = 0, failures_ = 0, lives_ = 0;  // failures_: lives in a row that were short
  bool started_ = false, killed_ = false, stopping_ = false;
  std::string why_;
  std::function<void()> stopped_;
  std::minstd_rand jitter_;

  std::vector<Message> prompt_;
  std::function<void(Result<void>)> prompt_done_;
  std::unique_ptr<net::Pending> warming_;
  int warm_slot_ = 0;
};

// Before the next life after that many short ones: 0.1 s, doubled each time, at most 10 s, times 0.75 to 1.25 by
// `chance` in [0, 1).
Duration restart_delay(int failures, double chance);

}  // namespace offhook::llm

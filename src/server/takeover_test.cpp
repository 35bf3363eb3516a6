#include "server/takeover.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <thread>

namespace offhook::server {
namespace {

using ::testing::HasSubstr;

class TakeoverTest : public testing::Test {
 protected:
  static constexpr std::uint16_t port = 8080;
  std::string root, folder;
  VirtualClock clock;
  Descriptor shared;  // stands for the listening socket
  Result<std::unique_ptr<TakeoverDoor>> door = Error{};

  TakeoverTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "takeover-XXXXXX";
    root = folder = ::mkdtemp(pattern.data());
    clock.set(Time{} + 1h);
    shared = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    door = open();
    EXPECT_TRUE(door) << door.error().what;
  }
  ~TakeoverTest() override {
    door = Error{};
    std::filesystem::remove_all(root);
  }
  Result<std::unique_ptr<TakeoverDoor>> open() {
    return TakeoverDoor::open(folder, port, [this]() -> Result<Descriptor> {
      if (!shared) return Error{Errc::closed, "it is closed"};
      return Descriptor(::dup(shared.get()));
    });
  }
  std::string path() const { return folder + "/" + takeover_name(port); }

  // The predecessor's main thread, until `done`. True: it let go.
  bool serve_until(const std::atomic<bool>& done) {
    const SteadyClock real;
    for (const Time limit = real.now() + 20s; real.now() < limit;) {
      std::vector<pollfd> fds;
      for (const int fd : (*door)->waits_for()) fds.push_back({fd, POLLIN, 0});
      ::poll(fds.data(), fds.size(), 5);
      if ((*door)->look(clock.now())) return true;
      if (done) return false;
    }
    ADD_FAILURE() << "nothing came to an end";
    return false;
  }
  // Runs `f` as the successor while the predecessor serves.
  template <class F>
  bool with_predecessor(F f) {
    std::atomic<bool> done{false};
    std::thread successor([&] {
      f();
      done = true;
    });
    const bool let_go = serve_until(done);
    successor.join();
    return let_go;
  }
};

// One that speaks the packets by hand.
struct Stranger {
  explicit Stranger(const std::string& path) : fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  void say(std::string_view text) {
    EXPECT_EQ(::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  std::string hear() {
    char text[300];
    const ssize_t got = ::recv(fd.get(), text, sizeof text, MSG_DONTWAIT);
    return got > 0 ? std::string(text, static_cast<std::size_t>(got)) : got == 0 ? "(end)" : "(nothing)";
  }
  Descriptor fd;
};

TEST_F(TakeoverTest, the_successor_gets_the_very_socket_and_the_predecessor_lets_go_when_it_is_ready) {
  const bool let_go = with_predecessor([&] {
    auto begun = Takeover::begin(folder, port);
    ASSERT_TRUE(begun) << begun.error().what;
    ASSERT_TRUE(begun->has_value());
    const Descriptor socket = (*begun)->take_socket();
    struct stat here{}, there{};
    ASSERT_EQ(::fstat(socket.get(), &here), 0);
    ASSERT_EQ(::fstat(shared.get(), &there), 0);
    EXPECT_EQ(here.st_ino, there.st_ino);
    EXPECT_TRUE(::fcntl(socket.get(), F_GETFD) & FD_CLOEXEC) << "no child of ours may keep the address";
    const auto finished = (*begun)->finish();
    EXPECT_TRUE(finished) << finished.error().what;
  });
  EXPECT_TRUE(let_go);
}

TEST_F(TakeoverTest, a_successor_that_dies_while_loading_changes_nothing_and_the_next_is_welcome) {
  EXPECT_FALSE(with_predecessor([&] {
    auto begun = Takeover::begin(folder, port);
    ASSERT_TRUE(begun && begun->has_value());
  }));
  (*door)->look(clock.now());
  EXPECT_TRUE(with_predecessor([&] {
    auto begun = Takeover::begin(folder, port);
    ASSERT_TRUE(begun && begun->has_value());
    EXPECT_TRUE((*begun)->finish());
  }));
}

TEST_F(TakeoverTest, a_predecessor_that_dies_while_the_successor_loads_leaves_it_the_address) {
  std::optional<Takeover> takeover;
  EXPECT_FALSE(with_predecessor([&] {
    auto begun = Takeover::begin(folder, port);
    ASSERT_TRUE(begun) << begun.error().what;
    takeover = std::move(*begun);
  }));
  door = Error{};
  ASSERT_TRUE(takeover);
  EXPECT_TRUE(takeover->take_socket());
  EXPECT_TRUE(takeover->finish());
}

TEST_F(TakeoverTest, where_nobody_runs_there_is_nothing_to_take_over) {
  door = Error{};
  EXPECT_FALSE(std::filesystem::exists(path())) << "its name goes with it";
  auto begun = Takeover::begin(folder, port);
  ASSERT_TRUE(begun) << begun.error().what;
  EXPECT_FALSE(begun->has_value());

  // One that was killed has left its name behind.
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
  {
    const Descriptor dead(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::bind(dead.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  begun = Takeover::begin(folder, port);
  ASSERT_TRUE(begun) << begun.error().what;
  EXPECT_FALSE(begun->has_value());
  door = open();
  EXPECT_TRUE(door) << door.error().what;
}

TEST_F(TakeoverTest, only_its_own_user_may_knock) {
  struct stat found{};
  ASSERT_EQ(::stat(path().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST_F(TakeoverTest, a_second_successor_is_told_that_another_is_under_way) {
  Stranger first(path());
  first.say("offhook takeover 1");
  EXPECT_FALSE((*door)->look(clock.now()));
  EXPECT_FALSE(with_predecessor([&] {
    const auto second = Takeover::begin(folder, port);
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().what, HasSubstr("another takeover is under way"));
  }));
  EXPECT_FALSE((*door)->look(clock.now()));
  EXPECT_EQ(first.hear(), "listening");
}

TEST_F(TakeoverTest, whoever_says_nothing_or_nonsense_is_sent_away) {
  Stranger silent(path());
  (*door)->look(clock.now());
  clock.advance(TakeoverDoor::kGreeting);
  EXPECT_FALSE((*door)->look(clock.now()));
  EXPECT_EQ(silent.hear(), "no: it did not say hello");
  EXPECT_EQ(silent.hear(), "(end)");

  for (const char* nonsense : {"ready", "offhook takeover 2", "\x01"}) {
    Stranger stranger(path());
    stranger.say(nonsense);
    (*door)->look(clock.now());
    EXPECT_FALSE((*door)->look(clock.now()));
    EXPECT_EQ(stranger.hear(), "no: it speaks another version of this") << nonsense;
  }
}

TEST_F(TakeoverTest, one_that_loads_for_too_long_is_given_up_and_learns_it) {
  std::optional<Takeover> takeover;
  with_predecessor([&] {
    auto begun = Takeover::begin(folder, port);
    ASSERT_TRUE(begun) << begun.error().what;
    takeover = std::move(*begun);
  });
  ASSERT_TRUE(takeover);
  clock.advance(TakeoverDoor::kLoading + TakeoverDoor::kGreeting);
  EXPECT_FALSE((*door)->look(clock.now()));
  const auto finished = takeover->finish();
  ASSERT_FALSE(finished);
  EXPECT_THAT(finished.error().what, HasSubstr("took too long"));
}

TEST_F(TakeoverTest, a_socket_that_cannot_be_shared_is_a_refusal_with_its_reason) {
  shared = {};
  EXPECT_FALSE(with_predecessor([&] {
    const auto begun = Takeover::begin(folder, port);
    ASSERT_FALSE(begun);
    EXPECT_THAT(begun.error().what, HasSubstr("it is closed"));
  }));
}

TEST_F(TakeoverTest, the_name_of_a_successor_outlives_its_predecessor) {
  auto next = open();
  ASSERT_TRUE(next) << next.error().what;
  door = Error{};
  EXPECT_TRUE(std::filesystem::exists(path()));
  door = std::move(next);
}

TEST_F(TakeoverTest, a_folder_of_any_length_will_do) {
  const std::string deep = folder + "/" + std::string(200, 'x');
  ASSERT_TRUE(std::filesystem::create_directory(deep));
  folder = deep;
  door = open();
  ASSERT_TRUE(door) << door.error().what;
  EXPECT_TRUE(with_predecessor([&] {
    auto begun = Takeover::begin(deep, port);
    ASSERT_TRUE(begun && begun->has_value());
    EXPECT_TRUE((*begun)->finish());
  }));
}

}  // namespace
}  // namespace offhook::server

#include "call/event_log.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "call/replay.hpp"

namespace offhook::call {
namespace {

namespace fs = std::filesystem;

class EventLogTest : public testing::Test {
 protected:
  EventLogTest() {
    std::string name = (fs::temp_directory_path() / "offhook-log-XXXXXX").string();
    dir = ::mkdtemp(name.data());
  }
  ~EventLogTest() override { fs::remove_all(dir); }

  std::unique_ptr<EventLog> open(const std::string& call = "call-1", const std::string& today = "2026-11-21") {
    Head head;
    head.call = call;
    auto log = EventLog::open(dir + "/logs", today, head);
    EXPECT_TRUE(log) << log.error().what;
    return log ? std::move(*log) : nullptr;
  }
  static std::string text(const std::string& path) {
    std::ifstream in(path);
    std::stringstream s;
    s << in.rdbuf();
    return s.str();
  }
  static mode_t mode(const std::string& path) {
    struct stat st{};
    EXPECT_EQ(::stat(path.c_str(), &st), 0) << path;
    return st.st_mode & 0777;
  }

  std::string dir;
};

TEST_F(EventLogTest, is_readable_by_its_owner_only_whatever_the_umask) {
  const mode_t before = ::umask(0);
  auto log = open();
  ::umask(before);
  ASSERT_TRUE(log);
  EXPECT_EQ(log->path(), dir + "/logs/2026-11-21/call-1.jsonl");
  EXPECT_EQ(mode(log->path()), 0600u);
  EXPECT_EQ(mode(dir + "/logs"), 0700u);
  EXPECT_EQ(mode(dir + "/logs/2026-11-21"), 0700u);
}

TEST_F(EventLogTest, the_rights_of_a_folder_that_was_there_before_are_left_alone) {
  fs::create_directories(dir + "/logs");
  ::chmod((dir + "/logs").c_str(), 0755);
  auto log = open();
  EXPECT_EQ(mode(dir + "/logs"), 0755u);
}

TEST_F(EventLogTest, windows_stand_together_but_never_overtake_anything) {
  auto log = open();
  for (int i = 0; i < 5; ++i) log->event(i * 32ms, event::Window{1, 80, 256 * (i + 1)});
  log->event(170ms, event::Digit{"1"});
  log->event(192ms, event::Window{200, 30, 1536});
  log->action(192ms, {action::Hold{1}, "why"});
  log->event(224ms, event::Window{200, 30, 1792});
  const auto path = log->path();
  log.reset();
  std::istringstream in(text(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_NE(lines[0].find("\"offhook\":1"), std::string::npos);
  EXPECT_NE(lines[1].find("\"windows\""), std::string::npos);
  EXPECT_NE(lines[2].find("digit"), std::string::npos);
  EXPECT_NE(lines[3].find("\"w\":[0,200,30,1536,0]"), std::string::npos) << lines[3];
  EXPECT_NE(lines[4].find("hold"), std::string::npos);
  EXPECT_NE(lines[5].find("\"w\":[0,200,30,1792,0]"), std::string::npos);
}

TEST_F(EventLogTest, a_line_of_windows_is_a_second_at_most) {
  auto log = open();
  for (int i = 0; i < 100; ++i) log->event(i * 32ms, event::Window{1, 80, 256 * (i + 1)});
  const auto path = log->path();
  log.reset();
  const auto all = text(path);
  EXPECT_NEAR(static_cast<double>(std::count(all.begin(), all.end(), '\n')), 1 + 4, 1);
}

TEST_F(EventLogTest, what_is_older_than_a_second_is_on_disk) {
  auto log = open();
  for (int i = 0; i < 200; ++i) {
    log->event(i * 32ms, event::Window{1, 80, 256 * (i + 1)});
    if (i < 70) continue;
    std::istringstream in(text(log->path()));
    Duration last{};
    for (std::string line; std::getline(in, line);) {
      auto read = read_line(line);
      ASSERT_TRUE(read) << read.error().what;
      if (auto* events = std::get_if<std::vector<EventLine>>(&*read)) last = events->back().t;
    }
    EXPECT_GE(last, i * 32ms - 1100ms);
  }
}

TEST_F(EventLogTest, two_calls_of_one_name_are_refused_not_mixed) {
  auto first = open();
  Head head;
  head.call = "call-1";
  auto second = EventLog::open(dir + "/logs", "2026-11-21", head);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().what.find("call-1"), std::string::npos);
}

TEST_F(EventLogTest, a_folder_that_cannot_be_made_is_an_error_that_names_it) {
  std::ofstream(dir + "/file") << "x";
  auto log = EventLog::open(dir + "/file", "2026-11-21", {});
  ASSERT_FALSE(log);
  EXPECT_NE(log.error().what.find(dir + "/file"), std::string::npos);
  EXPECT_NE(log.error().what.find("data_dir"), std::string::npos);
}

TEST_F(EventLogTest, a_full_disk_costs_the_log_and_nothing_else) {
  if (!fs::exists("/dev/full")) GTEST_SKIP();
  fs::create_directories(dir + "/logs/2026-11-21");
  auto log = open();
  // Its descriptor is the newest; what it writes from now on fails.
  const auto path = log->path();
  std::FILE* full = std::fopen("/dev/full", "w");
  int fd = -1;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code ec;
    if (fs::read_symlink(entry.path(), ec) == path) fd = std::stoi(entry.path().filename());
  }
  ASSERT_GE(fd, 0);
  ASSERT_GE(::dup2(::fileno(full), fd), 0);
  std::fclose(full);
  for (int i = 0; i < 200; ++i) log->event(i * 32ms, event::Digit{"1"});
  log.reset();
}

TEST_F(EventLogTest, old_days_are_forgotten_and_others_kept) {
  for (const char* day : {"2026-11-10", "2026-11-13", "2026-11-14", "2026-11-21"}) open("a", day).reset();
  open("b", "2026-11-10").reset();
  std::ofstream(dir + "/logs/2026-11-10/a.wav") << "its sound";
  fs::create_directories(dir + "/logs/not-a-day");
  std::ofstream(dir + "/logs/2026-11-13/notes.txt") << "somebody's";
  EXPECT_EQ(forget_old_logs(dir + "/logs", "2026-11-21", 7), 4);
  EXPECT_FALSE(fs::exists(dir + "/logs/2026-11-10"));
  EXPECT_TRUE(fs::exists(dir + "/logs/2026-11-13/notes.txt")) << "not ours";
  EXPECT_FALSE(fs::exists(dir + "/logs/2026-11-13/a.jsonl"));
  EXPECT_TRUE(fs::exists(dir + "/logs/2026-11-14/a.jsonl")) << "seven days ago is not more than seven";
  EXPECT_TRUE(fs::exists(dir + "/logs/2026-11-21/a.jsonl"));
  EXPECT_TRUE(fs::exists(dir + "/logs/not-a-day"));
  EXPECT_EQ(forget_old_logs(dir + "/nowhere", "2026-11-21", 7), 0);
  EXPECT_EQ(forget_old_logs(dir + "/logs", "tomorrow", 7), 0);
}

}  // namespace
}  // namespace offhook::call

#include "net/cores.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "net/event_loop.hpp"

namespace offhook::net {
namespace {

namespace fs = std::filesystem;

class Cores : public testing::Test {
 protected:
  Cores() : root_(fs::path(testing::TempDir()) / ("offhook_cores_" + std::to_string(::getpid()))) {}
  ~Cores() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }

  const fs::path root_;
};

TEST_F(Cores, without_cgroups_nothing_bounds_them) {
  EXPECT_EQ(cgroup_quota(root_), std::nullopt);
}

TEST_F(Cores, version_2_takes_the_tightest_quota_on_the_way_up) {
  write("proc/self/cgroup", "0::/machine/offhook\n");
  write("sys/fs/cgroup/machine/offhook/cpu.max", "max 100000\n");
  EXPECT_EQ(cgroup_quota(root_), std::nullopt);
  write("sys/fs/cgroup/machine/cpu.max", "150000 100000\n");
  EXPECT_EQ(cgroup_quota(root_), 1.5);
  write("sys/fs/cgroup/machine/offhook/cpu.max", "400000 100000\n");
  EXPECT_EQ(cgroup_quota(root_), 1.5);
}

TEST_F(Cores, version_2_in_a_container_is_found_at_the_mount) {
  write("proc/self/cgroup", "0::/docker/only-the-host-sees-this\n");
  write("sys/fs/cgroup/cpu.max", "200000 100000\n");
  EXPECT_EQ(cgroup_quota(root_), 2.0);
}

TEST_F(Cores, version_1_reads_the_cpu_controller_and_no_other) {
  write("proc/self/cgroup", "5:cpuset:/x\n4:cpu,cpuacct:/offhook\n0::/\n");
  write("sys/fs/cgroup/cpu/x/cpu.cfs_quota_us", "50000\n");
  write("sys/fs/cgroup/cpu/x/cpu.cfs_period_us", "100000\n");
  write("sys/fs/cgroup/cpu/offhook/cpu.cfs_quota_us", "-1\n");
  write("sys/fs/cgroup/cpu/offhook/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cgroup_quota(root_), std::nullopt);
  write("sys/fs/cgroup/cpu/offhook/cpu.cfs_quota_us", "300000\n");
  EXPECT_EQ(cgroup_quota(root_), 3.0);
}

TEST_F(Cores, what_is_not_understood_bounds_nothing) {
  write("proc/self/cgroup", "nonsense\n0::/a\n\n");
  write("sys/fs/cgroup/a/cpu.max", "100000 0\n");
  write("sys/fs/cgroup/cpu.max", "\n");
  EXPECT_EQ(cgroup_quota(root_), std::nullopt);
}

TEST(UsableCores, are_at_least_one_and_at_most_what_the_machine_has) {
  EXPECT_GE(usable_cores(), 1u);
  EXPECT_LE(usable_cores(), static_cast<unsigned>(::sysconf(_SC_NPROCESSORS_CONF)));
}

}  // namespace
}  // namespace offhook::net

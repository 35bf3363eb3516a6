#include "net/pipe.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>

#include "net/loopback_test.hpp"

namespace offhook::net {
namespace {

struct Pair {
  Pair() {
    int fds[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    EXPECT_EQ(::fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
    ours = Descriptor(fds[0]);
    theirs = Descriptor(fds[1]);
  }
  Descriptor ours, theirs;
};

TEST(Pipe, what_is_written_is_read_and_then_its_end) {
  const auto loop = testing::run_loop();
  Pair pair;
  std::string got;
  std::atomic<int> ends{0};
  std::unique_ptr<PipeReader> reader;
  testing::on(*loop, [&] {
    reader = std::make_unique<PipeReader>(*loop, std::move(pair.ours),
                                          PipeReader::Sink{[&](std::string_view bytes) { got += bytes; },
                                                           [&] {
                                                             ++ends;
                                                             reader.reset();
                                                           }});
  });
  std::string sent(300'000, 'x');
  testing::on(*loop, [&] { EXPECT_EQ(got, ""); });
  std::size_t done = 0;
  while (done < sent.size()) {
    const ssize_t n = ::write(pair.theirs.get(), sent.data() + done, sent.size() - done);
    ASSERT_GT(n, 0);
    done += static_cast<std::size_t>(n);
  }
  pair.theirs = Descriptor();
  EXPECT_TRUE(testing::eventually([&] { return ends == 1; }));
  testing::on(*loop, [&] { EXPECT_EQ(got, sent); });
}

TEST(Pipe, a_reader_that_is_let_go_is_told_nothing) {
  const auto loop = testing::run_loop();
  Pair pair;
  std::atomic<int> told{0};
  testing::on(*loop, [&] {
    PipeReader reader(*loop, std::move(pair.ours), {[&](std::string_view) { ++told; }, [&] { ++told; }});
    EXPECT_EQ(::write(pair.theirs.get(), "x", 1), 1);
  });
  testing::on(*loop, [] {});
  EXPECT_EQ(told, 0);
}

TEST(Pipe, one_that_nobody_reads_fills_up_and_empties_again) {
  const auto loop = testing::run_loop();
  Pair pair;
  std::unique_ptr<PipeWriter> writer;
  std::size_t queued = 0;
  testing::on(*loop, [&] {
    writer = std::make_unique<PipeWriter>(*loop, std::move(pair.ours));
    const std::string piece(100'000, 'x');
    Result<void> written;
    while ((written = writer->write(piece))) queued += piece.size();
    EXPECT_EQ(written.error().code, Errc::full);
    EXPECT_LE(queued, PipeWriter::max_queued + (1u << 20));  // the kernel holds some
    writer->close();
    EXPECT_EQ(writer->write("y").error().code, Errc::closed);
  });
  std::size_t read = 0;
  std::string buffer(1 << 20, '\0');
  for (ssize_t n = 0; (n = ::read(pair.theirs.get(), buffer.data(), buffer.size())) > 0;)
    read += static_cast<std::size_t>(n);
  EXPECT_EQ(read, queued);
  testing::on(*loop, [&] { writer.reset(); });
}

TEST(Pipe, writing_where_nobody_reads_is_an_error_and_no_signal) {
  const auto loop = testing::run_loop();
  Pair pair;
  pair.theirs = Descriptor();
  testing::on(*loop, [&] {
    PipeWriter writer(*loop, std::move(pair.ours));
    EXPECT_TRUE(writer.write("x"));  // found out by it
    EXPECT_EQ(writer.write("x").error().code, Errc::closed);
  });
}

}  // namespace
}  // namespace offhook::net

#include "ladder/subject.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <filesystem>

#include "base/descriptor.hpp"

namespace offhook::ladder {
namespace {

using testing::HasSubstr;

struct Listener {
  Listener() : fd(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&at), size), 0);
    EXPECT_EQ(::listen(fd.get(), 1), 0);
    ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&at), &size);
    port = ntohs(at.sin_port);
  }
  Descriptor fd;
  int port = 0;
};

TEST(Subject, an_agents_stand_ins_are_found_where_they_are) {
  EXPECT_EQ(with_standins_at("a: ws://127.0.0.1:9100\nb: http://127.0.0.1:9100/v1\nc: 127.0.0.1:91\n", 9301),
            "a: ws://127.0.0.1:9301\nb: http://127.0.0.1:9301/v1\nc: 127.0.0.1:91\n");
}

TEST(Subject, an_address_that_is_taken_is_not_measured) {
  const Listener other;
  Getter getter;
  load::Signals signals;
  const auto subject = Subject::start({.port = other.port}, getter, signals);
  ASSERT_FALSE(subject);
  EXPECT_THAT(subject.error().what, HasSubstr("--port"));
}

TEST(Subject, a_program_that_ends_at_once_is_told_with_its_last_words) {
  Getter getter;
  load::Signals signals;
  int port = Listener().port;
  const auto subject = Subject::start({.offhook = "/bin/false",
                                       .standins = "/bin/ls",  // knows no --listen
                                       .agent = "/dev/null",
                                       .port = port,
                                       .server_core = 0,
                                       .load_core = 0},
                                      getter, signals);
  ASSERT_FALSE(subject);
  EXPECT_THAT(subject.error().what, HasSubstr("starting the stand-ins: it exited with status 2 and said: "));
}

TEST(Subject, a_server_tells_of_itself_beside_its_socket) {
  EXPECT_EQ(*beside("ws://127.0.0.1:9300/phone/reception", "/metrics"), "http://127.0.0.1:9300/metrics");
  EXPECT_EQ(*beside("wss://voice.example.com/phone", "/metrics"), "https://voice.example.com/metrics");
  EXPECT_FALSE(beside("nowhere", "/metrics"));
}

}  // namespace
}  // namespace offhook::ladder

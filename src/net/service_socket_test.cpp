#include "net/service_socket.hpp"

#include <gmock/gmock.h>

#include <optional>

#include "net/fake_services_testing.hpp"
#include "net/virtual_loop.hpp"

namespace offhook::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// A socket on a loop whose time is the test's, and the service's end of it.
struct Still {
  void open(ServiceSocket::Options options = {}) {
    options.name = "parrot";
    if (options.url.empty()) options.url = "wss://parrot.example/listen?model=a";
    socket = ServiceSocket::open(loop, http, std::move(options),
                                 {[this] { on("opened"); }, [this](std::string_view t) { on("T" + std::string(t)); },
                                  [this](std::string_view b) { on("B" + std::string(b)); },
                                  [this](Error e) {
                                    error = std::move(e);
                                    on("closed");
                                  }});
    EXPECT_THAT(heard, IsEmpty()) << "called back from inside open()";
  }
  void accept() {
    peer = http.last_connect().accept(loop);
    loop.run_ready();
  }
  void on(std::string what) {
    heard.push_back(what);
    if (what == destroyed_at) socket.reset();
    if (on_call) on_call(what);
  }

  VirtualLoop loop;
  FakeHttp http;
  std::vector<std::string> heard;
  std::string destroyed_at;
  std::function<void(const std::string&)> on_call;
  std::optional<Error> error;
  std::shared_ptr<FakeSocket> peer;
  std::unique_ptr<ServiceSocket> socket;
};

TEST(ServiceSocket, what_is_said_before_it_is_open_goes_out_first_and_in_order) {
  Still s;
  s.on_call = [&](const std::string& what) {
    if (what != "opened") return;
    EXPECT_TRUE(s.socket->send_text("hello").ok());
  };
  ServiceSocket::Options options;
  options.headers = {{"Authorization", "Token k"}};
  s.open(options);
  EXPECT_EQ(s.http.last_connect().call.url, "wss://parrot.example/listen?model=a");
  EXPECT_EQ(s.http.last_connect().call.headers, options.headers);
  EXPECT_TRUE(s.socket->send_text("a").ok());
  EXPECT_TRUE(s.socket->send_binary(std::string("\0\1", 2)).ok());
  EXPECT_TRUE(s.socket->send_text("b").ok());
  EXPECT_FALSE(s.socket->is_open());
  s.loop.advance(70ms);
  s.accept();
  EXPECT_TRUE(s.socket->is_open());
  EXPECT_EQ(s.socket->last_sent(), Time(70ms));
  s.loop.advance(5ms);
  EXPECT_TRUE(s.socket->send_binary("c").ok());
  EXPECT_EQ(s.socket->last_sent(), Time(75ms));
  using M = FakeSocket::Message;
  EXPECT_THAT(s.peer->sent, ElementsAre(M{true, "a"}, M{false, std::string("\0\1", 2)}, M{true, "b"}, M{true, "hello"},
                                        M{false, "c"}));
  s.peer->text("x");
  s.peer->binary("y");
  EXPECT_THAT(s.heard, ElementsAre("opened", "Tx", "By"));
}

TEST(ServiceSocket, who_waits_too_long_to_open_is_given_up) {
  Still s;
  ServiceSocket::Options options;
  options.open_within = 800ms;
  s.open(options);
  s.loop.advance(799ms);
  EXPECT_FALSE(s.error);
  s.loop.advance(1ms);
  ASSERT_TRUE(s.error);
  EXPECT_EQ(s.error->code, Errc::timeout);
  EXPECT_EQ(s.error->what, "parrot: opening wss://parrot.example/listen: not open within 800 ms");
  EXPECT_FALSE(s.http.last_connect().open) << "the attempt is cancelled";
  EXPECT_EQ(s.socket->send_text("late").error().code, Errc::closed);
  s.loop.advance(1h);
  EXPECT_THAT(s.heard, ElementsAre("closed"));
}

TEST(ServiceSocket, a_refusal_is_passed_on_without_the_key) {
  Still s;
  ServiceSocket::Options options;
  options.secret = "sk-0123456789";
  s.open(options);
  s.http.last_connect().refuse({Errc::full, "no\r\nsuch key sk-0123456789, none: sk-012345", 7s});
  ASSERT_TRUE(s.error);
  EXPECT_EQ(s.error->code, Errc::full);
  EXPECT_EQ(s.error->retry_after, 7s);
  EXPECT_EQ(s.error->what, "parrot: no  such key ***, none: ***") << "one line, and no part of a key that was cut off";
}

TEST(ServiceSocket, more_than_the_bound_before_it_is_open_ends_it) {
  Still s;
  ServiceSocket::Options options;
  options.most_waiting = 1000;
  s.open(options);
  EXPECT_TRUE(s.socket->send_binary(std::string(800, 'x')).ok());
  const Result<void> sent = s.socket->send_binary(std::string(100, 'x'));
  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().code, Errc::full);
  EXPECT_THAT(s.heard, IsEmpty()) << "called back from inside send";
  EXPECT_FALSE(s.http.last_connect().open);
  EXPECT_EQ(s.socket->send_binary("").error().code, Errc::closed) << "a gap is not passed over";
  s.loop.run_ready();
  EXPECT_THAT(s.heard, ElementsAre("closed"));
  EXPECT_EQ(s.error->code, Errc::full);
}

TEST(ServiceSocket, all_that_may_wait_fits_into_the_connection) {
  Still s;
  ServiceSocket::Options options;
  options.most_waiting = 1u << 30;
  s.open(options);
  std::size_t cost = 0;
  while (s.socket->send_binary(std::string(640, 'x')).ok()) cost += 640 + 64;
  EXPECT_LE(cost, WebSocket::max_queued);
}

TEST(ServiceSocket, a_service_that_does_not_read_ends_it) {
  Still s;
  s.open();
  s.accept();
  s.peer->full = true;
  EXPECT_EQ(s.socket->send_text("x").error().code, Errc::full);
  EXPECT_FALSE(s.socket->is_open());
  EXPECT_TRUE(s.peer->cut);
  s.loop.run_ready();
  EXPECT_THAT(s.heard, ElementsAre("opened", "closed"));
  EXPECT_THAT(s.error->what, StartsWith("parrot: sending"));
}

TEST(ServiceSocket, tells_why_it_closed) {
  const auto told = [](const std::function<void(FakeSocket&)>& end) {
    Still s;
    s.open();
    s.accept();
    end(*s.peer);
    EXPECT_FALSE(s.socket->is_open());
    EXPECT_EQ(s.socket->send_text("x").error().code, Errc::closed);
    s.loop.advance(1h);
    EXPECT_THAT(s.heard, ElementsAre("opened", "closed"));
    return s.error.value_or(Error{});
  };
  const Error closed = told([](FakeSocket& peer) { peer.close(1011, "NET-0001"); });
  EXPECT_EQ(closed.code, Errc::closed);
  EXPECT_EQ(closed.what, "parrot: the service closed the connection: code 1011: NET-0001");
  const Error broken = told([](FakeSocket& peer) { peer.break_off("Connection reset by peer"); });
  EXPECT_EQ(broken.code, Errc::closed);
  EXPECT_EQ(broken.what, "parrot: the connection broke: Connection reset by peer");
}

//    0 ── expect ── 400 expect ── 999 text ── expect ──────── 1999 cut
TEST(ServiceSocket, who_does_not_answer_when_an_answer_is_due_is_cut) {
  Still s;
  ServiceSocket::Options options;
  options.silence = 1s;
  s.open(options);
  s.accept();
  s.loop.advance(1h);
  EXPECT_TRUE(s.socket->is_open()) << "none is due";
  s.socket->expect();
  s.loop.advance(400ms);
  s.socket->expect();  // does not put it off
  s.loop.advance(599ms);
  s.peer->text("answer");
  s.loop.advance(1h);
  EXPECT_TRUE(s.socket->is_open()) << "answered";
  s.socket->expect();
  s.loop.advance(999ms);
  EXPECT_TRUE(s.socket->is_open());
  s.loop.advance(1ms);
  EXPECT_THAT(s.heard, ElementsAre("opened", "Tanswer", "closed"));
  EXPECT_EQ(s.error->code, Errc::timeout);
  EXPECT_EQ(s.error->what,
            "parrot: an answer was due within 1000 ms and did not come; the last message came 3601000 ms ago");
  EXPECT_TRUE(s.peer->cut);
}

TEST(ServiceSocket, an_answer_asked_for_in_advance_is_due_from_the_opening) {
  Still s;
  ServiceSocket::Options options;
  options.silence = 1s;
  s.open(options);
  s.socket->expect();
  s.loop.advance(2s);
  s.accept();
  s.loop.advance(999ms);
  EXPECT_TRUE(s.socket->is_open());
  s.loop.advance(1ms);
  EXPECT_EQ(s.error.value_or(Error{}).code, Errc::timeout);
}

TEST(ServiceSocket, an_answer_that_is_no_longer_wanted_is_not_waited_for_and_a_later_one_is) {
  Still s;
  ServiceSocket::Options options;
  options.silence = 1s;
  s.on_call = [&](const std::string& what) {
    if (what == "Tmore") s.socket->expect();
  };
  s.open(options);
  s.accept();
  s.socket->expect();
  s.loop.advance(500ms);
  s.socket->expect(false);
  s.loop.advance(10s);
  EXPECT_TRUE(s.socket->is_open());
  s.peer->text("more");
  s.loop.advance(1s);
  EXPECT_FALSE(s.socket->is_open()) << "said so again inside the callback";
}

TEST(ServiceSocket, may_be_destroyed_inside_any_callback_and_nothing_comes_after) {
  for (const char* at : {"opened", "Ttext", "Bbytes", "closed"}) {
    Still s;
    s.destroyed_at = at;
    s.open();
    EXPECT_TRUE(s.socket->send_text("early").ok());
    s.accept();
    s.peer->text("text");
    s.peer->binary("bytes");
    s.peer->close(1000);
    s.loop.advance(1h);
    EXPECT_EQ(s.heard.back(), at);
    EXPECT_EQ(s.socket, nullptr);
    EXPECT_EQ(s.peer->cut, std::string_view("closed") != at);
    EXPECT_EQ(s.loop.armed_timers(), 0u);
  }
  for (const auto& fail : {std::function([](Still& s) { s.http.last_connect().refuse({Errc::refused, "no"}); }),
                           std::function([](Still& s) { s.loop.advance(1h); }), std::function([](Still& s) {
                             while (s.socket->send_text(std::string(1000, 'x')).ok()) continue;
                             s.loop.run_ready();
                           })}) {
    Still s;
    s.destroyed_at = "closed";
    s.open();
    fail(s);
    EXPECT_THAT(s.heard, ElementsAre("closed"));
    EXPECT_EQ(s.socket, nullptr);
  }
}

TEST(ServiceSocket, destroying_it_cuts_and_closing_it_says_farewell_and_neither_calls_back) {
  Still cut;
  cut.open();
  cut.accept();
  cut.socket.reset();
  EXPECT_TRUE(cut.peer->cut);

  Still closed;
  closed.open();
  closed.accept();
  EXPECT_TRUE(closed.socket->send_text("last words").ok());
  closed.socket->close();
  EXPECT_FALSE(closed.socket->is_open());
  EXPECT_EQ(closed.socket->send_text("more").error().code, Errc::closed);
  closed.socket.reset();
  EXPECT_THAT(closed.peer->texts(), ElementsAre("last words"));
  EXPECT_EQ(closed.peer->close_code, 1000);
  EXPECT_FALSE(closed.peer->cut);
  closed.peer->text("too late");
  closed.peer->close(1000);

  Still early;
  early.open();
  EXPECT_TRUE(early.socket->send_text("x").ok());
  early.socket->close();
  EXPECT_FALSE(early.http.last_connect().open);

  Still full;
  full.open();
  while (full.socket->send_text(std::string(1000, 'x')).ok()) continue;
  full.socket.reset();
  for (Still* s : {&cut, &closed, &early, &full}) {
    s->loop.advance(1h);
    EXPECT_THAT(s->heard, Not(::testing::Contains("closed")));
  }
}

}  // namespace
}  // namespace offhook::net

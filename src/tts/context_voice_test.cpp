// Sockets, contexts and deadlines, with Cartesia's dialect (many contexts on a socket).
#include "tts/context_voice.hpp"

#include "tts/resilient.hpp"
#include "tts/service_voice_testing.hpp"

namespace offhook::tts {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

struct ContextVoice : ServiceVoice {
  ContextVoice() { use({.provider = "cartesia", .api_key = "sk-secret-1", .voice = "v-1"}); }
  static std::string context(const net::FakeSocket& socket, std::size_t i) {
    return std::string(sent(socket, i).at("context_id").as_string());
  }
  static std::string chunk(const std::string& context, std::size_t samples) {
    return R"({"type":"chunk","context_id":")" + context + R"(","data":")" + base64(samples) + R"(","done":false})";
  }
  static std::string end(const std::string& context) {
    return R"({"type":"done","context_id":")" + context + R"(","done":true})";
  }
  Listener a, b, c;
};

TEST_F(ContextVoice, one_socket_serves_many_clauses_at_once) {
  speak(a, "One.");
  speak(b, "Two, three.");
  EXPECT_THAT(a.used, IsEmpty()) << "nobody has been given anything yet";
  ASSERT_THAT(http.connects, SizeIs(1));
  const auto socket = accept();
  ASSERT_THAT(socket->sent, SizeIs(2));
  const std::string one = context(*socket, 0), two = context(*socket, 1);
  EXPECT_NE(one, two);
  EXPECT_EQ(b.used, (std::vector<std::pair<std::string, std::int64_t>>{{"cartesia", 11}}));
  socket->text(chunk(two, 160));
  socket->text(chunk(one, 80));
  socket->text(chunk(two, 160));
  EXPECT_EQ(a.sound, std::vector<std::int16_t>(80, 1));
  EXPECT_EQ(b.sound.size(), 320u);
  socket->text(end(one));
  EXPECT_TRUE(a.ok());
  EXPECT_EQ(b.dones, 0);
  socket->text(end(two));
  EXPECT_TRUE(b.ok());
  EXPECT_EQ((**b.done).voice, voice->key());
  speak(c, "Four.");
  EXPECT_THAT(socket->sent, SizeIs(3)) << "at once, on the same socket";
  EXPECT_THAT(http.connects, SizeIs(1));
}

TEST_F(ContextVoice, a_call_that_begins_opens_the_socket_and_minutes_of_silence_close_it) {
  voice->warm(loop);
  voice->warm(loop);
  loop.run_ready();
  ASSERT_THAT(http.connects, SizeIs(1));
  const auto socket = accept();
  loop.advance(4min - 1s);
  speak(a, "One.");
  socket->text(chunk(context(*socket, 0), 10));
  socket->text(end(context(*socket, 0)));
  loop.advance(4min - 1s);
  EXPECT_FALSE(socket->closing);
  loop.advance(1s);
  EXPECT_TRUE(socket->closing);
  EXPECT_EQ(loop.armed_timers(), 0u);
  voice->warm(loop);
  EXPECT_THAT(http.connects, SizeIs(2));
}

TEST_F(ContextVoice, dropping_the_handle_cancels_and_drops_what_still_comes) {
  speak(a, "One.");
  const auto socket = accept();
  const std::string id = context(*socket, 0);
  socket->text(chunk(id, 80));
  a.handle.reset();
  ASSERT_THAT(socket->sent, SizeIs(2));
  EXPECT_EQ(sent(*socket, 1), boost::json::parse(R"({"context_id":")" + id + R"(","cancel":true})").as_object());
  socket->text(chunk(id, 80));
  socket->text(end(id));
  EXPECT_EQ(a.sound.size(), 80u);
  EXPECT_EQ(a.dones, 0);
  EXPECT_FALSE(socket->let_go);
}

TEST_F(ContextVoice, what_is_cancelled_before_the_socket_opens_is_never_sent) {
  speak(a, "One.");
  speak(b, "Two.");
  a.handle.reset();
  const auto socket = accept();
  ASSERT_THAT(socket->sent, SizeIs(1));
  EXPECT_EQ(sent(*socket, 0).at("transcript"), "Two.");
  EXPECT_THAT(a.used, IsEmpty());
}

TEST_F(ContextVoice, a_clause_without_sound_in_time_fails_and_is_cancelled) {
  speak(a, "One.", Deadline::in(loop.now(), 2s));
  const auto socket = accept();
  loop.advance(1s);
  speak(b, "Two.");
  socket->text(chunk(context(*socket, 1), 10));  // the service lives
  loop.advance(1s);
  EXPECT_EQ(a.code(), Errc::timeout);
  EXPECT_THAT(a.what(), HasSubstr("cartesia: no sound within 2000 ms"));
  EXPECT_TRUE(sent(*socket, 2).contains("cancel"));
  EXPECT_FALSE(socket->let_go) << "other clauses are served";
  EXPECT_EQ(b.dones, 0);
}

TEST_F(ContextVoice, a_socket_on_which_nothing_comes_is_cut_with_all_its_clauses) {
  voice->warm(loop);
  const auto socket = accept();
  loop.advance(1min);
  speak(a, "One.", Deadline::in(loop.now(), 2s));
  loop.advance(100ms);
  speak(b, "Two.");
  loop.advance(1900ms);
  EXPECT_EQ(a.code(), Errc::timeout);
  EXPECT_EQ(b.code(), Errc::closed);
  EXPECT_THAT(b.what(), HasSubstr("taken for dead"));
  EXPECT_TRUE(socket->cut);
  speak(c, "Three.");
  ASSERT_THAT(http.connects, SizeIs(2));
  const auto anew = accept();
  EXPECT_THAT(anew->sent, SizeIs(1));
}

TEST_F(ContextVoice, an_interrupted_clause_costs_no_other_its_socket) {
  speak(a, "One.");
  speak(b, "Two.");
  const auto socket = accept();
  socket->text(chunk(context(*socket, 0), 80));
  socket->text(chunk(context(*socket, 1), 80));
  loop.advance(600ms);
  a.handle.reset();
  loop.run_ready();
  EXPECT_FALSE(socket->let_go);
  EXPECT_EQ(b.dones, 0);
  speak(c, "Three.");
  EXPECT_THAT(http.connects, SizeIs(2)) << "not on one that may be dead";
  EXPECT_THAT(socket->sent, SizeIs(3)) << "two clauses and a cancel";
  socket->text(chunk(context(*socket, 1), 80));
  loop.run_ready();
  EXPECT_THAT(socket->sent, SizeIs(4)) << "it lives: Three";
  loop.advance(3s);
  EXPECT_FALSE(socket->let_go);
  socket->text(end(context(*socket, 1)));
  EXPECT_TRUE(b.ok());
}

TEST_F(ContextVoice, a_socket_that_stays_silent_after_an_interruption_is_cut_after_two_seconds) {
  speak(a, "One.");
  speak(b, "Two.");
  const auto socket = accept();
  socket->text(chunk(context(*socket, 0), 80));
  loop.advance(600ms);
  a.handle.reset();
  loop.advance(1399ms);
  EXPECT_EQ(b.dones, 0);
  loop.advance(1ms);
  EXPECT_EQ(b.code(), Errc::closed);
  EXPECT_THAT(b.what(), HasSubstr("nothing came for 2000 ms"));
  EXPECT_TRUE(socket->cut);
}

TEST_F(ContextVoice, no_place_is_our_own_bound_and_no_connection_the_services_fault) {
  std::vector<Listener> many(4 * 32 + 1);
  std::vector<std::shared_ptr<net::FakeSocket>> sockets;
  for (std::size_t i = 0; i < many.size(); i += 43) {
    for (std::size_t j = i; j < std::min(i + 43, many.size()); ++j) speak(many[j], "One.");
    for (const auto& connect : http.connects)
      if (connect->open) sockets.push_back(connect->accept(loop));
    loop.run_ready();
  }
  EXPECT_THAT(http.connects, SizeIs(4));
  speak(a, "Two.", Deadline::in(loop.now(), 1s));
  loop.advance(1s);
  EXPECT_EQ(a.code(), Errc::full);
  EXPECT_EQ(a.done->error().retry_after, Duration::zero());
  use({.provider = "cartesia", .voice = "v-1"});
  speak(b, "Two.", Deadline::in(loop.now(), 1s));
  loop.advance(1s);
  EXPECT_EQ(b.code(), Errc::timeout);
  EXPECT_THAT(b.what(), HasSubstr("no connection within 1000 ms"));
}

TEST_F(ContextVoice, a_dead_socket_costs_no_clause_where_there_is_another_voice) {
  FakeVoice other("other");
  const auto both = resilient({{"cartesia", voice.get(), nullptr}, {"other", &other, nullptr}});
  voice->warm(loop);
  const auto socket = accept();
  a.handle = both->synthesize(loop, {"One.", 8000, Deadline::in(loop.now(), 10s), {}}, a.sink());
  loop.advance(1500ms);
  ASSERT_THAT(other.asked, SizeIs(1));
  EXPECT_FALSE(socket->cut) << "it may only be slow";
  speak(b, "Two.");
  EXPECT_THAT(http.connects, SizeIs(2)) << "the next clause has a new one";
  loop.advance(500ms);
  EXPECT_TRUE(socket->cut);
}

TEST_F(ContextVoice, once_it_sounds_only_the_whole_has_a_deadline) {
  a.handle =
      voice->synthesize(loop, {"One.", 8000, Deadline::in(loop.now(), 1s), Deadline::in(loop.now(), 5s)}, a.sink());
  loop.run_ready();
  const auto socket = accept();
  socket->text(chunk(context(*socket, 0), 10));
  loop.advance(4999ms);
  EXPECT_EQ(a.dones, 0);
  loop.advance(1ms);
  EXPECT_EQ(a.code(), Errc::timeout);
  EXPECT_THAT(a.what(), HasSubstr("not all of the sound"));
}

TEST_F(ContextVoice, a_lost_socket_fails_all_its_clauses_and_the_next_opens_another) {
  speak(a, "One.");
  speak(b, "Two.");
  const auto socket = accept();
  socket->close(1011, "restarting");
  EXPECT_EQ(a.code(), Errc::closed);
  EXPECT_EQ(b.code(), Errc::closed);
  EXPECT_THAT(a.what(), HasSubstr("restarting"));
  loop.run_ready();
  EXPECT_THAT(http.connects, SizeIs(1)) << "nobody wants one";
  speak(c, "Three.");
  EXPECT_THAT(http.connects, SizeIs(2));
}

TEST_F(ContextVoice, a_refused_socket_fails_those_who_wait_without_naming_the_key) {
  speak(a, "One.");
  speak(b, "Two.");
  http.last_connect().refuse({Errc::refused, "HTTP 401: key sk-secret-1 is wrong", 3s});
  loop.run_ready();
  for (Listener* l : {&a, &b}) {
    EXPECT_EQ(l->code(), Errc::refused);
    EXPECT_THAT(l->what(), AllOf(HasSubstr("cartesia"), HasSubstr("401"), Not(HasSubstr("sk-secret-1"))));
    EXPECT_EQ(l->done->error().retry_after, 3s);
    EXPECT_THAT(l->used, IsEmpty());
  }
}

TEST_F(ContextVoice, an_error_of_a_context_is_its_own_and_one_of_the_socket_everybodys) {
  speak(a, "One.");
  speak(b, "Two.");
  const auto socket = accept();
  socket->text(R"({"type":"error","context_id":")" + context(*socket, 0) +
               R"(","status_code":400,"message":"no such voice, sk-secret-1"})");
  EXPECT_EQ(a.code(), Errc::invalid);
  EXPECT_THAT(a.what(), AllOf(HasSubstr("no such voice"), Not(HasSubstr("sk-secret-1"))));
  EXPECT_EQ(b.dones, 0);
  socket->text(R"({"type":"error","status_code":500,"message":"out of order"})");
  EXPECT_EQ(b.code(), Errc::unavailable);
  EXPECT_TRUE(socket->cut);
}

TEST_F(ContextVoice, a_service_that_does_not_read_is_let_go) {
  voice->warm(loop);
  const auto socket = accept();
  socket->full = true;
  speak(a, "One.");
  EXPECT_EQ(a.code(), Errc::full);
  EXPECT_TRUE(socket->let_go);
}

TEST_F(ContextVoice, nothing_to_say_asks_nobody) {
  a.handle = voice->synthesize(loop, {" ... ", 8000, {}, {}}, a.sink());
  EXPECT_EQ(a.dones, 0) << "not from inside";
  loop.run_ready();
  EXPECT_TRUE(a.ok());
  EXPECT_THAT(http.connects, IsEmpty());
}

TEST_F(ContextVoice, a_clause_that_ends_without_sound_is_a_failure) {
  speak(a, "One.");
  const auto socket = accept();
  socket->text(end(context(*socket, 0)));
  EXPECT_EQ(a.code(), Errc::unavailable);
}

TEST_F(ContextVoice, too_many_clauses_are_refused) {
  std::vector<Listener> many(kMostWaitingClauses + 1);
  for (Listener& l : many) l.handle = voice->synthesize(loop, {"One.", 8000, {}, {}}, l.sink());
  loop.run_ready();
  EXPECT_EQ(many.back().code(), Errc::full);
  EXPECT_EQ(many.front().dones, 0);
  EXPECT_THAT(http.connects, SizeIs(2)) << "32 on each";
}

TEST_F(ContextVoice, any_callback_may_drop_the_handle_or_the_voice) {
  for (int which = 0; which < 8; ++which) {
    use({.provider = "cartesia", .voice = "v-1"});
    const auto drop = [&](int self) {
      if (self != which % 4) return;
      a.handle.reset();
      if (which >= 4) voice.reset();
    };
    a.handle = voice->synthesize(loop, {"One two.", 8000, {}, {}},
                                 {.audio = [&](auto) { drop(0); },
                                  .said = [&](auto, auto) { drop(1); },
                                  .used = [&](auto, auto) { drop(2); },
                                  .done = [&](auto) { drop(3); }});
    loop.run_ready();
    const auto socket = accept();
    const std::string id = context(*socket, 0);
    socket->text(R"({"type":"timestamps","context_id":")" + id +
                 R"(","word_timestamps":{"words":["One","two"],"start":[0,1],"end":[1,2]}})");
    socket->text(chunk(id, 10));
    socket->text(end(id));
    loop.run_ready();
    EXPECT_EQ(a.handle, nullptr) << which;
    EXPECT_EQ(socket->let_go, which >= 4) << which;
    EXPECT_EQ(voice == nullptr, which >= 4) << which;
  }
}

TEST_F(ContextVoice, cut_at_every_step_each_clause_ends_exactly_once) {
  for (int cut = 0; cut < 6; ++cut) {
    use({.provider = "cartesia", .voice = "v-1"});
    Listener l;
    std::shared_ptr<net::FakeSocket> socket;
    std::string id;
    const std::vector<std::function<void()>> steps = {
        [&] { speak(l, "One two."); },
        [&] {
          socket = accept();
          id = context(*socket, 0);
        },
        [&] { socket->text(R"({"type":"timestamps","context_id":")" + id + R"("})"); },
        [&] { socket->text(chunk(id, 100)); },
        [&] { socket->text(chunk(id, 100)); },
        [&] { socket->text(end(id)); },
    };
    for (int i = 0; i <= cut; ++i) steps[static_cast<std::size_t>(i)]();
    if (socket)
      socket->break_off();
    else
      http.last_connect().refuse({Errc::unavailable, "nobody there"});
    loop.run_ready();
    EXPECT_EQ(l.dones, 1) << cut;
    EXPECT_EQ(l.ok(), cut == 5) << cut;
  }
}

}  // namespace
}  // namespace offhook::tts

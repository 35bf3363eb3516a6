#include "standins/client_testing.hpp"

namespace offhook::standins::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const net::Headers key = {{"Authorization", "Token k"}}, bearer = {{"Authorization", "Bearer k"}};
const std::string listen = "/v1/listen?model=nova-3&encoding=linear16&sample_rate=8000&endpointing=false";
const std::string chat = "/v1/chat/completions";
const std::string hello = R"({"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]})";
const std::string finalize = R"({"type":"Finalize"})";

Fault fault(Fault::Kind kind, std::size_t after = 0, int times = -1) {
  Fault fault;
  fault.kind = kind;
  fault.after = after;
  fault.times = times;
  return fault;
}

TEST(Faults, a_connection_is_cut_after_its_nth_message_for_every_n) {
  Settings settings = quick();
  settings.reply = "one two three";
  Client client(settings);
  for (std::size_t n = 0; n <= 7; ++n) {
    client.standins.set_faults(Service::openai_chat, {fault(Fault::Kind::cut, n)});
    const Answer answer = client.post(chat, bearer, hello);
    EXPECT_EQ(answer.events().size(), std::min<std::size_t>(n, 6)) << answer.body;
    EXPECT_EQ(answer.error.empty(), n == 7) << "behind the sixth, the last, the body's end is still missing";
  }
}

TEST(Faults, they_strike_in_order_and_as_often_as_they_may) {
  Client client;
  Fault refusal = fault(Fault::Kind::refuse, 0, 1);
  refusal.status = 429;
  refusal.retry_after = 2s;
  client.standins.set_faults(Service::deepgram, {fault(Fault::Kind::cut, 1, 1), refusal});
  auto first = client.open(listen, key);
  ASSERT_TRUE(first);
  first->text(finalize);
  EXPECT_NE(first->wait_for("from_finalize", "true"), "");
  EXPECT_THAT(first->closed(), Not(StartsWith("code")));
  EXPECT_FALSE(client.open(listen, key));
  EXPECT_THAT(client.refused, HasSubstr("429"));
  EXPECT_TRUE(client.open(listen, key));
  EXPECT_EQ(client.standins.counters(Service::deepgram).faults, 2);
  EXPECT_THAT(client.standins.complaints(), IsEmpty());
}

TEST(Faults, an_open_connection_can_be_struck) {
  Client client;
  auto cut = client.open(listen, key);
  ASSERT_TRUE(cut);
  client.standins.set_faults(Service::deepgram, {fault(Fault::Kind::cut)});
  EXPECT_THAT(cut->closed(), Not(StartsWith("code")));

  client.standins.clear_faults();
  auto failing = client.open(listen, key);
  Fault error = fault(Fault::Kind::error);
  error.body = "out of order";
  client.standins.set_faults(Service::deepgram, {error});
  EXPECT_EQ(text_at(failing->wait_for("type", "Error"), "description"), "out of order");
  EXPECT_THAT(failing->closed(), StartsWith("code 1011"));
}

TEST(Faults, garbage_takes_the_place_of_one_message_and_silence_of_all) {
  Client client;
  Fault noise = fault(Fault::Kind::garbage, 1, 1);
  noise.binary = true;
  client.standins.set_faults(Service::deepgram, {noise, fault(Fault::Kind::silent, 3, 1)});
  auto socket = client.open(listen, key);
  for (int i = 0; i < 3; ++i) socket->text(finalize);
  EXPECT_NE(socket->wait_for("from_finalize", "true"), "");
  EXPECT_NE(socket->wait_for("binary", "64"), "");
  EXPECT_NE(socket->wait_for("from_finalize", "true"), "");
  socket->text(finalize);
  const auto finalizes = [&] { return client.standins.counters(Service::deepgram).finalizes; };
  EXPECT_TRUE(Client::eventually([&] { return finalizes() == 4; })) << "it is still read";
  EXPECT_EQ(socket->all().size(), 3u);
}

TEST(Faults, a_reader_that_stops_takes_nothing_more) {
  Client client;
  auto socket = client.open(listen, key);
  ASSERT_TRUE(socket);
  socket->text(finalize);
  EXPECT_NE(socket->wait_for("from_finalize", "true"), "");
  client.standins.set_faults(Service::deepgram, {fault(Fault::Kind::stop_reading)});
  for (int i = 0; i < 50; ++i) socket->text(finalize);
  auto other = client.open("/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=8000", key);
  EXPECT_NE(other->wait_for("type", "Connected"), "") << "by now those before would have been read";
  EXPECT_LE(client.standins.counters(Service::deepgram).finalizes, 2) << "one may have been under way";
}

TEST(Faults, an_end_may_be_missing_and_a_limit_is_the_vendors) {
  Settings settings = quick();
  settings.reply = "one two";
  Client client(settings);
  client.standins.set_faults(Service::openai_chat, {fault(Fault::Kind::no_end)});
  const Answer answer = client.post(chat, bearer, hello);
  EXPECT_EQ(answer.error, "");
  EXPECT_THAT(answer.body, Not(HasSubstr("[DONE]")));
  EXPECT_THAT(answer.body, Not(HasSubstr("\"stop\"")));

  Fault limit = fault(Fault::Kind::limit);
  limit.limit = 1;
  client.standins.set_faults(Service::deepgram, {limit});
  auto held = client.open(listen, key);
  ASSERT_TRUE(held);
  EXPECT_FALSE(client.open(listen, key));
  EXPECT_THAT(client.refused, HasSubstr("TOO_MANY_REQUESTS"));
  EXPECT_EQ(client.standins.counters(Service::deepgram).most_open, 1);
}

TEST(Faults, a_delay_shifts_every_message) {
  Client client;
  Fault delay = fault(Fault::Kind::delay);
  delay.delay = 60ms;
  client.standins.set_faults(Service::openai_chat, {delay});
  const auto before = std::chrono::steady_clock::now();
  const Answer answer = client.post(chat, bearer, hello);
  EXPECT_GE(std::chrono::steady_clock::now() - before, 60ms);
  EXPECT_EQ(answer.events().back(), "[DONE]");
}

TEST(Faults, come_over_http_too) {
  Client client;
  const auto set = [&](std::string body) { return client.send("/standin/faults", {}, std::move(body)); };
  EXPECT_EQ(
      set(R"({"service":"openai.chat","faults":[{"kind":"refuse","status":503,"body":"{\"a\":1}","times":1}]})").status,
      200);
  const Answer refused = client.post(chat, bearer, hello);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.body, "{\"a\":1}");
  EXPECT_EQ(client.post(chat, bearer, hello).status, 200);
  EXPECT_THAT(set(R"({"service":"*","faults":[{"kind":"explode"}]})").body, HasSubstr("explode"));
  EXPECT_THAT(set(R"({"service":"nobody","faults":[]})").body, HasSubstr("nobody"));
  const Answer stats = client.send("/standin/stats", {}, "", "GET");
  EXPECT_EQ(text_at(stats.body, "openai.chat/connections"), "1");
  EXPECT_EQ(text_at(stats.body, "openai.chat/refused"), "1");
  EXPECT_EQ(text_at(stats.body, "complaints"), "[]");
}

TEST(Standins, can_be_killed_and_started_again_on_the_same_port) {
  Client client;
  const std::uint16_t port = client.standins.port();
  auto socket = client.open(listen, key);
  ASSERT_TRUE(socket);
  client.standins.stop();
  EXPECT_THAT(socket->closed(), Not(StartsWith("code")));
  EXPECT_FALSE(client.open(listen, key));
  client.standins.start();
  EXPECT_EQ(client.standins.port(), port);
  EXPECT_TRUE(client.open(listen, key)) << client.refused;
  EXPECT_TRUE(Client::eventually([&] { return client.standins.counters(Service::deepgram).connections == 2; }));
}

}  // namespace
}  // namespace offhook::standins::testing

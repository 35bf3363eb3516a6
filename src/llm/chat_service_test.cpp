#include "llm/chat_service.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>

#include "llm/providers.hpp"
#include "llm/scripted_server.hpp"
#include "net/event_loop.hpp"
#include "net/fake_services_testing.hpp"
#include "net/virtual_loop.hpp"

namespace offhook::llm {
namespace {

std::string event(std::string_view delta, std::string_view finish = "null") {
  return "data: {\"choices\":[{\"index\":0,\"delta\":" + std::string(delta) +
         ",\"finish_reason\":" + std::string(finish) + "}]}\n\n";
}
std::string word(std::string_view text) {
  return event("{\"content\":\"" + std::string(text) + "\"}");
}
const std::string last_event = event("{}", "\"stop\"");
const std::string done_event = "data: [DONE]\n\n";
const std::string usage_event = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\n\n";

struct Heard {
  std::string text;
  std::vector<ToolCall> calls;
  std::vector<Result<Answer>> ends;
  const Error& error() const { return ends.at(0).error(); }
};

Sink into(Heard& heard) {
  return {.token = [&](std::string_view t) { heard.text += t; },
          .tool_call = [&](ToolCall c) { heard.calls.push_back(std::move(c)); },
          .done = [&](Result<Answer> r) { heard.ends.push_back(std::move(r)); }};
}

// Deadlines and answers on a clock that stands still.
Spec at(std::string base_url, std::string model = "m", std::string key = {}) {
  Spec spec;
  spec.provider = "llama-server";
  spec.base_url = std::move(base_url);
  spec.model = std::move(model);
  spec.api_key = std::move(key);
  return spec;
}

struct Still {
  explicit Still(Spec spec = at("http://host:1/v1/")) : client(connect(loop, http, std::move(spec))) {}

  void ask(Duration first_token = 1s, Duration whole = 5s) {
    Request request;
    request.messages = {{Role::user, "Hi", {}, {}}};
    request.first_token = Deadline::in(loop.now(), first_token);
    request.deadline = Deadline::in(loop.now(), whole);
    handle = client->chat(std::move(request), into(heard));
  }

  net::VirtualLoop loop;
  net::FakeHttp http;
  Heard heard;
  std::unique_ptr<Client> client;
  std::unique_ptr<net::Pending> handle;
};

TEST(ChatService, words_tools_and_usage_come_as_they_are_sent) {
  Spec spec = at("http://host:1/v1/", "m", "sk-1");
  spec.cache_prompt = true;
  Still s(spec);
  s.ask();
  EXPECT_EQ(s.http.last().call.url, "http://host:1/v1/chat/completions");
  EXPECT_NE(s.http.last().call.body.find("\"cache_prompt\":true"), std::string::npos);
  EXPECT_TRUE(std::any_of(s.http.last().call.headers.begin(), s.http.last().call.headers.end(),
                          [](const auto& h) { return h.first == "Authorization" && h.second == "Bearer sk-1"; }));
  auto& answer = s.http.last();
  answer.head(200);
  answer.body(": ping\n\n" + word("Hel"));
  EXPECT_EQ(s.heard.text, "Hel");
  answer.body(word("lo") + event(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]})"));
  EXPECT_TRUE(s.heard.calls.empty());
  answer.body(event("{}", "\"tool_calls\""));
  EXPECT_EQ(s.heard.calls.size(), 1u);
  answer.body(usage_event + done_event);
  answer.end();
  ASSERT_EQ(s.heard.ends.size(), 1u);
  ASSERT_TRUE(s.heard.ends[0]) << s.heard.error().what;
  EXPECT_EQ(s.heard.text, "Hello");
  EXPECT_EQ(s.heard.ends[0]->usage.prompt_tokens, 9);
}

TEST(ChatService, no_key_no_header) {
  Still s;
  s.ask();
  for (const auto& [name, value] : s.http.last().call.headers) EXPECT_NE(name, "Authorization");
}

TEST(ChatService, connections_are_opened_ahead) {
  Still s;
  s.ask();
  EXPECT_EQ(s.http.warmed, 1);
  s.http.last().head(200);
  s.http.last().body(word("a") + last_event + done_event);
  s.http.last().end();
  EXPECT_EQ(s.http.warmed, 2);
}

TEST(ChatService, the_first_word_has_a_deadline_of_its_own) {
  Still s;
  s.ask(1s, 5s);
  s.http.last().head(200);
  s.http.last().body(": still loading\n\n" + event(R"({"role":"assistant","content":""})"));
  s.loop.advance(999ms);
  EXPECT_TRUE(s.heard.ends.empty());
  s.loop.advance(1ms);
  ASSERT_EQ(s.heard.ends.size(), 1u);
  EXPECT_EQ(s.heard.error().code, Errc::timeout);
  EXPECT_NE(s.heard.error().what.find("no word within 1000 ms"), std::string::npos) << s.heard.error().what;
  EXPECT_FALSE(s.http.last().open);
}

TEST(ChatService, after_the_first_word_only_the_whole_answer_has_one) {
  Still s;
  s.ask(1s, 5s);
  s.http.last().head(200);
  s.loop.advance(900ms);
  s.http.last().body(word("a"));
  s.loop.advance(4099ms);
  EXPECT_TRUE(s.heard.ends.empty());
  s.loop.advance(1ms);
  ASSERT_EQ(s.heard.ends.size(), 1u);
  EXPECT_EQ(s.heard.error().code, Errc::timeout);
  EXPECT_NE(s.heard.error().what.find("not ended within 5000 ms"), std::string::npos) << s.heard.error().what;
}

TEST(ChatService, done_does_not_wait_for_a_server_that_keeps_the_response_open) {
  Still s;
  s.ask();
  s.http.last().head(200);
  s.http.last().body(word("a") + last_event + done_event);
  EXPECT_TRUE(s.heard.ends.empty());
  s.loop.advance(20ms);
  ASSERT_EQ(s.heard.ends.size(), 1u);
  EXPECT_TRUE(s.heard.ends[0]);
}

TEST(ChatService, nothing_comes_after_the_handle_is_gone) {
  Still s;
  s.ask();
  auto exchange = s.http.sent.back();
  exchange->head(200);
  exchange->body(word("a"));
  s.handle.reset();
  EXPECT_FALSE(exchange->open);
  s.loop.advance(10s);
  EXPECT_EQ(s.heard.text, "a");
  EXPECT_TRUE(s.heard.ends.empty());
}

TEST(ChatService, a_callback_may_drop_the_handle) {
  Still s;
  for (const int at : {0, 1}) {
    std::unique_ptr<net::Pending> handle;
    int words = 0, ends = 0;
    handle = s.client->chat({}, {.token =
                                     [&](std::string_view) {
                                       if (++words == 2 && at == 0) handle.reset();
                                     },
                                 .tool_call = {},
                                 .done =
                                     [&](Result<Answer>) {
                                       ++ends;
                                       handle.reset();
                                     }});
    auto exchange = s.http.sent.back();
    exchange->head(200);
    exchange->body(word("a") + word("b") + word("c") + last_event + done_event);
    exchange->end();
    EXPECT_EQ(words, at == 0 ? 2 : 3);
    EXPECT_EQ(ends, at);
  }
}

TEST(ChatService, refusals_are_mapped_and_carry_the_servers_words_but_never_the_key) {
  const std::pair<int, Errc> cases[] = {{400, Errc::invalid},     {401, Errc::refused}, {403, Errc::refused},
                                        {404, Errc::not_found},   {429, Errc::full},    {500, Errc::unavailable},
                                        {503, Errc::unavailable}, {301, Errc::invalid}};
  for (const auto& [status, code] : cases) {
    Still s(at("http://host:1/v1?api-version=sk-secret", "m", "sk-secret"));
    s.ask();
    s.http.last().head(status, "application/json");
    s.http.last().body(R"({"error":{"message":"bad key sk-sec)");
    s.http.last().body(R"(ret given"}})");
    s.http.last().end();
    ASSERT_EQ(s.heard.ends.size(), 1u);
    EXPECT_EQ(s.heard.error().code, code) << status;
    EXPECT_NE(s.heard.error().what.find("bad key *** given"), std::string::npos) << s.heard.error().what;
    EXPECT_NE(s.heard.error().what.find("HTTP " + std::to_string(status)), std::string::npos);
    EXPECT_EQ(s.heard.error().what.find("sk-secret"), std::string::npos);
  }
}

TEST(ChatService, a_refusal_says_when_to_come_back) {
  Still s;
  s.ask();
  s.http.last().sink.head(429, {{"content-type", "application/json"}, {"retry-after", "7"}});
  s.http.last().body(R"({"error":{"message":"slow down"}})");
  s.http.last().end();
  ASSERT_EQ(s.heard.ends.size(), 1u);
  EXPECT_EQ(s.heard.error().code, Errc::full);
  EXPECT_EQ(s.heard.error().retry_after, 7s);
}

TEST(ChatService, an_error_within_the_stream_comes_after_the_words_before_it) {
  Still s;
  s.ask();
  s.http.last().head(200);
  s.http.last().body(word("Well") + "data: {\"error\":{\"message\":\"overloaded\",\"code\":503}}\n\n" + word("no"));
  ASSERT_EQ(s.heard.ends.size(), 1u);
  EXPECT_EQ(s.heard.text, "Well");
  EXPECT_EQ(s.heard.error().code, Errc::unavailable);
  EXPECT_NE(s.heard.error().what.find("asking m at http://host:1/v1: "), std::string::npos) << s.heard.error().what;
  EXPECT_NE(s.heard.error().what.find("overloaded"), std::string::npos);
  EXPECT_FALSE(s.http.last().open);
}

// The same loop for each dialect: what differs is in their own tests.
TEST(ChatService, every_dialect_answers_and_keeps_its_key_out_of_the_url) {
  const std::string anthropic =
      "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":9}}}\n\n"
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
      "\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\n"
      "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n"
      "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
  const std::string gemini =
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hello\"}]},\"finishReason\":\"STOP\"}],"
      "\"usageMetadata\":{\"promptTokenCount\":9}}\r\n\r\n";
  const std::string openai = word("Hello") + last_event + usage_event + done_event;
  for (const auto& [provider, stream] :
       {std::pair("anthropic", anthropic), std::pair("google", gemini), std::pair("openai", openai)}) {
    Spec spec;
    spec.provider = provider;
    spec.api_key = "sk-secret";
    Still s(spec);
    s.ask();
    EXPECT_EQ(s.http.last().call.url.find("sk-secret"), std::string::npos);
    EXPECT_TRUE(std::any_of(s.http.last().call.headers.begin(), s.http.last().call.headers.end(),
                            [](const auto& h) { return h.second.ends_with("sk-secret"); }));
    s.http.last().head(200);
    for (const char byte : stream) s.http.last().body(std::string_view(&byte, 1));
    s.loop.advance(20ms);  // none of them waits for the end of the response
    ASSERT_EQ(s.heard.ends.size(), 1u) << provider;
    ASSERT_TRUE(s.heard.ends[0]) << s.heard.error().what;
    EXPECT_EQ(s.heard.text, "Hello");
    EXPECT_EQ(s.heard.ends[0]->finish, "stop");
    EXPECT_EQ(s.heard.ends[0]->usage.prompt_tokens, 9);
  }
}

TEST(ChatService, a_request_that_cannot_be_written_fails_later_and_not_inside_chat) {
  Still s;
  Request request;
  request.tools = {{"t", "", "no json"}};
  s.handle = s.client->chat(std::move(request), into(s.heard));
  EXPECT_TRUE(s.heard.ends.empty());
  s.loop.run_ready();
  ASSERT_EQ(s.heard.ends.size(), 1u);
  EXPECT_EQ(s.heard.error().code, Errc::invalid);
  EXPECT_TRUE(s.http.sent.empty());
}

TEST(ChatService, a_page_instead_of_a_stream_says_what_came) {
  Still s;
  s.ask();
  s.http.last().head(200, "text/html");
  s.http.last().body("<html>hello</html>");
  s.http.last().end();
  EXPECT_NE(s.heard.error().what.find("text/html"), std::string::npos) << s.heard.error().what;
}

// Real sockets from here on.
class Rig {
 public:
  explicit Rig(const std::string& url) {
    loop_.start();
    on([&] {
      http_ = net::HttpClient::create(loop_);
      client_ = connect(loop_, *http_, at(url));
    });
  }
  ~Rig() {
    on([&] {
      handle_.reset();
      client_.reset();
      http_.reset();
    });
    loop_.stop();
    loop_.join();
  }

  void on(const std::function<void()>& work) {
    std::promise<void> done;
    loop_.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  // Asks, and waits until it is over or `enough` says so.
  Heard ask(Duration first_token = 10s, const std::function<bool(const Heard&)>& enough = {}) {
    Heard heard;
    std::promise<void> over;
    bool told = false;
    const auto tell = [&] {
      if (!std::exchange(told, true)) over.set_value();
    };
    on([&] {
      Request request;
      request.messages = {{Role::user, "Hi", {}, {}}};
      request.first_token = Deadline::in(loop_.now(), first_token);
      request.deadline = Deadline::in(loop_.now(), 20s);
      handle_ =
          client_->chat(std::move(request), {.token =
                                                 [&](std::string_view t) {
                                                   heard.text += t;
                                                   if (enough && enough(heard)) tell();
                                                 },
                                             .tool_call = [&](ToolCall c) { heard.calls.push_back(std::move(c)); },
                                             .done =
                                                 [&](Result<Answer> r) {
                                                   heard.ends.push_back(std::move(r));
                                                   tell();
                                                 }});
    });
    over.get_future().wait();
    on([&] { handle_.reset(); });
    return heard;
  }

 private:
  net::EventLoop loop_{"test"};
  std::unique_ptr<net::HttpClient> http_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<net::Pending> handle_;
};

const std::string stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::vector<std::string> plain_answer = {event(R"({"role":"assistant","content":""})"),
                                               word("Hel"),
                                               ": ping\n\n",
                                               word("lo"),
                                               last_event,
                                               usage_event,
                                               done_event};

std::string wire_of(const std::vector<std::string>& events) {
  std::string wire = stream_head;
  for (const std::string& e : events) {
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", e.size());
    wire += size + e + "\r\n";
  }
  return wire + "0\r\n\r\n";
}

TEST(ChatServiceOverSockets, an_answer_cut_after_any_byte_is_whole_or_an_error_and_ends_once) {
  const std::string wire = wire_of(plain_answer);
  const std::size_t complete = wire.find("\"stop\"");
  std::atomic<std::size_t> cut{0};
  ScriptedServer server([&](ScriptedServer::Connection& c) {
    c.say(std::string_view(wire).substr(0, cut));
    c.hang_up();
  });
  Rig rig(server.url());
  for (std::size_t n = 0; n <= wire.size(); n += n + 5 < wire.size() ? 5 : 1) {
    cut = n;
    const Heard heard = rig.ask();
    ASSERT_EQ(heard.ends.size(), 1u) << n;
    EXPECT_TRUE(std::string("Hello").starts_with(heard.text)) << n;
    if (n < complete) {
      EXPECT_FALSE(heard.ends[0]) << n;
    }
    if (n >= wire.find("0\r\n\r\n")) {
      EXPECT_TRUE(heard.ends[0]) << n;
    }
  }
}

TEST(ChatServiceOverSockets, connections_are_kept_when_the_answer_was_read_to_its_end) {
  std::mutex mutex;
  std::vector<const void*> used;
  ScriptedServer server([&](ScriptedServer::Connection& c) {
    {
      const std::lock_guard lock(mutex);
      used.push_back(&c);
    }
    c.say(wire_of(plain_answer));
  });
  Rig rig(server.url());
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(rig.ask().ends.at(0));
  std::sort(used.begin(), used.end());
  EXPECT_LE(std::unique(used.begin(), used.end()) - used.begin(), 5);
}

TEST(ChatServiceOverSockets, garbage_stalls_and_refusals_end_with_the_error_that_fits) {
  std::string play;
  bool hold = false;
  ScriptedServer server([&](ScriptedServer::Connection& c) {
    c.say(play);
    if (hold) c.wait_for_close();
    c.hang_up();
  });
  Rig rig(server.url());
  const auto code = [&](std::string bytes, Duration first_token = 10s) {
    play = std::move(bytes);
    const Heard heard = rig.ask(first_token);
    return heard.ends.size() == 1 && !heard.ends[0] ? name(heard.error().code) : "no error";
  };
  EXPECT_EQ(code(stream_head + "2c\r\ndata: {\"error\":{\"message\":\"x\",\"code\":503}}\n\n\r\n"), "unavailable");
  EXPECT_EQ(code(stream_head + "a\r\ndata: }{\n\n\r\n"), "invalid");
  EXPECT_NE(code("\x16\x03\x01 what is this\r\n\r\n"), "no error");
  EXPECT_EQ(code("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}"), "refused");
  hold = true;
  EXPECT_EQ(code("", 50ms), "timeout");
  EXPECT_EQ(code(stream_head, 50ms), "timeout");
}

TEST(ChatServiceOverSockets, dropping_the_handle_closes_the_connection) {
  std::promise<bool> closed;
  ScriptedServer server([&](ScriptedServer::Connection& c) {
    c.say(stream_head);
    c.chunk(word("Well"));
    closed.set_value(c.wait_for_close());
    c.hang_up();
  });
  Rig rig(server.url());
  const Heard heard = rig.ask(10s, [](const Heard& h) { return !h.text.empty(); });
  EXPECT_EQ(heard.text, "Well");
  EXPECT_TRUE(heard.ends.empty());
  EXPECT_TRUE(closed.get_future().get());
}

TEST(ChatServiceOverSockets, nobody_there_asks_whether_the_server_runs) {
  std::string url;
  {
    ScriptedServer gone([](ScriptedServer::Connection&) {});
    url = gone.url();
  }
  Rig rig(url);
  const Heard heard = rig.ask();
  ASSERT_EQ(heard.ends.size(), 1u);
  EXPECT_EQ(heard.error().code, Errc::unavailable) << heard.error().what;
  EXPECT_NE(heard.error().what.find("is the server running at " + url), std::string::npos) << heard.error().what;
}

}  // namespace
}  // namespace offhook::llm

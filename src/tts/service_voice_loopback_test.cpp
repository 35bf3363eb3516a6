// The services' voices over real sockets: what the fakes of the other tests promise, kept by the real client.
#include <future>

#include "net/event_loop.hpp"
#include "net/http_server.hpp"
#include "tts/resilient.hpp"
#include "tts/service_voice_testing.hpp"

namespace offhook::tts {
namespace {

// A Cartesia that says one word of 100 samples a context and hangs up at "hang up", and an OpenAI that sends odd
// pieces.
class Services final : public net::Service {
 public:
  std::atomic<int> sockets{0}, cancels{0};

  void serve(net::Loop&, net::HttpRequest request, Respond respond) override {
    if (request.header("authorization") != "Bearer good")
      return respond({.status = 401, .body = R"({"error":{"message":"Incorrect API key: bad"}})", .headers = {}});
    respond({.type = "audio/pcm", .body = {}, .headers = {}, .streamed = [](std::shared_ptr<net::ResponseBody> body) {
               for (int i = 0; i < 15; ++i) (void)body->write(std::string(301, '\x11'));
               (void)body->write(std::string(4800 - 15 * 301, '\x11'));
               body->end();
             }});
  }
  std::variant<net::HttpResponse, Accept> upgrade(net::Loop&, const net::HttpRequest& request) override {
    if (request.header("x-api-key") != "good")
      return net::HttpResponse{.status = 401, .body = "who is bad?", .headers = {}};
    return Accept([this](std::shared_ptr<net::WebSocket> socket) {
      ++sockets;
      auto* handler = new Handler(*this, std::move(socket));
      handler->socket->set_handler(handler);
    });
  }

 private:
  struct Handler final : net::WebSocket::Handler {  // its own until the end of the socket
    Handler(Services& of, std::shared_ptr<net::WebSocket> s) : services(of), socket(std::move(s)) {}
    void on_text(std::string_view text) override {
      const auto request = boost::json::parse(text).as_object();
      if (request.contains("cancel")) {
        ++services.cancels;
        return;
      }
      const std::string id(request.at("context_id").as_string()), words(request.at("transcript").as_string());
      const auto say = [&](const std::string& rest) {
        (void)socket->send_text(R"({"context_id":")" + id + "\"," + rest + "}");
      };
      say(R"("type":"chunk","data":")" + ServiceVoice::base64(100) + "\"");
      if (words == "Hang up.") return socket->close(1011, "going down");
      if (words != "For ever.") say(R"("type":"done","done":true)");
    }
    void on_binary(std::string_view) override {}
    void on_closed(bool, std::string_view) override { delete this; }
    Services& services;
    std::shared_ptr<net::WebSocket> socket;
  };
};

struct ServiceVoiceLoopback : testing::Test {
  Services services;
  net::EventLoop loop{"loop"};
  std::unique_ptr<net::HttpServer> server;
  std::unique_ptr<net::HttpClient> http;

  void SetUp() override {
    net::ServerOptions options;
    options.port = 0;
    auto made = net::HttpServer::listen({&loop}, options, services);
    ASSERT_TRUE(made) << made.error().what;
    server = std::move(*made);
    loop.start();
    server->start();
    on([&] { http = net::HttpClient::create(loop); });
  }
  void TearDown() override {
    on([&] { http.reset(); });
    server.reset();
    loop.stop();
    loop.join();
  }
  void on(std::function<void()> task) {
    std::promise<void> done;
    loop.post([&] {
      task();
      done.set_value();
    });
    ASSERT_EQ(done.get_future().wait_for(20s), std::future_status::ready);
  }
  std::string base() { return "http://127.0.0.1:" + std::to_string(server->port()); }
  std::unique_ptr<Voice> make(Spec spec) {
    spec.base_url = base();
    std::unique_ptr<Voice> voice;
    on([&] { voice = connect(loop, *http, std::move(spec)); });
    return voice;
  }
  void drop(std::unique_ptr<Voice> voice) {
    on([&] { voice.reset(); });
  }
  // Until it is done.
  Listener speak(Voice& voice, const std::string& text) {
    Listener listener;
    std::promise<void> done;
    on([&] {
      Sink sink = listener.sink();
      sink.done = [&, told = sink.done](Result<Spoken> result) {
        told(std::move(result));
        listener.handle.reset();
        done.set_value();
      };
      listener.handle = voice.synthesize(loop, {text, 8000, Deadline::in(loop.now(), 10s), {}}, std::move(sink));
    });
    EXPECT_EQ(done.get_future().wait_for(20s), std::future_status::ready);
    return listener;
  }
};

TEST_F(ServiceVoiceLoopback, clauses_share_a_socket_that_comes_back) {
  auto voice = make({.provider = "cartesia", .api_key = "good", .voice = "v"});
  on([&] { voice->warm(loop); });
  for (int i = 0; i < 3; ++i) {
    const Listener l = speak(*voice, "Hello.");
    EXPECT_TRUE(l.ok()) << l.what();
    EXPECT_EQ(l.sound.size(), 100u);
  }
  EXPECT_EQ(services.sockets, 1);
  const Listener cut = speak(*voice, "Hang up.");
  EXPECT_EQ(cut.code(), Errc::closed);
  EXPECT_THAT(cut.what(), testing::HasSubstr("going down"));
  EXPECT_TRUE(speak(*voice, "Hello.").ok());
  EXPECT_EQ(services.sockets, 2);
  drop(std::move(voice));
}

TEST_F(ServiceVoiceLoopback, a_wrong_key_is_told_without_the_key) {
  for (const char* provider : {"cartesia", "openai"}) {
    auto voice = make({.provider = provider, .api_key = "bad", .voice = "v"});
    const Listener l = speak(*voice, "Hello.");
    EXPECT_EQ(l.code(), Errc::refused) << provider;
    EXPECT_THAT(l.what(), testing::AllOf(testing::HasSubstr("401"), testing::Not(testing::HasSubstr("bad"))));
    drop(std::move(voice));
  }
}

TEST_F(ServiceVoiceLoopback, sound_streams_out_of_a_response) {
  auto voice = make({.provider = "openai", .api_key = "good"});
  const Listener l = speak(*voice, "Hello.");
  EXPECT_TRUE(l.ok()) << l.what();
  EXPECT_EQ(l.sound.size(), 800u);
  drop(std::move(voice));
}

TEST_F(ServiceVoiceLoopback, dropping_the_handle_tells_the_service) {
  auto voice = make({.provider = "cartesia", .api_key = "good", .voice = "v"});
  Listener listener;
  std::promise<void> begun;
  on([&] {
    Sink sink = listener.sink();
    sink.audio = [&](std::span<const std::int16_t>) { begun.set_value(); };
    listener.handle = voice->synthesize(loop, {"For ever.", 8000, {}, {}}, std::move(sink));
  });
  ASSERT_EQ(begun.get_future().wait_for(20s), std::future_status::ready);
  on([&] { listener.handle.reset(); });
  EXPECT_TRUE(speak(*voice, "Hello.").ok());
  EXPECT_EQ(services.cancels, 1) << "it came before the next clause, on the same socket";
  EXPECT_EQ(services.sockets, 1);
  EXPECT_EQ(listener.dones, 0);
  drop(std::move(voice));
}

TEST_F(ServiceVoiceLoopback, a_clause_survives_the_loss_of_a_service) {
  auto first = make({.provider = "cartesia", .api_key = "good", .voice = "v"});
  auto second = make({.provider = "openai", .api_key = "good"});
  net::ServiceHealth health("cartesia", {});
  auto voice = resilient({{"cartesia", first.get(), &health}, {"openai", second.get(), nullptr}});
  const Listener l = speak(*voice, "Hang up.");
  EXPECT_TRUE(l.ok()) << l.what();
  EXPECT_EQ(l.sound.size(), 900u);
  EXPECT_EQ(l.ok() ? (**l.done).voice : "?", "");
  drop(std::move(voice));
  drop(std::move(first));
  drop(std::move(second));
}

}  // namespace
}  // namespace offhook::tts

// For tests: an HttpClient whose answers the test writes by hand, so that deadlines can be tested on a VirtualLoop.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/http_client.hpp"

namespace offhook::llm {

class FakeHttp final : public net::HttpClient {
 public:
  struct Exchange {
    net::HttpCall call;
    net::HttpSink sink;
    bool open = true;  // neither done nor cancelled

    void head(int status, std::string type = "text/event-stream") {
      if (open && sink.head) sink.head(status, {{"content-type", std::move(type)}});
    }
    void body(std::string_view bytes) {
      if (open && sink.body) sink.body(bytes);
    }
    void end(Result<void> result = {}) {
      if (std::exchange(open, false)) sink.done(std::move(result));
    }
  };

  std::vector<std::shared_ptr<Exchange>> sent;
  int warmed = 0;

  Exchange& last() { return *sent.back(); }

  std::unique_ptr<net::Pending> send(net::HttpCall call, net::HttpSink sink) override {
    sent.push_back(std::make_shared<Exchange>(Exchange{std::move(call), std::move(sink), true}));
    return std::make_unique<Handle>(sent.back());
  }
  void warm(const std::string&) override { ++warmed; }
  std::unique_ptr<net::Pending> connect(SocketCall,
                                        std::function<void(Result<std::shared_ptr<net::WebSocket>>)>) override {
    return nullptr;
  }

 private:
  struct Handle final : net::Pending {
    explicit Handle(std::shared_ptr<Exchange> e) : exchange(std::move(e)) {}
    ~Handle() override { exchange->open = false; }
    std::shared_ptr<Exchange> exchange;
  };
};

}  // namespace offhook::llm

// For tests: an MCP server played by hand, over all its sessions.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json_fields.hpp"
#include "tools/mcp_server.hpp"

namespace offhook::tools {

struct McpScene {
  struct Sent {
    std::int64_t id;
    std::string method;
    json::object message;
    Deadline deadline;
  };

  struct Transport final : McpTransport {
    Transport(McpScene& s, Sink k) : scene(s), sink(std::make_shared<Sink>(std::move(k))) { scene.transport = this; }
    ~Transport() override {
      if (scene.transport == this) scene.transport = nullptr;
    }
    void send(std::int64_t id, std::string message, Deadline deadline) override {
      const json::object object = *parse_object(message);
      scene.sent.push_back({id, std::string(text_in(object, "method")), object, deadline});
    }
    void agreed(std::string_view revision) override { scene.revision = revision; }
    void close(std::function<void()> done) override { scene.closed = std::move(done); }
    McpScene& scene;
    std::shared_ptr<Sink> sink;
  };

  McpServer::Connect connect() {
    return [this](McpTransport::Sink sink) {
      ++sessions;
      return std::make_unique<Transport>(*this, std::move(sink));
    };
  }
  void say(const std::string& message) {
    const auto sink = transport->sink;
    sink->message(message);
  }
  void fail(std::int64_t id, Error why) {
    const auto sink = transport->sink;
    sink->failed(id, std::move(why));
  }
  void lose(const std::string& why = "it exited with status 1") {
    const auto sink = transport->sink;
    sink->lost({Errc::closed, why});
  }
  void answer(const std::string& result) {
    say(R"({"jsonrpc":"2.0","id":)" + std::to_string(sent.back().id) + R"(,"result":)" + result + "}");
  }
  void greet() {
    ASSERT_EQ(sent.back().method, "initialize");
    answer(R"({"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"crm","version":"1"}})");
  }
  void offer(const std::string& names) {
    ASSERT_EQ(sent.back().method, "tools/list");
    std::string tools;
    for (const char name : names)
      tools += std::string(tools.empty() ? "" : ",") + R"({"name":")" + name + R"(","inputSchema":{}})";
    answer(R"({"tools":[)" + tools + "]}");
  }

  std::vector<Sent> sent;
  std::string revision;
  Transport* transport = nullptr;
  int sessions = 0;
  std::function<void()> closed;
};

}  // namespace offhook::tools

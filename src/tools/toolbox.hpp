// Runs what a model has called: holds the arguments to the tool's schema, sends the request, reads the answer. One for
// an agent and loop; shared by its calls.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_client.hpp"
#include "tools/tool.hpp"

namespace offhook::tools {

class Toolbox {
 public:
  // The client's connections may be shared with others: each is asked for its address again.
  Toolbox(net::Loop& loop, net::HttpClient& http, const std::vector<Tool>& tools);
  ~Toolbox();

  // `done` comes once, on the loop, never from inside; not after the handle is destroyed, which cancels. `who` is for
  // the log.
  std::unique_ptr<net::Pending> call(const std::string& who, std::string_view name, std::string_view arguments,
                                     std::function<void(Told)> done);

 private:
  struct Known;
  net::Loop& loop_;
  net::HttpClient& http_;
  std::vector<Known> tools_;
};

}  // namespace offhook::tools

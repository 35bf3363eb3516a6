// What a model is told of a tool's answer: its text if it is one, else one plain sentence. The answer is a stranger's:
// a web page, an error, nothing, ten megabytes, bytes that are no text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "net/http.hpp"
#include "tools/tool.hpp"

namespace offhook::tools {

class HttpAnswer {
 public:
  static constexpr std::size_t kMost = 1 << 20;   // bytes that are read at all
  static constexpr std::size_t kTold = 16 << 10;  // bytes that a model is told
  explicit HttpAnswer(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {}

  void head(int status, const net::Headers& headers);
  void body(std::string_view chunk);
  Told told() const;  // once all has come
  int status() const { return status_; }

 private:
  std::vector<std::string> secrets_;
  int status_ = 0;
  std::string type_, body_;
  std::size_t size_ = 0;
};

// Of an exchange that came to no end.
Told told_of(const Error& error);

}  // namespace offhook::tools

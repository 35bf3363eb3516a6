#include <cstdint>
#include <cstdlib>

#include "net/http_parser.hpp"

// Wherever the bytes are cut, the same requests and answers come out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook::net;
  if (size == 0) return 0;
  const std::size_t step = data[0] % 32 + 1;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);

  const auto requests = [&](std::size_t piece) {
    RequestParser parser(100);
    std::string told;
    for (std::size_t i = 0; i < bytes.size(); i += piece) {
      auto fed = parser.feed(bytes.substr(i, piece));
      while (fed && parser.done()) {
        const HttpRequest request = parser.take();
        if (request.body.size() > 100) std::abort();
        told += request.method + request.target + request.body + std::to_string(request.headers.size()) + ";";
        fed = parser.feed({});
      }
      if (!fed) break;  // perhaps later in the stream than when fed at once: an unfinished head is not judged yet
    }
    return told;
  };
  const auto answer = [&](std::size_t piece) {
    ResponseParser parser(false, 100);
    std::string body;
    for (std::size_t i = 0; i < bytes.size(); i += piece) {
      const bool ok = parser.feed(bytes.substr(i, piece)).ok();
      body += parser.take_body();
      if (!ok || parser.done()) break;
    }
    (void)parser.end();
    if (body.size() > 100) std::abort();
    return body;
  };
  if (requests(bytes.size() + 1) != requests(step)) std::abort();
  (void)answer(step);
  (void)answer(bytes.size() + 1);
  return 0;
}

// What one 20 ms frame of the wire costs: g++ -std=c++20 -O2 -Isrc over this file, twilio_*.cpp, base64.cpp and
// utf8.cpp, with Boost.JSON. Under callgrind, `read N`, `scan N` and `write N` do one thing only.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include "base/base64.hpp"
#include "edge/twilio_frames.hpp"

using namespace offhook::edge;

using namespace offhook;
int main(int argc, char** argv) {
  const std::string_view only = argc > 1 ? argv[1] : "all";
  const long rounds = argc > 2 ? std::atol(argv[2]) : 1'000'000;
  std::vector<std::uint8_t> sound(160);
  std::iota(sound.begin(), sound.end(), std::uint8_t{0});
  const std::string sid = "MZ0123456789abcdef0123456789abcdef";
  std::string message = R"({"event":"media","sequenceNumber":"1234","streamSid":")" + sid +
                        R"(","media":{"track":"inbound","chunk":"1233","timestamp":"24660","payload":")";
  append_base64(message, sound);
  message += R"("}})";

  std::uint64_t sum = 0;
  std::string out;
  FrameBuffer buffer;
  const auto measure = [&](std::string_view name, auto&& once) {
    if (only != "all" && only != name) return;
    const auto begin = std::chrono::steady_clock::now();
    for (long i = 0; i < rounds; ++i) once();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
    std::printf("%-6s %7.1f ns a frame\n", name.data(), took.count() / static_cast<double>(rounds));
  };
  measure("scan", [&] { sum += std::get<Media>(parse_frame(message, buffer)).audio.size(); });
  measure("read", [&] { sum += std::get<Media>(read_frame(message, buffer)).audio.size(); });
  measure("decode",
          [&] { sum += *decode_base64(std::string_view(message).substr(message.size() - 219, 216), buffer.audio); });
  measure("write", [&] {
    out.clear();
    write_media(out, sid, sound);
    sum += out.size();
  });
  return sum == 1 ? 1 : 0;
}

// For tests: a voice of providers.hpp whose service the test plays.
#pragma once

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "base/base64.hpp"
#include "net/fake_services_testing.hpp"
#include "net/virtual_loop.hpp"
#include "tts/providers.hpp"
#include "tts/voices_testing.hpp"

namespace offhook::tts {

struct ServiceVoice : testing::Test {
  net::VirtualLoop loop;
  net::FakeHttp http;
  std::unique_ptr<Voice> voice;

  void use(Spec spec) {
    voice = connect(loop, http, std::move(spec));
    ASSERT_TRUE(voice);
  }
  void speak(Listener& listener, std::string text, Deadline first_sound = {}, int rate = 8000) {
    listener.handle = voice->synthesize(loop, {std::move(text), rate, first_sound, {}}, listener.sink());
    loop.run_ready();
  }
  std::shared_ptr<net::FakeSocket> accept(std::size_t connect) {
    auto socket = http.connects.at(connect)->accept(loop);
    loop.run_ready();
    return socket;
  }
  std::shared_ptr<net::FakeSocket> accept() { return accept(http.connects.size() - 1); }
  static boost::json::object sent(const net::FakeSocket& socket, std::size_t i) {
    return i < socket.sent.size() ? boost::json::parse(socket.sent[i].bytes).as_object() : boost::json::object();
  }
  static std::string base64(std::size_t samples, std::uint8_t low = 1) {
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i < samples; ++i) bytes.insert(bytes.end(), {low, 0});
    std::string out;
    append_base64(out, bytes);
    return out;
  }
};

}  // namespace offhook::tts

// Servers that speak the vendors' protocols, as strictly as the vendors, all on one port: so that providers are tested,
// and load is measured, without any cloud.
//
//   ws   /v1/listen  /v2/listen  /v1/speak                                        Deepgram
//   ws   /tts/websocket                                                           Cartesia
//   ws   /v1/text-to-speech/{voice}/stream-input, …/multi-stream-input            ElevenLabs
//   POST /v1/chat/completions  /v1/audio/transcriptions  /v1/audio/speech         OpenAI
//   POST /v1/messages                                                             Anthropic
//   POST /v1beta/models/{model}:streamGenerateContent?alt=sse, :generateContent   Gemini (v1 too)
//   GET  /standin/stats  /standin/received?service=…   POST /standin/faults  /standin/clear
//
// A key is any text but "wrong". What a client does wrong is answered with the vendor's error and kept in complaints().
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "standins/faults.hpp"
#include "standins/ledger.hpp"
#include "standins/settings.hpp"

namespace offhook::standins {

// On an event loop and a thread of its own. Everything may be called from any one thread at a time but that one.
class Standins {
 public:
  explicit Standins(Settings settings = {});  // throws std::runtime_error where the port cannot be had
  ~Standins();
  Standins(const Standins&) = delete;
  Standins& operator=(const Standins&) = delete;

  std::string http_url() const;  // "http://127.0.0.1:41234"; https with a certificate
  std::string ws_url() const;
  std::uint16_t port() const;

  void set_faults(Service service, std::vector<Fault> faults);  // in force when it returns, for what is open too
  void clear_faults();
  void change(const std::function<void(Settings&)>& change);  // on the loop; not of host, port, certificate, log_lines

  Counters counters(Service service) const;
  std::vector<std::string> received(Service service) const;  // the last messages and requests, oldest first
  std::vector<std::string> complaints() const;
  std::string stats() const;  // JSON
  void clear();               // counters, messages, complaints

  // As if the process were killed, and started again on the same port. Counters and faults stay.
  void stop();
  void start();  // throws as the constructor does

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace offhook::standins

// The services that an agent's file names: for hearing, thinking and speaking a first choice and what takes over when
// it fails (`fallback:`). Which there are stands in the tables of stt/, llm/ and tts/; here they are read and checked.
#pragma once

#include <string>
#include <vector>

#include "llm/providers.hpp"
#include "server/fields.hpp"
#include "stt/providers.hpp"
#include "stt/sherpa.hpp"
#include "tts/kokoro.hpp"
#include "tts/providers.hpp"

namespace offhook::server {

inline constexpr std::size_t kMostFallbacks = 4;

struct Hearing {
  stt::Spec spec;
  stt::SherpaFiles files;  // of provider sherpa: any model that sherpa-onnx runs
};
struct Speaking {
  tts::Spec spec;
  tts::KokoroFiles files;  // of provider kokoro
};

// Each reads a map of the file with its `fallback` list: never empty, the first choice first, everything that the file
// leaves out filled in from the provider's row. A key that is missing is a mistake only where the address is the
// vendor's own; the vendor's usual variable is read for the vendor alone.
void read_hearing(Fields stt, std::vector<Hearing>& out);
void read_thinking(Fields llm, std::vector<llm::Spec>& out);
void read_speaking(Fields tts, std::vector<Speaking>& out);

bool finds_turns(const stt::Spec& spec);  // it may own the turns

// "deepgram nova-3", "local": as errors, logs, metrics and the price file name it.
std::string service_name(const stt::Spec& spec);
std::string service_name(const llm::Spec& spec);
std::string service_name(const tts::Spec& spec);

// In a sentence for people: "deepgram nova-3 at api.deepgram.com with a key, else the embedded recogniser".
std::string described(const std::vector<Hearing>& choices);
std::string described(const std::vector<llm::Spec>& choices);
std::string described(const std::vector<Speaking>& choices);

}  // namespace offhook::server

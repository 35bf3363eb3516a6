#include "turns/voices.hpp"

#include <array>
#include <span>
#include <utility>

#include "audio/resampler.hpp"
#include "audio/wav.hpp"
#include "turns/program.hpp"

namespace offhook::turns {
namespace {

constexpr std::array kFlite = {"rms", "slt", "awb", "kal16"};
constexpr std::array kEspeak = {"en-us+m3", "en-gb+f3", "en-us+f5"};

}  // namespace

Voices::Voices(VoiceFiles files) : files_(std::move(files)) {}
Voices::~Voices() = default;

Result<std::unique_ptr<Voices>> Voices::open(VoiceFiles files, const std::function<void(std::string)>& missing) {
  std::unique_ptr<Voices> out(new Voices(std::move(files)));
  if (is_installed("flite"))
    for (const char* voice : kFlite) out->names_.push_back(std::string("flite:") + voice);
  else
    missing("flite is not installed: its four voices are left out");
  if (is_installed("espeak-ng"))
    for (const char* voice : kEspeak) out->names_.push_back(std::string("espeak-ng:") + voice);
  else
    missing("the program espeak-ng is not installed (its library alone does not do): its voices are left out");
  if (!out->files_.piper.empty()) {
    auto piper = tts::Reciter::open({out->files_.piper, out->files_.piper_json});
    if (piper) {
      out->piper_ = std::move(*piper);
      out->names_.push_back("piper:joe");
    } else {
      missing("Piper's voice is left out: " + piper.error().what);
    }
  }
  if (out->names_.empty())
    return Error{Errc::not_found, "no voice to speak with; install flite (the Debian package of that name)"};
  return out;
}

Result<Voices::Said> Voices::say(const std::string& voice, std::string_view text) {
  const std::size_t colon = voice.find(':');
  const std::string kind = voice.substr(0, colon), which = voice.substr(colon + 1);
  const std::string out = files_.scratch + "/said.wav";
  if (kind == "piper" && piper_) return by_piper(text);
  if (kind == "flite") return by_program({"flite", "-voice", which, "-t", std::string(text), "-o", out}, out);
  if (kind == "espeak-ng")
    return by_program({"espeak-ng", "-v", which, "-s", "160", "-w", out, std::string(text)}, out);
  return Error{Errc::not_found, "there is no voice " + voice};
}

Result<Voices::Said> Voices::by_program(std::vector<std::string> arguments, const std::string& out) {
  if (auto ran = run_program(arguments); !ran) return ran.error();
  auto sound = sound_of_file(out);
  if (!sound) return sound.error();
  for (std::string& a : arguments)
    if (a == out) a = "FILE";
  return Said{std::move(*sound), shown(arguments)};
}

Result<Voices::Said> Voices::by_piper(std::string_view text) {
  auto sound = piper_->say(text, kRate);
  if (!sound) return sound.error();
  return Said{std::move(*sound), "piper joe \"" + std::string(text) + "\""};
}

Result<Sound> sound_of_file(const std::string& path) {
  const auto wav = audio::read_wav(path);
  if (!wav) return wav.error();
  const auto samples = wav->channel(0);
  return audio::resample(std::span<const std::int16_t>(samples), wav->rate, kRate);
}

}  // namespace offhook::turns

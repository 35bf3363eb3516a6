// Kokoro-82M v1.0 (Apache-2.0, hexgrad/Kokoro-82M) on ONNX Runtime: 24 kHz; phonemes from libespeak-ng, as for Piper.
// It was tried with the int8 model and a Japanese voice that read English; an English voice is UNTESTED, as is the
// float model. Measured with int8 on a core of an EPYC: 0.7 s of it for a second of sound, of which 0.9 s around each
// sentence are silence, so "Okay, one moment." takes 1.4 s (Piper: 0.1 s). That is slower than a conversation wants;
// and two calls that speak at once keep both threads of the pool busy.
#pragma once

#include <memory>
#include <string>

#include "tts/tts.hpp"

namespace offhook::tts {

struct KokoroFiles {
  std::string model;     // .onnx with the inputs tokens or input_ids, style and speed
  std::string voices;    // one voice's table or many in a .npz: kokoro_style.hpp
  std::string voice;     // "af_heart"; found by this name in a .npz
  std::string config;    // the model's config.json, for its vocabulary; empty: the one of v1.0
  std::string language;  // whose phonemes, espeak-ng's name; empty: by the voice's first letter: a en-us, b en-gb,
                         // e es, f fr-fr, h hi, i it, p pt-br. Voices of others need front ends that are not here
  float speed = 1;       // 0.5 to 2
};
Result<std::unique_ptr<Voice>> load_kokoro(const KokoroFiles& files, inference::Pool& pool);

}  // namespace offhook::tts

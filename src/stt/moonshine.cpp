// Moonshine (Jeffries et al. 2024, "Moonshine: Speech Recognition for Live Transcription and Voice Commands") encodes
// what it is given, not 30 s padded with silence, so a decode costs by its length: see segment_session.hpp. sherpa-onnx
// stops it at 15 tokens a second of sound, which only noise reaches (5 s of it may cost 0.7 s); no option lowers that.
#include "stt/sherpa.hpp"

namespace offhook::stt {

Result<std::unique_ptr<Recognizer>> load_moonshine(const MoonshineFiles& files, inference::Pool& pool) {
  return load_sherpa({.family = SherpaFamily::moonshine,
                      .encoder = files.encoder,
                      .decoder = files.decoder,
                      .joiner = {},
                      .model = {},
                      .tokens = files.tokens,
                      .language = {}},
                     pool);
}

}  // namespace offhook::stt

// Any recogniser of whole utterances that sherpa-onnx runs, by the files it is made of; segment_session.hpp cuts the
// caller's speech into them. The files are those published for sherpa-onnx: it reads what it must know of a model out
// of the model's own metadata.
//
// Only Moonshine has been tried. The other families are UNTESTED: their files are checked and handed over as
// sherpa-onnx documents it, no more.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "stt/stt.hpp"

namespace offhook::stt {

enum class SherpaFamily { moonshine, whisper, transducer, paraformer, sense_voice, nemo_ctc, zipformer_ctc };

std::string_view name(SherpaFamily family);  // as the enumerators are written
std::optional<SherpaFamily> find_sherpa_family(std::string_view name);

// Paths. A family takes some of them and is given no others:
//   moonshine (version 2)                            encoder, decoder (merged), tokens
//   whisper                                          encoder, decoder, tokens
//   transducer (zipformer, Parakeet TDT)             encoder, decoder, joiner, tokens
//   paraformer, sense_voice, nemo_ctc, zipformer_ctc model, tokens
struct SherpaFiles {
  SherpaFamily family = SherpaFamily::moonshine;
  std::string encoder, decoder, joiner, model, tokens;
  std::string language;  // "en", for whisper and sense_voice; empty: they find out
};

// Runs in the pool, which must outlive the recogniser and its sessions and go before the loops. Loading takes a second
// or more; a second pass as long as the longest segment is done at once, so that calls find the memory warm.
Result<std::unique_ptr<Recognizer>> load_sherpa(const SherpaFiles& files, inference::Pool& pool);

}  // namespace offhook::stt

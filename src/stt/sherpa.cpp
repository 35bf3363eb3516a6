#include "stt/sherpa.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <fstream>
#include <future>
#include <system_error>
#include <utility>

#include "sherpa-onnx/c-api/c-api.h"
#include "stt/segment_session.hpp"
#include "stt/tidy.hpp"

namespace offhook::stt {
namespace {

// Shorter speech is padded with silence: of less, models make nothing, or rubbish.
constexpr std::size_t kShortest = kRate / 2;
// Behind speech that ends with its last word Moonshine hears others ("At ten o'clock" was "Aftonic luck"). With this
// much silence there, a quarter of its errors in short answers are gone; silence in front helps some voices and harms
// others.
constexpr std::size_t kSilenceBehind = kRate * 3 / 10;
constexpr int kLongest = 12;  // seconds; turns are cut into segments soon after

template <class T, void (*destroy)(const T*)>
struct Destroy {
  void operator()(const T* object) const { destroy(object); }
};
using Engine = std::unique_ptr<const SherpaOnnxOfflineRecognizer,
                               Destroy<SherpaOnnxOfflineRecognizer, SherpaOnnxDestroyOfflineRecognizer>>;
using Stream =
    std::unique_ptr<const SherpaOnnxOfflineStream, Destroy<SherpaOnnxOfflineStream, SherpaOnnxDestroyOfflineStream>>;
using Answer = std::unique_ptr<const SherpaOnnxOfflineRecognizerResult,
                               Destroy<SherpaOnnxOfflineRecognizerResult, SherpaOnnxDestroyOfflineRecognizerResult>>;

struct Family {
  SherpaFamily family;
  std::string_view name;
  bool in_parts;              // encoder and decoder, else one model
  std::string_view metadata;  // what sherpa-onnx asks of the encoder or the model first, and ends the process without
  bool joiner = false;
};
constexpr Family kFamilies[] = {{SherpaFamily::moonshine, "moonshine", true, ""},
                                {SherpaFamily::whisper, "whisper", true, "n_mels"},
                                {SherpaFamily::transducer, "transducer", true, "model_type", true},
                                {SherpaFamily::paraformer, "paraformer", false, "vocab_size"},
                                {SherpaFamily::sense_voice, "sense_voice", false, "vocab_size"},
                                {SherpaFamily::nemo_ctc, "nemo_ctc", false, "vocab_size"},
                                {SherpaFamily::zipformer_ctc, "zipformer_ctc", false, ""}};

const Family& traits_of(SherpaFamily family) {
  return *std::ranges::find(kFamilies, family, &Family::family);
}

class Engines {
 public:
  Engines(Engine engine, SherpaFamily family) : engine_(std::move(engine)), family_(family) {}

  // Any thread, several at once: a decode has its own state, the sessions beneath are shared.
  Result<std::string> decode(std::vector<float> samples) const try {
    if (family_ == SherpaFamily::moonshine) samples.resize(samples.size() + kSilenceBehind);
    if (samples.size() < kShortest) samples.resize(kShortest);
    const Stream stream(SherpaOnnxCreateOfflineStream(engine_.get()));
    if (!stream) return Error{Errc::internal, "recognising speech: sherpa-onnx made no stream"};
    SherpaOnnxAcceptWaveformOffline(stream.get(), kRate, samples.data(), static_cast<std::int32_t>(samples.size()));
    SherpaOnnxDecodeOfflineStream(engine_.get(), stream.get());
    const Answer answer(SherpaOnnxGetOfflineStreamResult(stream.get()));
    if (!answer || !answer->text) return Error{Errc::internal, "recognising speech: sherpa-onnx gave no result"};
    std::string text = tidy_transcript(answer->text);
    if (family_ == SherpaFamily::moonshine && is_noise_heard_as_english(text)) text.clear();
    return text;
  } catch (const std::exception& e) {
    return Error{Errc::internal, std::string("recognising speech: ") + e.what()};
  }

 private:
  Engine engine_;
  SherpaFamily family_;
};
using Shared = std::shared_ptr<const Engines>;

class Sherpa final : public Recognizer {
 public:
  Sherpa(Shared engine, inference::Pool& pool) : engine_(std::move(engine)), pool_(pool) {}

  std::unique_ptr<Session> open(net::Loop& loop, Session::Sink sink) override {
    return open_segment_session(loop, std::move(sink),
                                [engine = engine_, &pool = pool_](Decode what, const Transcribed& done) {
                                  submit(engine, pool, std::move(what), done);
                                });
  }

 private:
  static void submit(const Shared& engine, inference::Pool& pool, Decode what, const Transcribed& done) {
    inference::Job job;
    job.wanted = what.wanted;
    job.deadline = what.deadline;
    job.expired = [done, moot = what.moot] {
      done(*moot ? Error{Errc::cancelled, "recognising speech: no longer wanted"}
                 : Error{Errc::timeout,
                         "recognising speech: the pool did not come to it in time; fewer calls or more cores"});
    };
    job.run = [engine, done, what = std::make_shared<Decode>(std::move(what))] {
      if (*what->moot)
        done(Error{Errc::cancelled, "recognising speech: no longer wanted"});
      else
        done(engine->decode(std::move(what->samples)));
    };
    if (const auto taken = pool.submit(std::move(job)); !taken) done(taken.error().within("recognising speech"));
  }

  Shared engine_;
  inference::Pool& pool_;
};

std::string doing(SherpaFamily family) {
  return "loading a recogniser of family " + std::string(name(family));
}

const char* remedy(SherpaFamily family) {
  return family == SherpaFamily::moonshine
             ? "run `offhook models --fetch` or ./run"
             : "take the files from https://k2-fsa.github.io/sherpa/onnx/pretrained_models/";
}

// A model's metadata stand in its file as they are.
bool holds(const std::string& path, std::string_view key) {
  std::ifstream file(path, std::ios::binary);
  std::string window;
  std::vector<char> piece(1 << 20);
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())), file.gcount() > 0) {
    window.append(piece.data(), static_cast<std::size_t>(file.gcount()));
    if (window.find(key) != window.npos) return true;
    window.erase(0, window.size() - std::min(window.size(), key.size()));
  }
  return key.empty();
}

// sherpa-onnx ends the process over a file that is not there or is another's export, so look first.
Result<void> check(const SherpaFiles& files) {
  const Family& family = traits_of(files.family);
  struct Member {
    const char* name;
    const std::string& path;
    bool taken;
  };
  for (const auto& [member, path, taken] :
       {Member{"encoder", files.encoder, family.in_parts}, Member{"decoder", files.decoder, family.in_parts},
        Member{"joiner", files.joiner, family.joiner}, Member{"model", files.model, !family.in_parts},
        Member{"tokens", files.tokens, true}}) {
    const std::string its = doing(files.family) + ": its " + member;
    std::error_code failed;
    if (!taken && !path.empty())
      return Error{Errc::invalid, doing(files.family) + ": it has no " + member + ", found " + path};
    if (!taken) continue;
    if (path.empty()) return Error{Errc::invalid, its + " is not named; " + remedy(files.family)};
    if (!std::filesystem::is_regular_file(path, failed) || std::filesystem::file_size(path, failed) == 0 || failed)
      return Error{Errc::not_found, its + " is missing or empty at " + path + "; " + remedy(files.family)};
  }
  const std::string& first = files.model.empty() ? files.encoder : files.model;
  if (!holds(first, family.metadata))
    return Error{Errc::invalid, doing(files.family) + ": " + first + " lacks the metadata \"" +
                                    std::string(family.metadata) + "\", it was not exported for sherpa-onnx; " +
                                    remedy(files.family)};
  return {};
}

// Points into `files`.
SherpaOnnxOfflineRecognizerConfig config_of(const SherpaFiles& files) {
  SherpaOnnxOfflineRecognizerConfig config{};
  config.feat_config.sample_rate = kRate;
  config.feat_config.feature_dim = 80;
  config.decoding_method = "greedy_search";
  SherpaOnnxOfflineModelConfig& model = config.model_config;
  model.tokens = files.tokens.c_str();
  model.num_threads = 1;  // the pool's threads are the parallelism
  model.provider = "cpu";
  const char* const encoder = files.encoder.c_str();
  const char* const decoder = files.decoder.c_str();
  const char* const whole = files.model.c_str();
  switch (files.family) {
    case SherpaFamily::moonshine:
      model.moonshine.encoder = encoder;
      model.moonshine.merged_decoder = decoder;
      break;
    case SherpaFamily::whisper:
      model.whisper.encoder = encoder;
      model.whisper.decoder = decoder;
      model.whisper.language = files.language.c_str();
      model.whisper.task = "transcribe";
      break;
    case SherpaFamily::transducer:
      model.transducer.encoder = encoder;
      model.transducer.decoder = decoder;
      model.transducer.joiner = files.joiner.c_str();
      break;
    case SherpaFamily::paraformer: model.paraformer.model = whole; break;
    case SherpaFamily::sense_voice:
      model.sense_voice.model = whole;
      model.sense_voice.language = files.language.empty() ? "auto" : files.language.c_str();
      model.sense_voice.use_itn = 1;  // with digits and punctuation, as the others write
      break;
    case SherpaFamily::nemo_ctc: model.nemo_ctc.model = whole; break;
    case SherpaFamily::zipformer_ctc: model.zipformer_ctc.model = whole; break;
  }
  return config;
}

}  // namespace

std::string_view name(SherpaFamily family) {
  return traits_of(family).name;
}

std::optional<SherpaFamily> find_sherpa_family(std::string_view name) {
  const auto* const found = std::ranges::find(kFamilies, name, &Family::name);
  return found == std::end(kFamilies) ? std::nullopt : std::optional(found->family);
}

Result<std::unique_ptr<Recognizer>> load_sherpa(const SherpaFiles& files, inference::Pool& pool) {
  if (const auto there = check(files); !there) return there.error();
  const std::string& first = files.model.empty() ? files.encoder : files.model;
  try {
    const SherpaOnnxOfflineRecognizerConfig config = config_of(files);
    Engine engine(SherpaOnnxCreateOfflineRecognizer(&config));
    if (!engine)
      return Error{Errc::unavailable, doing(files.family) + ": sherpa-onnx refused " + first +
                                          " or one of its companions; " + remedy(files.family)};
    auto shared = std::make_shared<const Engines>(std::move(engine), files.family);

    // What a decode of this length allocates, all shorter ones use again: better now than bit by bit in people's calls.
    // Two side by side, as the pool has two threads.
    const auto decode = [&] { return shared->decode(std::vector<float>(kLongest * kRate)); };
    auto other = std::async(std::launch::async, decode);
    const auto warm = decode();
    if (const auto second = other.get(); !warm || !second)
      return (warm ? second.error() : warm.error()).within(doing(files.family));
    return std::unique_ptr<Recognizer>(std::make_unique<Sherpa>(std::move(shared), pool));
  } catch (const std::exception& e) {
    return Error{Errc::unavailable,
                 doing(files.family) + " from " + first + ": " + e.what() + "; " + remedy(files.family)};
  }
}

}  // namespace offhook::stt

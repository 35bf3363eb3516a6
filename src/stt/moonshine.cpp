// Moonshine (Jeffries et al. 2024, "Moonshine: Speech Recognition for Live Transcription and Voice Commands") encodes
// what it is given, not 30 s padded with silence, so a decode costs by its length: see segment_session.hpp. sherpa-onnx
// stops it at 15 tokens a second of sound, which only noise reaches (5 s of it may cost 0.7 s); no option lowers that.
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <future>
#include <system_error>
#include <utility>

#include "sherpa-onnx/c-api/c-api.h"
#include "stt/segment_session.hpp"
#include "stt/stt.hpp"
#include "stt/tidy.hpp"

namespace offhook::stt {
namespace {

constexpr std::size_t kShortest =
    kRate / 2;  // shorter speech is padded with silence: of less it makes nothing, or rubbish

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

// Any thread, several at once: a decode has its own state, the sessions beneath are shared.
Result<std::string> decode(const SherpaOnnxOfflineRecognizer& engine, std::vector<float> samples) try {
  if (samples.size() < kShortest) samples.resize(kShortest);
  const Stream stream(SherpaOnnxCreateOfflineStream(&engine));
  if (!stream) return Error{Errc::internal, "recognising speech: sherpa-onnx made no stream"};
  SherpaOnnxAcceptWaveformOffline(stream.get(), kRate, samples.data(), static_cast<std::int32_t>(samples.size()));
  SherpaOnnxDecodeOfflineStream(&engine, stream.get());
  const Answer answer(SherpaOnnxGetOfflineStreamResult(stream.get()));
  if (!answer || !answer->text) return Error{Errc::internal, "recognising speech: sherpa-onnx gave no result"};
  auto text = tidy_transcript(answer->text);
  if (is_noise_heard_as_english(text)) text.clear();
  return text;
} catch (const std::exception& e) {
  return Error{Errc::internal, std::string("recognising speech: ") + e.what()};
}

class Moonshine final : public Recognizer {
 public:
  Moonshine(std::shared_ptr<const SherpaOnnxOfflineRecognizer> engine, inference::Pool& pool)
      : engine_(std::move(engine)), pool_(pool) {}

  std::unique_ptr<Session> open(net::Loop& loop, Session::Sink sink) override {
    return open_segment_session(loop, std::move(sink),
                                [engine = engine_, &pool = pool_](Decode what, const Transcribed& done) {
                                  submit(engine, pool, std::move(what), done);
                                });
  }

 private:
  static void submit(const std::shared_ptr<const SherpaOnnxOfflineRecognizer>& engine, inference::Pool& pool,
                     Decode what, const Transcribed& done) {
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
        done(decode(*engine, std::move(what->samples)));
    };
    if (const auto taken = pool.submit(std::move(job)); !taken) done(taken.error().within("recognising speech"));
  }

  std::shared_ptr<const SherpaOnnxOfflineRecognizer> engine_;
  inference::Pool& pool_;
};

// sherpa-onnx ends the process over a file that is not there, so look first.
Result<void> check(const char* what, const std::string& path) {
  std::error_code failed;
  if (std::filesystem::file_size(path, failed) > 0 && !failed) return {};
  return Error{Errc::not_found, std::string("loading Moonshine: its ") + what + " is missing or empty at " + path +
                                    ": run `offhook models --fetch` or ./run"};
}

}  // namespace

Result<std::unique_ptr<Recognizer>> load_moonshine(const MoonshineFiles& files, inference::Pool& pool) try {
  for (const auto& [what, path] :
       {std::pair{"encoder", files.encoder}, {"decoder", files.decoder}, {"token list", files.tokens}})
    if (const auto there = check(what, path); !there) return there.error();

  SherpaOnnxOfflineRecognizerConfig config{};
  config.feat_config.sample_rate = kRate;
  config.feat_config.feature_dim = 80;
  config.decoding_method = "greedy_search";
  config.model_config.moonshine.encoder = files.encoder.c_str();
  config.model_config.moonshine.merged_decoder = files.decoder.c_str();
  config.model_config.tokens = files.tokens.c_str();
  config.model_config.num_threads = 1;  // the pool's threads are the parallelism
  config.model_config.provider = "cpu";
  Engine engine(SherpaOnnxCreateOfflineRecognizer(&config));
  if (!engine)
    return Error{Errc::unavailable, "loading Moonshine: sherpa-onnx refused " + files.encoder +
                                        " or one of its companions: " + "`offhook models` tells which is damaged"};

  // What a decode of this length allocates, all shorter ones use again: better now than bit by bit in people's calls.
  constexpr int kLongest = 12;  // seconds; turns are cut into segments soon after
  // Two side by side, as the pool has two threads.
  auto other = std::async(std::launch::async, [&] { return decode(*engine, std::vector<float>(kLongest * kRate)); });
  const auto warm = decode(*engine, std::vector<float>(kLongest * kRate));
  if (const auto second = other.get(); !warm || !second)
    return (warm ? second.error() : warm.error()).within("loading Moonshine");
  return std::unique_ptr<Recognizer>(std::make_unique<Moonshine>(std::move(engine), pool));
} catch (const std::exception& e) {
  return Error{Errc::unavailable, "loading Moonshine from " + files.encoder + ": " + e.what() +
                                      ": delete the file and run `offhook models --fetch` or ./run"};
}

}  // namespace offhook::stt

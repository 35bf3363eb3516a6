#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "inference/onnx.hpp"
#include "inference/onnx_edit.hpp"
#include "turn/mel.hpp"
#include "turn/turn.hpp"

namespace offhook::turn {
namespace {

static_assert(Detector::kMaxSamples == LogMel::kSamples && Detector::kRate == LogMel::kRate);

// The endpointing can use an answer this soon after it asked: the job's place among the pool's others.
constexpr Duration kWanted = 50ms;

// The model was exported for 8 s, most of them silence in front of what the caller said; what it takes grows with their
// length and more. It is shown less of that silence: kSilence of it, and never less than kLeast in all. Against 8 s, at
// 119 pauses and ends of read English: turns up to 2 s agree in 96 % (mean difference 0.09), up to 4 s in 92 % (0.12),
// up to 6 s in all (0.03), for 0.40 to 0.75 of the time. No silence at all is too little: 55 % of the short ones agree.
constexpr int kSilence = 2 * LogMel::kRate, kLeast = 4 * LogMel::kRate;
constexpr int kStep = 40;  // lengths differ by 40 frames, not by one

constexpr const char* kFeatures = "input_features";
constexpr const char* kPositions =
    "inner.encoder.embed_positions.weight";       // one for two frames; speech ends at the last
constexpr const char* kPositionCount = "val_21";  // what reshapes in the encoder expect
constexpr int kFramesAPosition = 2;

int frames_for(std::size_t samples) {
  const int seen = static_cast<int>(std::min<std::size_t>(samples, LogMel::kSamples));
  const int wanted = std::max(seen + kSilence, kLeast) / LogMel::kHop;
  return std::min((wanted + kStep - 1) / kStep * kStep, LogMel::kFrames);
}

Result<std::string> for_any_length(const std::string& model) {
  Result<std::string> out = inference::with_free_dimension(model, kFeatures, 2);
  if (out) out = inference::with_constant(*out, kPositionCount, {-1});
  if (out) out = inference::with_weights_as_input(*out, kPositions);
  return out;
}

class Model {
 public:
  static Result<std::shared_ptr<const Model>> load(const std::string& path) {
    const Result<std::string> published = inference::read_model(path);
    if (!published) return published.error();
    Result<std::vector<float>> positions = inference::weights(*published, kPositions);
    if (!positions) return positions.error().within("'" + path + "'");
    const Result<std::string> edited = for_any_length(*published);
    if (!edited) return edited.error().within("'" + path + "'");
    auto session = inference::OnnxSession::load_edited(path, *edited);
    if (!session) return session.error();
    return std::shared_ptr<const Model>(new Model(std::move(*session), std::move(*positions)));
  }

  // Any thread. The model ends in a sigmoid, although its output is called "logits".
  Result<float> score(std::span<const float> speech) const {
    if (!std::ranges::all_of(speech, [](float s) { return std::isfinite(s); })) {
      return Error{Errc::invalid, "the sound holds samples that are no finite numbers, expected -1 to 1"};
    }
    const int frames = frames_for(speech.size()), positions = frames / kFramesAPosition;
    const std::size_t width = positions_.size() / (LogMel::kFrames / kFramesAPosition);
    const std::vector<float> features = mel_.compute(speech, frames);
    const std::array inputs = {
        inference::OnnxSession::Input{kFeatures, std::span(features), {1, LogMel::kBands, frames}},
        inference::OnnxSession::Input{kPositions,
                                      std::span(positions_).last(width * static_cast<std::size_t>(positions)),
                                      {positions, static_cast<std::int64_t>(width)}}};
    float probability = -1;
    std::array outputs = {inference::OnnxSession::Output{"logits", std::span(&probability, 1), {1, 1}}};
    if (Result<void> ran = session_->run(inputs, outputs); !ran) return ran.error();
    if (!(probability >= 0 && probability <= 1)) {
      return Error{Errc::internal,
                   session_->path() + " answered " + std::to_string(probability) + ", expected a probability"};
    }
    return probability;
  }

 private:
  Model(std::unique_ptr<inference::OnnxSession> session, std::vector<float> positions)
      : session_(std::move(session)), positions_(std::move(positions)) {}

  std::unique_ptr<inference::OnnxSession> session_;
  std::vector<float> positions_;  // kFrames / kFramesAPosition rows
  LogMel mel_;
};

// One question. Belongs to the loop: `done` is called and dies there, whichever thread lets go of this last.
struct Question {
  net::Loop& loop;
  std::vector<float> speech;
  std::function<void(Result<float>)> done;
};

void answer(const std::shared_ptr<Question>& question, Result<float> result) {
  question->loop.post([question, result = std::move(result)] {
    const auto done = std::move(question->done);
    done(result);
  });
}

class SmartTurn final : public Detector {
 public:
  SmartTurn(std::shared_ptr<const Model> model, inference::Pool& pool) : model_(std::move(model)), pool_(pool) {}

  void score(net::Loop& loop, std::vector<float> speech, Deadline deadline,
             std::function<void(Result<float>)> done) override {
    const auto question = std::make_shared<Question>(Question{loop, std::move(speech), std::move(done)});
    const Result<void> queued = pool_.submit(
        {.wanted = std::min(loop.now() + kWanted, deadline.at()),
         .deadline = deadline,
         .run =
             [question, model = model_] {
               Result<float> result = model->score(question->speech);
               answer(question, result ? std::move(result) : result.error().within("judging the caller's turn"));
             },
         .expired =
             [question] {
               answer(question, Error{Errc::timeout,
                                      "judging the caller's turn: the pool did not come to it before its deadline"});
             }});
    if (!queued) answer(question, queued.error().within("judging the caller's turn"));
  }

 private:
  std::shared_ptr<const Model> model_;  // shared with the jobs under way
  inference::Pool& pool_;
};

}  // namespace

Result<std::unique_ptr<Detector>> load_smart_turn(const std::string& path, inference::Pool& pool) {
  const Result<std::shared_ptr<const Model>> loaded = Model::load(path);
  if (!loaded) return loaded.error().within("loading the turn detector");
  const std::shared_ptr<const Model>& model = *loaded;
  // Tells a wrong file now, and spares the first call the model's slow first run.
  if (const Result<float> first = model->score({}); !first) return first.error().within("loading the turn detector");
  return std::unique_ptr<Detector>(std::make_unique<SmartTurn>(model, pool));
}

}  // namespace offhook::turn

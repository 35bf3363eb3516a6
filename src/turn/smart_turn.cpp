#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "inference/onnx.hpp"
#include "turn/mel.hpp"
#include "turn/turn.hpp"

namespace offhook::turn {
namespace {

static_assert(Detector::kMaxSamples == LogMel::kSamples && Detector::kRate == LogMel::kRate);

// The endpointing can use an answer this soon after it asked: the job's place among the pool's others.
constexpr Duration kWanted = 50ms;

class Model {
 public:
  explicit Model(std::unique_ptr<inference::OnnxSession> session) : session_(std::move(session)) {}

  // Any thread. The model ends in a sigmoid, although its output is called "logits".
  Result<float> score(std::span<const float> speech) const {
    if (!std::ranges::all_of(speech, [](float s) { return std::isfinite(s); })) {
      return Error{Errc::invalid, "the sound holds samples that are no finite numbers, expected -1 to 1"};
    }
    const std::vector<float> features = mel_.compute(speech);
    const std::array inputs = {inference::OnnxSession::Input{
        "input_features", std::span<const float>(features), {1, LogMel::kBands, LogMel::kFrames}}};
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
  std::unique_ptr<inference::OnnxSession> session_;
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
  Result<std::unique_ptr<inference::OnnxSession>> session = inference::OnnxSession::load(path);
  if (!session) return session.error().within("loading the turn detector");
  auto model = std::make_shared<const Model>(std::move(*session));
  // Tells a wrong file now, and spares the first call the model's slow first run.
  if (const Result<float> first = model->score({}); !first) return first.error().within("loading the turn detector");
  return std::unique_ptr<Detector>(std::make_unique<SmartTurn>(std::move(model), pool));
}

}  // namespace offhook::turn

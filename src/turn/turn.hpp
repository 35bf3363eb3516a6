// Turn detection: has the caller finished, judged by how it sounded?
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "inference/pool.hpp"
#include "net/loop.hpp"

namespace offhook::turn {

// Shared by all calls and loops.
class Detector {
 public:
  static constexpr int kRate = 16000;            // Hz
  static constexpr int kMaxSamples = 8 * kRate;  // what it looks back on

  virtual ~Detector() = default;
  // `speech`: the end of the caller's turn so far, at most kMaxSamples, mono, -1..1. `done` comes on `loop`, exactly
  // once: the probability that the turn is complete, or why there is none (timeout, full).
  virtual void score(net::Loop& loop, std::vector<float> speech, Deadline deadline,
                     std::function<void(Result<float>)> done) = 0;
};

// Smart Turn v3.2 (smart-turn-v3.2-cpu.onnx); runs in the pool.
Result<std::unique_ptr<Detector>> load_smart_turn(const std::string& path, inference::Pool& pool);

}  // namespace offhook::turn

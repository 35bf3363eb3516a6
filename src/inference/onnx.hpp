// A model on ONNX Runtime. It runs on the thread that calls, and only there: no pool of its own, no spinning. Errors
// are values; the library's header stays behind this one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace offhook::inference {

class OnnxSession {
 public:
  using Shape = std::vector<std::int64_t>;

  struct Input {
    const char* name;
    std::variant<std::span<const float>, std::span<const std::int64_t>, std::span<const std::int32_t>> data;
    Shape shape;  // empty: a scalar
  };
  // Either a span, whose shape must be given and be what the model makes (nothing is allocated), or a vector, which is
  // made as long as the model's answer, with its shape.
  struct Output {
    const char* name;
    std::variant<std::span<float>, std::span<std::int64_t>, std::span<std::int32_t>, std::vector<float>*> data;
    Shape shape;
  };

  // A missing file is Errc::not_found, one that is no model Errc::invalid.
  static Result<std::unique_ptr<OnnxSession>> load(const std::string& path);
  // `model`: what was in the file, changed (onnx_edit.hpp); it need not outlive this.
  static Result<std::unique_ptr<OnnxSession>> load_edited(const std::string& path, std::string_view model);
  ~OnnxSession();
  OnnxSession(const OnnxSession&) = delete;
  OnnxSession& operator=(const OnnxSession&) = delete;

  // Any thread, several at once. What does not fit the model is Errc::invalid and says what it expects.
  Result<void> run(std::span<const Input> inputs, std::span<Output> outputs) const;

  const std::vector<std::string>& input_names() const;
  const std::vector<std::string>& output_names() const;
  const std::string& path() const;

 private:
  struct Impl;
  explicit OnnxSession(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// A model's file as it is; a missing one is Errc::not_found.
Result<std::string> read_model(const std::string& path);

}  // namespace offhook::inference

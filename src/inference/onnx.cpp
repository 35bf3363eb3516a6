#include "inference/onnx.hpp"

#define ORT_API_MANUAL_INIT  // no global constructor: a library that is too old must be an error, not a crash at start
#include <onnxruntime_cxx_api.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <type_traits>
#include <utility>

namespace offhook::inference {
namespace {

constexpr const char* kRemedy = "; `offhook models` fetches it again";

// One for the process; null if the library does not speak the version of this header.
Ort::Env* shared_env() {
  static Ort::Env* const env = []() -> Ort::Env* {
    const OrtApi* api = OrtGetApiBase()->GetApi(ORT_API_VERSION);
    if (api == nullptr) return nullptr;
    Ort::InitApi(api);
    // Errors come back as statuses; what the library would log besides is noise.
    static Ort::Env made(ORT_LOGGING_LEVEL_FATAL, "offhook");
    return &made;
  }();
  return env;
}

Ort::SessionOptions session_options() {
  Ort::SessionOptions o;
  o.SetIntraOpNumThreads(1);  // the calling thread
  o.SetInterOpNumThreads(1);
  o.SetExecutionMode(ORT_SEQUENTIAL);
  o.AddConfigEntry("session.intra_op.allow_spinning", "0");
  o.AddConfigEntry("session.inter_op.allow_spinning", "0");
  o.DisableMemPattern();   // one would be kept for each shape that ever came, and batches and lengths vary
  o.DisableCpuMemArena();  // it never gives back what the largest run took
  return o;
}

std::size_t count(const OnnxSession::Shape& shape) {
  std::size_t n = 1;
  for (const std::int64_t d : shape) n *= d < 0 ? 0 : static_cast<std::size_t>(d);
  return n;
}

std::string text(const OnnxSession::Shape& shape) {
  std::string out = "[";
  for (const std::int64_t d : shape) out += (out.size() > 1 ? "," : "") + std::to_string(d);
  return out + "]";
}

Error misfit(const char* name, const OnnxSession::Shape& shape, std::size_t found) {
  return {Errc::invalid, std::string("'") + name + "' of shape " + text(shape) + " holds " +
                             std::to_string(count(shape)) + " numbers, but " + std::to_string(found) + " were given"};
}

// The library only borrows the numbers, and reads inputs though its signature does not say so.
template <class T>
Ort::Value borrow(const Ort::MemoryInfo& memory, std::span<T> data, const OnnxSession::Shape& shape) {
  using Number = std::remove_const_t<T>;
  return Ort::Value::CreateTensor<Number>(memory, const_cast<Number*>(data.data()), data.size(), shape.data(),
                                          shape.size());
}

Result<void> take(const Ort::Value& value, OnnxSession::Output& output) {
  auto* const* const into = std::get_if<std::vector<float>*>(&output.data);
  if (into == nullptr) return {};
  const auto info = value.GetTensorTypeAndShapeInfo();
  if (info.GetElementType() != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)
    return Error{Errc::invalid, std::string("'") + output.name + "' is no tensor of floats"};
  output.shape = info.GetShape();
  const float* const numbers = value.GetTensorData<float>();
  (*into)->assign(numbers, numbers + info.GetElementCount());
  return {};
}

}  // namespace

struct OnnxSession::Impl {
  Impl(std::string path, Ort::Session session) : path(std::move(path)), session(std::move(session)) {
    Ort::AllocatorWithDefaultOptions memory;
    for (std::size_t i = 0; i < this->session.GetInputCount(); ++i)
      inputs.emplace_back(this->session.GetInputNameAllocated(i, memory).get());
    for (std::size_t i = 0; i < this->session.GetOutputCount(); ++i)
      outputs.emplace_back(this->session.GetOutputNameAllocated(i, memory).get());
  }

  Result<void> run(std::span<const Input> in, std::span<Output> out) {
    std::vector<const char*> in_names, out_names;
    std::vector<Ort::Value> in_values, out_values;
    for (const Input& i : in) {
      const std::size_t found = std::visit([](const auto& d) { return d.size(); }, i.data);
      if (found != count(i.shape)) return misfit(i.name, i.shape, found);
      in_names.push_back(i.name);
      in_values.push_back(std::visit([&](const auto& d) { return borrow(memory, d, i.shape); }, i.data));
    }
    for (const Output& o : out) {
      out_names.push_back(o.name);
      Result<void> fits;
      out_values.push_back(std::visit(
          [&](const auto& d) {
            if constexpr (std::is_pointer_v<std::remove_cvref_t<decltype(d)>>) {
              return Ort::Value(nullptr);  // the library allocates
            } else {
              if (d.size() != count(o.shape)) fits = misfit(o.name, o.shape, d.size());
              return fits ? borrow(memory, d, o.shape) : Ort::Value(nullptr);
            }
          },
          o.data));
      if (!fits) return fits;
    }
    session.Run(Ort::RunOptions{nullptr}, in_names.data(), in_values.data(), in_values.size(), out_names.data(),
                out_values.data(), out_values.size());
    for (std::size_t i = 0; i < out.size(); ++i)
      if (auto taken = take(out_values[i], out[i]); !taken) return taken;
    return {};
  }

  std::string path;
  Ort::Session session;
  Ort::MemoryInfo memory = Ort::MemoryInfo::CreateCpu(OrtDeviceAllocator, OrtMemTypeDefault);
  std::vector<std::string> inputs, outputs;
};

OnnxSession::OnnxSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OnnxSession::~OnnxSession() = default;

namespace {

std::string loading(const std::string& path) {
  return "loading the model '" + path + "': ";
}

Result<std::size_t> size_of(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return Error{Errc::not_found, loading(path) + error.message() + kRemedy};
  return static_cast<std::size_t>(size);
}

// `make`: a session in this environment
Result<Ort::Session> session(const std::string& path, std::size_t size,
                             const std::function<Ort::Session(Ort::Env&)>& make) {
  try {
    Ort::Env* const env = shared_env();
    if (env == nullptr)
      return Error{Errc::unavailable, loading(path) + "ONNX Runtime " + OrtGetApiBase()->GetVersionString() +
                                          " is too old, expected 1." + std::to_string(ORT_API_VERSION) + " or newer"};
    return make(*env);
  } catch (const std::exception& e) {
    return Error{Errc::invalid,
                 loading(path) + "its " + std::to_string(size) + " bytes are no sound model: " + e.what() + kRemedy};
  }
}

}  // namespace

Result<std::unique_ptr<OnnxSession>> OnnxSession::load(const std::string& path) {
  const auto size = size_of(path);
  if (!size) return size.error();
  auto made = session(path, *size, [&](Ort::Env& env) { return Ort::Session(env, path.c_str(), session_options()); });
  if (!made) return made.error();
  return std::unique_ptr<OnnxSession>(new OnnxSession(std::make_unique<Impl>(path, std::move(*made))));
}

Result<std::unique_ptr<OnnxSession>> OnnxSession::load_edited(const std::string& path, std::string_view model) {
  auto made = session(path, model.size(),
                      [&](Ort::Env& env) { return Ort::Session(env, model.data(), model.size(), session_options()); });
  if (!made) return made.error();
  return std::unique_ptr<OnnxSession>(new OnnxSession(std::make_unique<Impl>(path, std::move(*made))));
}

Result<std::string> read_model(const std::string& path) {
  const auto size = size_of(path);
  if (!size) return size.error();
  std::ifstream file(path, std::ios::binary);
  std::string out(*size, '\0');
  if (!file.read(out.data(), static_cast<std::streamsize>(out.size())))
    return Error{Errc::not_found, loading(path) + "it cannot be read to its end" + kRemedy};
  return out;
}

Result<void> OnnxSession::run(std::span<const Input> inputs, std::span<Output> outputs) const {
  const auto failed = [this](std::string_view what) {
    return Error{Errc::invalid, "running the model '" + impl_->path + "': " + std::string(what)};
  };
  try {
    auto result = impl_->run(inputs, outputs);
    return result ? result : failed(result.error().what);
  } catch (const std::exception& e) {
    return failed(e.what());
  }
}

const std::vector<std::string>& OnnxSession::input_names() const {
  return impl_->inputs;
}
const std::vector<std::string>& OnnxSession::output_names() const {
  return impl_->outputs;
}
const std::string& OnnxSession::path() const {
  return impl_->path;
}

}  // namespace offhook::inference

// Model files are foreign bytes too: whatever they hold, an edit ends in a model or an error.
#include <cstddef>
#include <cstdint>

#include "inference/onnx_edit.hpp"

using namespace offhook::inference;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view model(reinterpret_cast<const char*>(data), size);
  (void)with_constant(model, "n", {-1});
  (void)with_free_dimension(model, "n", 1);
  (void)with_weights_as_input(model, "n");
  (void)weights(model, "n");
  return 0;
}

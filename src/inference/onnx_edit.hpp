// Changes to a model as it is published, before it is loaded: for models that were exported with a number fixed which
// need not be. Works on the serialised form (onnx.proto: protobuf fields, unknown ones are kept as they are).
//
//   ModelProto ── graph (7) ─┬─ initializer (5) TensorProto    weights and constants, by name
//                            └─ input (11)      ValueInfoProto  what a run is given, by name
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace offhook::inference {

// Each of these answers the changed model; what is not there, or has another form, is Errc::invalid and says so.

// A constant of 64-bit integers gets other values.
Result<std::string> with_constant(std::string_view model, std::string_view name, std::vector<std::int64_t> values);

// One dimension of an input may have any size from now on.
Result<std::string> with_free_dimension(std::string_view model, std::string_view input, std::size_t axis);

// A matrix of weights becomes an input too, of as many rows as a run gives (none: the weights as they are).
Result<std::string> with_weights_as_input(std::string_view model, std::string_view name);

// A matrix of floats among the weights, row by row.
Result<std::vector<float>> weights(std::string_view model, std::string_view name);

}  // namespace offhook::inference

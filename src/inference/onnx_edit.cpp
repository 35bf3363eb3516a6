#include "inference/onnx_edit.hpp"

#include <bit>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <utility>

namespace offhook::inference {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

// onnx.proto
namespace field {
constexpr int kGraph = 7;                                               // ModelProto
constexpr int kInitializer = 5, kInput = 11;                            // GraphProto
constexpr int kDims = 1, kDataType = 2, kTensorName = 8, kRawData = 9;  // TensorProto
constexpr int kValueName = 1, kType = 2;                                // ValueInfoProto
constexpr int kTensorType = 1;                                          // TypeProto
constexpr int kElementType = 1, kShape = 2;                             // TypeProto.Tensor
constexpr int kDim = 1;                                                 // TensorShapeProto
constexpr int kDimValue = 1, kDimParam = 2;                             // TensorShapeProto.Dimension
}  // namespace field
constexpr int kFloat = 1, kInt64 = 7;  // TensorProto.DataType
enum Wire { varint = 0, eight_bytes = 1, block = 2, four_bytes = 5 };

Error unsound(std::string what) {
  return {Errc::invalid, "editing a model: " + std::move(what)};
}

struct Field {
  int number;
  Wire wire;
  std::uint64_t value;       // of a varint
  std::string_view content;  // of a block
  std::string_view whole;    // with its tag
};

std::optional<std::uint64_t> take_varint(std::string_view& rest) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < rest.size() && i < 10; ++i) {
    const auto byte = static_cast<std::uint8_t>(rest[i]);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if (byte & 0x80) continue;
    rest.remove_prefix(i + 1);
    return value;
  }
  return std::nullopt;
}

std::optional<Field> take_field(std::string_view& rest) {
  const std::string_view from = rest;
  const auto tag = take_varint(rest);
  if (!tag || *tag >> 3 == 0 || *tag >> 32 != 0) return std::nullopt;
  Field f{static_cast<int>(*tag >> 3), static_cast<Wire>(*tag & 7), 0, {}, {}};
  std::size_t size = 0;
  switch (f.wire) {
    case varint: {
      const auto value = take_varint(rest);
      if (!value) return std::nullopt;
      f.value = *value;
      break;
    }
    case eight_bytes: size = 8; break;
    case four_bytes: size = 4; break;
    case block: {
      const auto length = take_varint(rest);
      if (!length) return std::nullopt;
      size = *length;
      break;
    }
    default: return std::nullopt;
  }
  if (size > rest.size()) return std::nullopt;
  f.content = rest.substr(0, size);
  rest.remove_prefix(size);
  f.whole = from.substr(0, from.size() - rest.size());
  return f;
}

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}
void put(std::string& out, int number, std::uint64_t value) {
  put_varint(out, static_cast<std::uint64_t>(number) << 3 | varint);
  put_varint(out, value);
}
void put(std::string& out, int number, std::string_view content) {
  put_varint(out, static_cast<std::uint64_t>(number) << 3 | block);
  put_varint(out, content.size());
  out += content;
}

// The message with each field that `change` answers for replaced by its answer.
using Change = std::function<Result<std::optional<std::string>>(const Field&)>;
Result<std::string> rewrite(std::string_view message, const Change& change) {
  std::string out;
  out.reserve(message.size() + 64);
  while (!message.empty()) {
    const auto f = take_field(message);
    if (!f) return unsound("it ends, or is no protobuf, " + std::to_string(message.size()) + " bytes before its end");
    auto changed = change(*f);
    if (!changed) return changed.error();
    if (*changed)
      put(out, f->number, **changed);
    else
      out += f->whole;
  }
  return out;
}

// The first block of that number, as far as the message can be read.
std::optional<std::string_view> find(std::string_view message, int number) {
  while (!message.empty()) {
    const auto f = take_field(message);
    if (!f) return std::nullopt;
    if (f->number == number && f->wire == block) return f->content;
  }
  return std::nullopt;
}

// What stands at a path of numbers becomes what `change` makes of it.
Result<std::string> rewrite_at(std::string_view message, std::span<const int> path,
                               const std::function<Result<std::string>(std::string_view)>& change) {
  if (path.empty()) return change(message);
  bool found = false;
  auto out = rewrite(message, [&](const Field& f) -> Result<std::optional<std::string>> {
    if (found || f.number != path[0] || f.wire != block) return std::optional<std::string>();
    found = true;
    auto inner = rewrite_at(f.content, path.subspan(1), change);
    if (!inner) return inner.error();
    return std::optional(std::move(*inner));
  });
  if (out && !found) return unsound("it has no field " + std::to_string(path[0]));
  return out;
}

// The part of the graph that has this name.
Result<std::string> rewrite_named(std::string_view model, int part, int name_field, std::string_view name,
                                  const std::function<Result<std::string>(std::string_view)>& change) {
  constexpr int kPath[] = {field::kGraph};
  return rewrite_at(model, kPath, [&](std::string_view graph) -> Result<std::string> {
    bool found = false;
    auto out = rewrite(graph, [&](const Field& f) -> Result<std::optional<std::string>> {
      if (f.number != part || f.wire != block || find(f.content, name_field) != name)
        return std::optional<std::string>();
      found = true;
      auto inner = change(f.content);
      if (!inner) return inner.error();
      return std::optional(std::move(*inner));
    });
    if (out && !found) return unsound("it has no '" + std::string(name) + "'");
    return out;
  });
}

struct Tensor {
  std::vector<std::uint64_t> dims;
  int type = 0;
  std::string_view raw;
};

Result<Tensor> tensor(std::string_view message) {
  Tensor t;
  while (!message.empty()) {
    const auto f = take_field(message);
    if (!f) return unsound("one of its constants is cut off");
    if (f->number == field::kDims && f->wire == varint) t.dims.push_back(f->value);
    if (f->number == field::kDims && f->wire == block)
      for (std::string_view packed = f->content; !packed.empty();) {
        const auto d = take_varint(packed);
        if (!d) return unsound("the dimensions of one of its constants are cut off");
        t.dims.push_back(*d);
      }
    if (f->number == field::kDataType && f->wire == varint) t.type = static_cast<int>(f->value);
    if (f->number == field::kRawData && f->wire == block) t.raw = f->content;
  }
  return t;
}

Result<Tensor> matrix(std::string_view model, std::string_view name) {
  std::string_view graph = find(model, field::kGraph).value_or(std::string_view());
  while (!graph.empty()) {
    const auto f = take_field(graph);
    if (!f) break;
    if (f->number != field::kInitializer || f->wire != block || find(f->content, field::kTensorName) != name) continue;
    auto t = tensor(f->content);
    if (!t) return t;
    const bool small = t->dims.size() == 2 && t->dims[0] < (1u << 24) && t->dims[1] < (1u << 24);
    if (t->type != kFloat || !small || t->raw.size() != t->dims[0] * t->dims[1] * sizeof(float))
      return unsound("'" + std::string(name) + "' is no matrix of floats");
    return t;
  }
  return unsound("it has no weights '" + std::string(name) + "'");
}

}  // namespace

Result<std::string> with_constant(std::string_view model, std::string_view name, std::vector<std::int64_t> values) {
  return rewrite_named(
      model, field::kInitializer, field::kTensorName, name, [&](std::string_view was) -> Result<std::string> {
        const auto t = tensor(was);
        if (!t) return t.error();
        if (t->type != kInt64 || t->dims.size() != 1)
          return unsound("'" + std::string(name) + "' is no list of 64-bit integers");
        std::string out;
        put(out, field::kDims, values.size());
        put(out, field::kDataType, std::uint64_t{kInt64});
        put(out, field::kTensorName, name);
        put(out, field::kRawData,
            std::string_view(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(std::int64_t)));
        return out;
      });
}

Result<std::string> with_free_dimension(std::string_view model, std::string_view input, std::size_t axis) {
  constexpr int kPath[] = {field::kType, field::kTensorType, field::kShape};
  return rewrite_named(model, field::kInput, field::kValueName, input, [&](std::string_view info) {
    return rewrite_at(info, kPath, [&](std::string_view shape) -> Result<std::string> {
      std::size_t at = 0;
      auto out = rewrite(shape, [&](const Field& f) -> Result<std::optional<std::string>> {
        if (f.number != field::kDim || at++ != axis) return std::optional<std::string>();
        std::string dimension;
        put(dimension, field::kDimParam, std::string(input) + "_" + std::to_string(axis));
        return std::optional(std::move(dimension));
      });
      if (out && at <= axis)
        return unsound("'" + std::string(input) + "' has " + std::to_string(at) + " dimensions, expected more than " +
                       std::to_string(axis));
      return out;
    });
  });
}

Result<std::string> with_weights_as_input(std::string_view model, std::string_view name) {
  const auto t = matrix(model, name);
  if (!t) return t.error();
  std::string rows, columns, shape, tensor_type, type, info;
  put(rows, field::kDimParam, std::string(name) + "_rows");
  put(columns, field::kDimValue, t->dims[1]);
  put(shape, field::kDim, rows);
  put(shape, field::kDim, columns);
  put(tensor_type, field::kElementType, std::uint64_t{kFloat});
  put(tensor_type, field::kShape, shape);
  put(type, field::kTensorType, tensor_type);
  put(info, field::kValueName, name);
  put(info, field::kType, type);
  constexpr int kPath[] = {field::kGraph};
  return rewrite_at(model, kPath, [&](std::string_view graph) -> Result<std::string> {
    std::string out(graph);
    put(out, field::kInput, info);
    return out;
  });
}

Result<std::vector<float>> weights(std::string_view model, std::string_view name) {
  const auto t = matrix(model, name);
  if (!t) return t.error();
  std::vector<float> out(t->raw.size() / sizeof(float));
  std::memcpy(out.data(), t->raw.data(), t->raw.size());
  return out;
}

}  // namespace offhook::inference

#include "tts/kokoro_style.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

namespace offhook::tts {
namespace {

Error invalid(std::string what) {
  return {Errc::invalid, "reading a Kokoro voice: " + std::move(what)};
}

// Little-endian, 0 beyond the end.
std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t n = 0;
  for (std::size_t i = 0; i < size && at + i < bytes.size(); ++i) {
    n |= std::uint32_t{static_cast<unsigned char>(bytes[at + i])} << 8 * i;
  }
  return n;
}

std::string_view part(std::string_view bytes, std::size_t at, std::size_t size) {
  return at <= bytes.size() ? bytes.substr(at, size) : std::string_view();
}

Result<KokoroStyle> table(std::string_view bytes) {
  constexpr std::size_t kRow = kStyleWidth * sizeof(float);
  if (bytes.empty() || bytes.size() % kRow != 0) {
    return invalid("its table has " + std::to_string(bytes.size()) + " bytes, expected rows of " +
                   std::to_string(kRow) + " (256 float32)");
  }
  std::vector<float> rows(bytes.size() / sizeof(float));
  std::memcpy(rows.data(), bytes.data(), bytes.size());
  return KokoroStyle(std::move(rows));
}

// NumPy's format: magic, version, the length of a Python literal that describes the data, the literal, the data.
Result<KokoroStyle> npy(std::string_view bytes) {
  const bool first = number(bytes, 6, 1) == 1;  // later versions count its length in four bytes
  const std::size_t begin = first ? 10 : 12;
  const std::string_view header = part(bytes, begin, number(bytes, 8, first ? 2 : 4));
  if (header.find("'<f4'") == header.npos || header.find("'fortran_order': False") == header.npos) {
    return invalid("its array is no C-ordered float32: " + std::string(header.substr(0, 120)));
  }
  return table(bytes.substr(begin + header.size()));
}

// The end of a zip archive (APPNOTE.TXT 4.3.16) says where its directory begins.
std::optional<std::size_t> directory_of(std::string_view zip) {
  const std::size_t end = zip.rfind("PK\5\6");
  if (end == zip.npos || part(zip, end, 22).size() < 22) return std::nullopt;
  return number(zip, end + 16, 4);
}

Result<KokoroStyle> npz(std::string_view zip, std::string_view voice) {
  std::string known;
  const auto directory = directory_of(zip);
  if (!directory) return invalid("the .npz has no directory, it may be cut short");
  for (std::size_t at = *directory; part(zip, at, 4) == "PK\1\2";) {
    const std::size_t name_size = number(zip, at + 28, 2);
    std::string_view name = part(zip, at + 46, name_size);
    if (name.ends_with(".npy")) name.remove_suffix(4);
    if (name == voice) {
      if (number(zip, at + 10, 2) != 0) return invalid("the .npz is compressed; save it with numpy.savez instead");
      const std::size_t size = number(zip, at + 20, 4), local = number(zip, at + 42, 4);
      const std::size_t data = local + 30 + number(zip, local + 26, 2) + number(zip, local + 28, 2);
      const std::string_view array = part(zip, data, size);
      if (array.size() != size || !array.starts_with("\x93NUMPY")) {
        return invalid("\"" + std::string(voice) + "\" is no array in the .npz, it may be cut short");
      }
      return npy(array);
    }
    if (known.size() < 1000) known += (known.empty() ? "" : ", ") + std::string(name);
    at += 46 + name_size + number(zip, at + 30, 2) + number(zip, at + 32, 2);
  }
  return Error{Errc::not_found,
               "reading a Kokoro voice: there is no \"" + std::string(voice) + "\" in the .npz, only " + known};
}

}  // namespace

std::span<const float> KokoroStyle::of(std::size_t tokens) const {
  const std::size_t row = std::min(tokens == 0 ? 0 : tokens - 1, lengths() - 1);
  return std::span(rows_).subspan(row * kStyleWidth, kStyleWidth);
}

Result<KokoroStyle> parse_kokoro_style(std::string_view file, std::string_view voice) {
  if (file.starts_with("PK\3\4")) return npz(file, voice);
  if (file.starts_with("\x93NUMPY")) return npy(file);
  return table(file);
}

Result<KokoroStyle> read_kokoro_style(const std::string& path, std::string_view voice) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{Errc::not_found, "opening a Kokoro voice: " + path + " cannot be read"};
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  Result<KokoroStyle> style = parse_kokoro_style(bytes, voice);
  if (!style) return style.error().within(path);
  return style;
}

}  // namespace offhook::tts

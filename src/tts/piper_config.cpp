#include "tts/piper_config.hpp"

#include <boost/json.hpp>
#include <cmath>
#include <fstream>
#include <iterator>

namespace offhook::tts {
namespace {

namespace json = boost::json;

Error invalid(std::string what) {
  return {Errc::invalid, "reading a Piper voice's configuration: " + std::move(what)};
}

const json::value* find(const json::value& root, std::string_view outer, std::string_view inner) {
  const json::object* object = root.if_object();
  const json::value* value = object ? object->if_contains(outer) : nullptr;
  object = value ? value->if_object() : nullptr;
  return object ? object->if_contains(inner) : nullptr;
}

Result<PhonemeIds> read_ids(const json::object& map) {
  PhonemeIds ids;
  for (const auto& [key, value] : map) {
    const std::u32string phoneme = decode_utf8(key);
    const json::array* numbers = value.if_array();
    if (phoneme.size() != 1 || !numbers) continue;  // nothing that espeak-ng says is looked up by more than one
    for (const json::value& number : *numbers) {
      if (!number.is_int64() || number.as_int64() < 0) {
        return invalid("phoneme_id_map[\"" + std::string(key) + "\"] holds " + json::serialize(number) +
                       ", expected numbers of the model's symbols");
      }
      ids[phoneme[0]].push_back(number.as_int64());
    }
  }
  for (const char32_t needed : {U'^', U'_', U'$'}) {
    if (!ids.contains(needed)) return invalid(std::string("phoneme_id_map lacks \"") + static_cast<char>(needed) + '"');
  }
  return ids;
}

}  // namespace

Result<PiperConfig> parse_piper_config(std::string_view text) {
  boost::system::error_code error;
  const json::value root = json::parse(text, error);
  if (error) return invalid("it is not JSON: " + error.message());
  PiperConfig config;

  const json::value* rate = find(root, "audio", "sample_rate");
  if (!rate || !rate->is_int64() || rate->as_int64() < 8000 || rate->as_int64() > 48000) {
    return invalid("audio.sample_rate is " + (rate ? json::serialize(*rate) : "missing") + ", expected 8000 to 48000");
  }
  config.rate = static_cast<int>(rate->as_int64());

  const json::value* type = root.if_object() ? root.as_object().if_contains("phoneme_type") : nullptr;
  if (type && type->is_string() && type->as_string() != "espeak") {
    return invalid("phoneme_type is " + json::serialize(*type) + "; only voices of type \"espeak\" can be spoken");
  }
  const json::value* voice = find(root, "espeak", "voice");
  if (!voice || !voice->is_string() || voice->as_string().empty()) return invalid("espeak.voice is missing");
  config.espeak_voice = std::string(voice->as_string());

  static constexpr std::string_view kScales[] = {"noise_scale", "length_scale", "noise_w"};
  for (std::size_t i = 0; i < config.scales.size(); ++i) {
    const json::value* scale = find(root, "inference", kScales[i]);
    if (!scale) continue;
    const double number = scale->is_number() ? scale->to_number<double>() : -1;
    if (!(number >= 0 && number <= 10) || (i == 1 && number < 0.1)) {
      return invalid("inference." + std::string(kScales[i]) + " is " + json::serialize(*scale) + ", expected up to 10");
    }
    config.scales[i] = static_cast<float>(number);
  }
  if (const json::value* n = root.as_object().if_contains("num_speakers"); n && n->is_int64() && n->as_int64() > 1) {
    config.speakers = static_cast<int>(std::min<std::int64_t>(n->as_int64(), 1 << 20));
  }
  const json::value* map = root.as_object().if_contains("phoneme_id_map");
  if (!map || !map->is_object()) return invalid("phoneme_id_map is missing");
  Result<PhonemeIds> ids = read_ids(map->as_object());
  if (!ids) return ids.error();
  config.ids = std::move(*ids);
  return config;
}

Result<PiperConfig> read_piper_config(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{Errc::not_found, "opening a Piper voice's configuration: " + path + " cannot be read"};
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  Result<PiperConfig> config = parse_piper_config(text);
  return config ? std::move(config) : Result<PiperConfig>(config.error().within(path));
}

}  // namespace offhook::tts

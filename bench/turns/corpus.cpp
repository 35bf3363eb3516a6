#include "turns/corpus.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <fstream>

#include "audio/wav.hpp"

namespace offhook::turns {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, kKinds> kNames = {"pause",       "complete",  "short",    "interrupt",
                                                         "backchannel", "cough",     "keyboard", "line_noise",
                                                         "tv",          "side_talk", "control",  "echo"};

std::string text_of(const json::object& o, std::string_view key) {
  const json::value* v = o.if_contains(key);
  return v && v->is_string() ? std::string(v->get_string()) : std::string();
}

std::optional<std::int64_t> number_of(const json::object& o, std::string_view key) {
  constexpr std::int64_t most = 1'000'000'000'000;
  const json::value* v = o.if_contains(key);
  const std::int64_t* n = v ? v->if_int64() : nullptr;
  return n && *n >= 0 && *n < most ? std::optional(*n) : std::nullopt;
}

bool has_file(Kind kind) {
  return kind != Kind::control && kind != Kind::echo;
}

}  // namespace

std::string_view name(Kind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<Kind> kind_of(std::string_view name) {
  const auto at = std::ranges::find(kNames, name);
  if (at == kNames.end()) return std::nullopt;
  return static_cast<Kind>(at - kNames.begin());
}

bool over_the_agent(Kind kind) {
  return kind >= Kind::interrupt && kind <= Kind::control;
}

std::string line_of(const Case& c) {
  json::object o{{"id", c.id}, {"kind", name(c.kind)}};
  const auto put = [&o](std::string_view key, const std::string& text) {
    if (!text.empty()) o[key] = text;
  };
  put("class", c.group);
  put("file", c.file);
  put("text", c.text);
  put("voice", c.voice);
  put("ask", c.ask);
  if (over_the_agent(c.kind)) o["after_ms"] = c.after_ms;
  o["first_ms"] = c.first_ms;
  o["last_ms"] = c.last_ms;
  if (c.pause_begin_ms) o["pause_begin_ms"] = *c.pause_begin_ms;
  if (c.pause_end_ms) o["pause_end_ms"] = *c.pause_end_ms;
  o["seed"] = c.seed;
  o["made"] = json::array(c.made.begin(), c.made.end());
  return json::serialize(o);
}

Result<Case> parse_case(std::string_view line) {
  json::error_code error;
  const json::value value = json::parse(line, error);
  const json::object* o = error ? nullptr : value.if_object();
  if (o == nullptr) return Error{Errc::invalid, "expected a JSON object with id, kind, file …"};
  Case c;
  c.id = text_of(*o, "id");
  const std::string kind = text_of(*o, "kind");
  if (c.id.empty()) return Error{Errc::invalid, "a case without an id"};
  if (!kind_of(kind)) return Error{Errc::invalid, c.id + ": there is no kind \"" + kind + "\""};
  c.kind = *kind_of(kind);
  c.group = text_of(*o, "class");
  c.file = text_of(*o, "file");
  c.text = text_of(*o, "text");
  c.voice = text_of(*o, "voice");
  c.ask = text_of(*o, "ask");
  c.first_ms = number_of(*o, "first_ms").value_or(0);
  c.last_ms = number_of(*o, "last_ms").value_or(0);
  c.pause_begin_ms = number_of(*o, "pause_begin_ms");
  c.pause_end_ms = number_of(*o, "pause_end_ms");
  c.after_ms = number_of(*o, "after_ms").value_or(0);
  c.seed = static_cast<std::uint32_t>(number_of(*o, "seed").value_or(0));
  if (const json::value* made = o->if_contains("made"); made && made->is_array())
    for (const json::value& m : made->get_array())
      if (m.is_string()) c.made.emplace_back(m.get_string());
  if (has_file(c.kind) && c.file.empty()) return Error{Errc::invalid, c.id + ": no file; its kind is something heard"};
  if (c.file.find('/') != std::string::npos) return Error{Errc::invalid, c.id + ": a file stands in the folder itself"};
  if (c.kind != Kind::echo && c.last_ms <= c.first_ms)
    return Error{Errc::invalid, c.id + ": last_ms must lie behind first_ms"};
  if (c.kind == Kind::pause &&
      !(c.pause_begin_ms && c.pause_end_ms && *c.pause_begin_ms < *c.pause_end_ms && *c.pause_end_ms <= c.last_ms))
    return Error{Errc::invalid, c.id + ": a pause needs pause_begin_ms and, behind it, pause_end_ms"};
  if ((over_the_agent(c.kind) || c.kind == Kind::echo) && c.ask.empty())
    return Error{Errc::invalid, c.id + ": \"ask\" must name the question before it"};
  return c;
}

Result<std::vector<Case>> read_manifest(const std::string& folder) {
  const std::string path = folder + "/manifest.jsonl";
  std::ifstream in(path);
  if (!in) return Error{Errc::not_found, "cannot read " + path + "; `offhook-turns make --out` writes one"};
  std::vector<Case> out;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty()) continue;
    auto c = parse_case(line);
    if (!c) return c.error().within(path + ":" + std::to_string(number));
    out.push_back(std::move(*c));
  }
  for (const Case& c : out)
    if (!c.ask.empty() && std::ranges::none_of(out, [&](const Case& q) { return q.id == c.ask && !q.file.empty(); }))
      return Error{Errc::invalid, path + ": " + c.id + " asks \"" + c.ask + "\", which is not there"};
  return out;
}

Result<Clip> read_clip(const std::string& folder, const Case& c) {
  Clip clip;
  clip.first = samples_of_ms(c.first_ms);
  clip.last = samples_of_ms(c.last_ms);
  if (c.pause_begin_ms) clip.pause = samples_of_ms(*c.pause_begin_ms);
  if (c.file.empty()) return clip;
  const std::string path = folder + "/" + c.file;
  auto wav = audio::read_wav(path);
  if (!wav) return wav.error();
  if (wav->rate != kRate || wav->channels != 1) return Error{Errc::invalid, path + ": expected 8000 Hz, one channel"};
  if (clip.last > static_cast<Samples>(wav->samples.size()))
    return Error{Errc::invalid, path + ": shorter than its manifest says"};
  clip.sound = std::make_shared<Sound>(std::move(wav->samples));
  return clip;
}

std::vector<Case> chosen(std::span<const Case> cases, std::span<const Kind> kinds, int limit) {
  std::array<std::int64_t, kKinds> count{}, seen{};
  for (const Case& c : cases) ++count[static_cast<std::size_t>(c.kind)];
  std::vector<Case> out;
  for (const Case& c : cases) {
    if (!kinds.empty() && std::ranges::find(kinds, c.kind) == kinds.end()) continue;
    const std::int64_t n = count[static_cast<std::size_t>(c.kind)], i = seen[static_cast<std::size_t>(c.kind)]++;
    const std::int64_t wanted = limit > 0 ? std::min<std::int64_t>(limit, n) : n;
    if ((i + 1) * wanted / n > i * wanted / n) out.push_back(c);  // `wanted` steps over n cases
  }
  return out;
}

}  // namespace offhook::turns

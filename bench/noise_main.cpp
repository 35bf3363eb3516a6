// offhook-noise: what noise suppression does to what is heard. Recordings of people, through a telephone's µ-law with
// noise added, before the embedded recogniser and voice detector: words wrong, false alarms, cost.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <optional>
#include <random>
#include <thread>

#include "audio/g711.hpp"
#include "audio/level.hpp"
#include "audio/resampler.hpp"
#include "audio/wav.hpp"
#include "base/log.hpp"
#include "inference/model_store.hpp"
#include "inference/pool.hpp"
#include "net/virtual_loop.hpp"
#include "noise/noise.hpp"
#include "stt/stt.hpp"
#include "stt/words.hpp"
#include "vad/vad.hpp"

namespace offhook {
namespace {

using Sound = std::vector<float>;  // 8 kHz

constexpr int kRate = noise::kRate;
constexpr std::size_t kFrame = kRate / 50;                      // as a telephone sends them
constexpr std::size_t kBefore = 3 * kRate / 2, kAfter = kRate;  // of noise alone, around what is said
constexpr std::size_t kRunUp = 3 * kRate / 10;                  // as the recogniser is given it in a call
constexpr double kSpeechLevel = -23;                            // dBFS of the loud parts
constexpr double kSpeech = 0.5;                                 // as the conversation takes it
const std::vector<std::string> kNoises{"white", "pink", "babble", "hum"};

struct Options {
  std::string people, cache;
  std::vector<std::string> models{"off", "rnnoise", "deepfilter"};
  std::vector<double> snr{20, 10, 5, 0};
  std::vector<std::string> noises = kNoises;
};

struct Recording {
  std::string transcript;
  Sound sound;
};

void scale_to(Sound& sound, double now_db, double then_db) {
  const auto gain = static_cast<float>(std::pow(10, (then_db - now_db) / 20));
  for (float& s : sound) s *= gain;
}

// Of the windows within 25 dB of the loudest: pauses do not count.
double speech_level(std::span<const float> sound) {
  std::vector<double> levels;
  for (std::size_t at = 0; at + 256 <= sound.size(); at += 256) levels.push_back(audio::dbfs(sound.subspan(at, 256)));
  const double loudest = levels.empty() ? 0 : *std::ranges::max_element(levels);
  double power = 0;
  int n = 0;
  for (const double l : levels)
    if (l > loudest - 25) power += std::pow(10, l / 10), ++n;
  return 10 * std::log10(power / std::max(n, 1));
}

Result<std::vector<Recording>> read_people(const std::string& folder) {
  std::ifstream lines(folder + "/manifest.jsonl");
  if (!lines) return Error{Errc::not_found, "--people: there is no " + folder + "/manifest.jsonl"};
  std::vector<Recording> people;
  for (std::string line; std::getline(lines, line);) {
    boost::system::error_code broken;
    const auto value = boost::json::parse(line, broken);
    const auto* o = broken ? nullptr : value.if_object();
    if (!o || !o->contains("file") || !o->contains("transcript"))
      return Error{Errc::invalid, "--people: manifest.jsonl: expected {\"file\": …, \"transcript\": …}, found " + line};
    const std::filesystem::path file = std::string(o->at("file").as_string());
    const auto wav = audio::read_wav(folder + "/" + file.stem().string() + ".wav");
    if (!wav) return wav.error().within("--people");
    const auto pcm = wav->channel(0);
    Sound sound(pcm.size());
    for (std::size_t i = 0; i < pcm.size(); ++i) sound[i] = static_cast<float>(pcm[i]) / 32768;
    sound = audio::resample(sound, wav->rate, kRate);
    scale_to(sound, speech_level(sound), kSpeechLevel);
    people.push_back({std::string(o->at("transcript").as_string()), std::move(sound)});
  }
  if (people.empty()) return Error{Errc::invalid, "--people: manifest.jsonl names no recording"};
  return people;
}

// So many samples of noise at `level` dBFS. `but`: who speaks, and so is not in the babble.
Sound make_noise(const std::string& kind, std::size_t samples, double level, const std::vector<Recording>& people,
                 std::size_t but) {
  std::mt19937 random(static_cast<unsigned>(but) + 11);
  std::normal_distribution<float> one;
  Sound sound(samples);
  if (kind == "babble") {  // five others at once
    for (std::size_t voice = 1; voice <= 5; ++voice) {
      const Sound& other = people[(but + 2 * voice) % people.size()].sound;
      const std::size_t from = random() % other.size();
      for (std::size_t i = 0; i < samples; ++i) sound[i] += other[(from + i) % other.size()];
    }
  } else if (kind == "hum") {  // a motor on the mains: odd and even harmonics up to 2 kHz, and a little hiss
    for (int h = 1; h <= 40; ++h)
      for (std::size_t i = 0; i < samples; ++i)
        sound[i] +=
            (h % 2 ? 1.0f : 0.4f) / static_cast<float>(h) *
            static_cast<float>(std::sin(2 * std::numbers::pi * 50 * h * static_cast<double>(i) / kRate + h * h));
    for (float& s : sound) s += 0.05f * one(random);
  } else {
    float a = 0, b = 0, c = 0;
    for (float& s : sound) {
      s = one(random);
      if (kind != "pink") continue;  // 3 dB less an octave, by three sections of first order (P. Kellet's)
      a = 0.99765f * a + 0.0990460f * s;
      b = 0.96300f * b + 0.2965164f * s;
      c = 0.57000f * c + 1.0526913f * s;
      s = a + b + c + 0.1848f * s;
    }
  }
  scale_to(sound, audio::dbfs(std::span<const float>(sound)), level);
  return sound;
}

Sound through_mulaw(const Sound& sound) {
  Sound out;
  for (const float s : sound)
    out.push_back(static_cast<float>(audio::mulaw_decode(audio::mulaw_encode(
                      static_cast<std::int16_t>(std::lrint(std::clamp(s * 32768, -32768.0f, 32767.0f)))))) /
                  32768);
  return out;
}

std::size_t word_errors(const std::vector<stt::Word>& said, const std::vector<stt::Word>& heard) {
  std::vector<std::size_t> row(heard.size() + 1);
  for (std::size_t j = 0; j <= heard.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= said.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= heard.size(); ++j) {
      const std::size_t same = diagonal + (said[i - 1].bare != heard[j - 1].bare);
      diagonal = row[j];
      row[j] = std::min({same, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

double cpu_us() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}

// "off", "rnnoise" or "deepfilter".
class Hearing {
 public:
  static Result<Hearing> load(const std::string& name, const inference::ModelStore& store) {
    Hearing h;
    h.name = name;
    if (name == "off") return h;
    Result<std::unique_ptr<noise::Suppressor>> loaded =
        Error{Errc::invalid, "--models: found " + name + ", expected off, rnnoise or deepfilter"};
    if (name == "rnnoise") {
      const auto library = store.path("rnnoise");
      if (!library) return library.error();
      loaded = noise::load_rnnoise(*library);
    } else if (name == "deepfilter") {
      const auto library = store.path("deepfilternet-3/library"), weights = store.path("deepfilternet-3/model");
      if (!library) return library.error();
      if (!weights) return weights.error();
      loaded = noise::load_deepfilter({*library, *weights});
    }
    if (!loaded) return loaded.error();
    h.model_ = std::move(*loaded);
    h.stream_ = h.model_->open();
    while (!h.stream_->ready()) std::this_thread::yield();
    return h;
  }

  // Frame by frame, and aligned with what came.
  Sound hear(const Sound& sound) {
    if (!stream_) return sound;
    stream_->reset();
    Sound in = sound, out;
    in.resize(in.size() + kRate / 10);
    for (std::size_t at = 0; at < in.size(); at += kFrame) {
      const double began = cpu_us();
      stream_->process(std::span<const float>(in).subspan(at, std::min(kFrame, in.size() - at)), out);
      frames_us.push_back(cpu_us() - began);
    }
    out.resize(sound.size());
    return out;
  }

  std::string name;
  std::vector<double> frames_us;  // of CPU

 private:
  std::unique_ptr<noise::Suppressor> model_;
  std::unique_ptr<noise::Stream> stream_;
};

// Of the tables: a model, and the share of what came that is mixed in again.
struct Column {
  std::string name;  // "rnnoise", "rnnoise+0.2"
  std::size_t hearing = 0;
  float kept = 0;

  Sound of(const Sound& line, Sound heard) const {
    for (std::size_t i = 0; i < heard.size(); ++i) heard[i] += kept * (line[i] - heard[i]);
    return heard;
  }
};

class Bench {
 public:
  static Result<std::unique_ptr<Bench>> load(const Options& o) {
    auto bench = std::make_unique<Bench>();
    auto store = inference::ModelStore::open(o.cache.empty() ? inference::ModelStore::default_cache_dir() : o.cache);
    if (!store) return store.error();
    stt::MoonshineFiles files;
    for (const auto& [name, to] : {std::pair{"encoder", &files.encoder}, std::pair{"decoder", &files.decoder},
                                   std::pair{"tokens", &files.tokens}}) {
      auto path = store->path(std::string("moonshine-tiny-en/") + name);
      if (!path) return path.error();
      *to = *path;
    }
    auto recognizer = stt::load_moonshine(files, bench->pool_);
    if (!recognizer) return recognizer.error();
    bench->recognizer_ = std::move(*recognizer);
    const auto silero = store->path("silero-vad");
    if (!silero) return silero.error();
    auto vad = vad::load_silero(*silero);
    if (!vad) return vad.error();
    bench->vad_ = std::move(*vad);
    for (const auto& name : o.models) {
      const auto plus = name.find('+');
      const std::string model = name.substr(0, plus);
      auto& all = bench->hearings;
      auto at = std::ranges::find(all, model, &Hearing::name);
      if (at == all.end()) {
        auto hearing = Hearing::load(model, *store);
        if (!hearing) return hearing.error();
        at = all.insert(all.end(), std::move(*hearing));
      }
      bench->columns.push_back({name, static_cast<std::size_t>(at - all.begin()),
                                plus == name.npos ? 0 : std::strtof(name.c_str() + plus + 1, nullptr)});
    }
    return bench;
  }

  std::string transcribe(std::span<const float> sound) {
    const Sound at_16k = audio::resample(sound, kRate, stt::kRate);
    std::optional<Result<std::string>> heard;
    const auto session =
        recognizer_->open(loop_, {nullptr, [&](std::uint32_t, Result<std::string> text) { heard = std::move(text); }});
    session->begin();
    session->audio(at_16k);
    session->pause(1);
    if (!loop_.wait_until([&] { return heard.has_value(); }, std::chrono::seconds(60)) || !*heard) return "";
    return **heard;
  }

  // Of each window of 32 ms: is it speech?
  std::vector<bool> speech(std::span<const float> sound) {
    const Sound at_16k = audio::resample(sound, kRate, vad::kRate);
    vad::Memory memory;
    std::vector<bool> out;
    for (std::size_t at = 0; at + vad::kWindow <= at_16k.size(); at += vad::kWindow) {
      vad::Model::Window window{&memory, std::span<const float>(at_16k).subspan(at, vad::kWindow)};
      (void)vad_->run({&window, 1});
      out.push_back(window.probability >= kSpeech);
    }
    return out;
  }

  // As each column hears it.
  std::vector<Sound> hear(const Sound& line) {
    std::vector<Sound> heard, out;
    for (auto& h : hearings) heard.push_back(h.hear(line));
    for (const auto& c : columns) out.push_back(c.of(line, heard[c.hearing]));
    return out;
  }

  std::vector<Hearing> hearings;
  std::vector<Column> columns;

 private:
  VirtualClock clock_;  // its time stands still: no deadline passes however slow the machine is
  inference::Pool pool_{clock_, 2};
  net::VirtualLoop loop_;
  std::unique_ptr<stt::Recognizer> recognizer_;
  std::unique_ptr<vad::Model> vad_;
};

void row(const std::string& first, const std::vector<std::string>& cells) {
  std::printf("| %s |", first.c_str());
  for (const auto& cell : cells) std::printf(" %s |", cell.c_str());
  std::printf("\n");
  std::fflush(stdout);
}
void head(const std::string& first, const Bench& bench) {
  std::vector<std::string> names, lines;
  for (const auto& c : bench.columns) names.push_back(c.name), lines.push_back("---");
  row(first, names);
  row("---", lines);
}
std::string percent(double part, double whole) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", whole > 0 ? 100 * part / whole : 0);
  return text;
}

// Words wrong of those said, and the share of the windows that are speech on the quiet line and are still found.
struct Tally {
  std::size_t wrong = 0, said = 0, found = 0, spoken = 0;
};

// `kind` empty: no noise.
std::vector<Tally> understood(Bench& bench, const std::vector<Recording>& people, const std::string& kind, double snr) {
  std::vector<Tally> tallies(bench.columns.size());
  for (std::size_t who = 0; who < people.size(); ++who) {
    Sound said(kBefore);
    said.insert(said.end(), people[who].sound.begin(), people[who].sound.end());
    said.resize(said.size() + kAfter);
    const auto spoken = bench.speech(through_mulaw(said));
    if (!kind.empty()) {
      const Sound noise = make_noise(kind, said.size(), kSpeechLevel - snr, people, who);
      for (std::size_t i = 0; i < said.size(); ++i) said[i] += noise[i];
    }
    const Sound line = through_mulaw(said);
    const auto words = stt::words(people[who].transcript);
    const auto each = bench.hear(line);
    for (std::size_t c = 0; c < each.size(); ++c) {
      const Sound& heard = each[c];
      const std::size_t from = kBefore - kRunUp;
      const std::string text =
          bench.transcribe(std::span<const float>(heard).subspan(from, heard.size() - from - kAfter + kRunUp));
      Tally& t = tallies[c];
      t.said += words.size();
      t.wrong += word_errors(words, stt::words(text));
      const auto windows = bench.speech(heard);
      for (std::size_t i = 0; i < spoken.size() && i < windows.size(); ++i)
        if (spoken[i]) ++t.spoken, t.found += windows[i];
    }
  }
  return tallies;
}

int run(const Options& o) {
  log::set_level(log::Level::error);
  const auto say = [](const Error& e) {
    std::fprintf(stderr, "offhook-noise: %s\n", e.what.c_str());
    return 2;
  };
  const auto people = read_people(o.people);
  if (!people) return say(people.error());
  auto loaded = Bench::load(o);
  if (!loaded) return say(loaded.error());
  Bench& bench = **loaded;

  std::vector<std::pair<std::string, std::vector<Tally>>> rows{{"none", understood(bench, *people, "", 0)}};
  head("noise, SNR: words wrong", bench);
  const auto tell = [](const auto& r, bool words) {
    std::vector<std::string> cells;
    for (const Tally& t : r.second)
      cells.push_back(words ? percent(double(t.wrong), double(t.said)) : percent(double(t.found), double(t.spoken)));
    row(r.first, cells);
  };
  tell(rows[0], true);
  for (const auto& kind : o.noises)
    for (const double snr : o.snr) {
      char name[64];
      std::snprintf(name, sizeof name, "%s, %g dB", kind.c_str(), snr);
      rows.emplace_back(name, understood(bench, *people, kind, snr));
      tell(rows.back(), true);
    }
  std::printf("\n");
  head("speech found, in windows", bench);
  for (const auto& r : rows) tell(r, false);

  std::printf("\n");
  head("nobody speaks, 60 s: windows taken for speech", bench);
  for (const auto& kind : o.noises)
    for (const double level : {-50.0, -35.0, -25.0}) {
      const Sound line = through_mulaw(make_noise(kind, 60 * kRate, level, *people, 0));
      std::vector<std::string> cells;
      for (const Sound& heard : bench.hear(line)) {
        const auto windows = bench.speech(heard);
        cells.push_back(percent(double(std::ranges::count(windows, true)), double(windows.size())));
      }
      row(kind + ", " + std::to_string(static_cast<int>(level)) + " dBFS", cells);
    }

  std::printf("\n");
  head("CPU", bench);
  std::vector<std::string> mean, worst, second;
  for (const auto& c : bench.columns) {
    auto& h = bench.hearings[c.hearing];
    if (h.frames_us.empty()) {
      for (auto* cells : {&mean, &worst, &second}) cells->push_back("0");
      continue;
    }
    std::ranges::sort(h.frames_us);
    double sum = 0;
    for (const double us : h.frames_us) sum += us;
    const double us = sum / static_cast<double>(h.frames_us.size());
    char text[32];
    std::snprintf(text, sizeof text, "%.2f ms", us / 1000);
    mean.push_back(text);
    std::snprintf(text, sizeof text, "%.2f ms", h.frames_us[h.frames_us.size() * 99 / 100] / 1000);
    worst.push_back(text);
    std::snprintf(text, sizeof text, "%.0f ms", us * 50 / 1000);
    second.push_back(text);
  }
  row("a frame of 20 ms, mean", mean);
  row("a frame of 20 ms, 99 of 100", worst);
  row("a second of call", second);
  return 0;
}

}  // namespace
}  // namespace offhook

int main(int argc, char** argv) {
  offhook::Options o;
  CLI::App app{"What noise suppression does to what is heard: words wrong, false alarms, cost."};
  app.add_option("--people", o.people,
                 "a folder with manifest.jsonl ({\"file\": …, \"transcript\": …} a line) and a WAV for each file")
      ->required();
  app.add_option("--cache", o.cache, "where the models lie (default $OFFHOOK_CACHE or ~/.cache/offhook)");
  app.add_option("--models", o.models, "off, rnnoise, deepfilter; rnnoise+0.2: with 0.2 of what came mixed in again")
      ->delimiter(',');
  app.add_option("--noises", o.noises, "white, pink, babble, hum")
      ->delimiter(',')
      ->check(CLI::IsMember(offhook::kNoises));
  app.add_option("--snr", o.snr, "dB, to the loud parts of speech")->delimiter(',');
  CLI11_PARSE(app, argc, argv);
  return offhook::run(o);
}

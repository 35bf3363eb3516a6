#include "turns/maker.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <utility>

#include "audio/wav.hpp"
#include "turns/corpus.hpp"
#include "turns/filters.hpp"
#include "turns/level.hpp"
#include "turns/noises.hpp"
#include "turns/program.hpp"
#include "turns/splicer.hpp"
#include "turns/texts.hpp"

namespace offhook::turns {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr int kFew = 3;  // of each kind, where the corpus is to be small
constexpr int kNoises = 12, kEchoes = 12, kControls = 12;
constexpr double kCough = -20, kKeyboard = -24, kLineNoise = -28;  // dBFS of the loudest 20 ms
constexpr double kSideTalk = -12;                                  // dB below the caller
constexpr double kWall = 1200, kSet = 2200;  // Hz: what is left of a voice in the room, of a television's
constexpr std::int64_t kShortControl = 300, kLongControl = 4000;  // ms

class Maker {
 public:
  Maker(const MakeOptions& options, Voices& voices, std::string scratch, const std::function<void(std::string)>& told)
      : o_(options), voices_(voices), scratch_(std::move(scratch)), told_(told), random_(options.seed) {}

  Result<int> make() {
    std::error_code ec;
    fs::create_directories(o_.out, ec);
    if (ec) return Error{Errc::unavailable, "cannot make the folder " + o_.out + ": " + ec.message()};
    manifest_.open(o_.out + "/manifest.jsonl", std::ios::trunc);
    if (!manifest_) return Error{Errc::unavailable, "cannot write " + o_.out + "/manifest.jsonl"};
    using Step = Result<void> (Maker::*)();
    for (const Step step : {&Maker::completes, &Maker::pauses, &Maker::people, &Maker::shorts, &Maker::words_over,
                            &Maker::noises, &Maker::others, &Maker::without})
      if (auto ok = (this->*step)(); !ok) return ok.error();
    manifest_.flush();
    if (!manifest_) return Error{Errc::unavailable, "cannot write " + o_.out + "/manifest.jsonl: is the disk full?"};
    return written_;
  }

 private:
  std::uint32_t seed() { return static_cast<std::uint32_t>(random_()); }
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most - least + 1));
  }
  const std::string& voice(std::size_t i) const { return voices_.names()[i % voices_.names().size()]; }
  int count(std::size_t all) const { return o_.small ? std::min(kFew, static_cast<int>(all)) : static_cast<int>(all); }

  Case begun(Kind kind, std::string group = {}) {
    Case c;
    c.kind = kind;
    c.group = std::move(group);
    const std::string number = std::to_string(++numbers_[static_cast<std::size_t>(kind)]);
    c.id = std::string(name(kind)) + "-" + std::string(3 - std::min<std::size_t>(number.size(), 3), '0') + number;
    c.seed = seed();
    return c;
  }

  // Said, at the caller's level, in the telephone's band, without the silence around it.
  Result<Utterance> spoken(Case& c, std::string_view text) {
    auto said = voices_.say(c.voice, text);
    if (!said) return said.error().within(c.id);
    c.made.push_back(std::move(said->made));
    return cleaned(c, said->sound);
  }
  Result<Utterance> cleaned(const Case& c, const Sound& sound) const {
    auto out = trimmed(levelled(telephone_band(sound), o_.speech_dbfs));
    if (!out) return out.error().within(c.id);
    return out;
  }

  Result<void> write(Case& c, const Utterance& u) {
    c.file = c.id + ".wav";
    c.first_ms = ms_of(u.first);
    c.last_ms = ms_of(u.last);
    char line[80];
    std::snprintf(line, sizeof line, "300-3400 Hz, floor %.0f dBFS, mu-law", o_.floor_dbfs);
    c.made.push_back(line);
    auto wav = audio::WavWriter::create(o_.out + "/" + c.file, kRate, 1);
    if (!wav) return wav.error();
    if (auto ok = (*wav)->write(on_the_line(u.sound, o_.floor_dbfs, c.seed)); !ok) return ok;
    if (auto ok = (*wav)->close(); !ok) return ok;
    return note(c);
  }
  Result<void> note(const Case& c) {
    manifest_ << line_of(c) << '\n';
    ++written_;
    return {};
  }

  Result<void> say_all(Kind kind, std::span<const std::string_view> texts) {
    for (int i = 0; i < count(texts.size()); ++i) {
      const auto n = static_cast<std::size_t>(i);
      Case c = begun(kind);
      c.text = texts[n];
      c.voice = voice(n);
      auto said = spoken(c, c.text);
      if (!said) return said.error();
      level(c);
      if (kind == Kind::complete) questions_.push_back(c);
      if (auto ok = write(c, *said); !ok) return ok;
    }
    return {};
  }
  void level(Case& c) const {
    char line[40];
    std::snprintf(line, sizeof line, "speech %.0f dBFS", o_.speech_dbfs);
    c.made.push_back(line);
  }

  Result<void> completes() { return say_all(Kind::complete, complete_texts()); }
  Result<void> shorts() { return say_all(Kind::one_word, short_texts()); }

  Result<void> with_pause(Case& c, const Utterance& first, const Utterance& second) {
    const std::int64_t pause = between(400, 1200);
    const Spliced s = spliced(first, samples_of_ms(pause), second);
    c.pause_begin_ms = ms_of(s.pause_begin);
    c.pause_end_ms = ms_of(s.pause_end);
    level(c);
    c.made.push_back("pause " + std::to_string(pause) + " ms");
    return write(c, s.whole);
  }

  // Every text by two voices. A comma behind the first piece: it is not over.
  Result<void> pauses() {
    const auto texts = broken_texts();
    const std::size_t all = 2 * texts.size();
    for (std::size_t i = 0; i < (o_.small ? 2 * kFew : all); ++i) {
      const Broken& text = texts[i % texts.size()];
      Case c = begun(Kind::pause, std::string(text.group));
      c.text = std::string(text.first) + " | " + std::string(text.second);
      c.voice = voice(i + (i >= texts.size() ? 2 : 0));
      auto first = spoken(c, std::string(text.first) + ",");
      if (!first) return first.error();
      auto second = spoken(c, text.second);
      if (!second) return second.error();
      if (auto ok = with_pause(c, *first, *second); !ok) return ok;
    }
    return {};
  }

  Result<void> people() {
    if (o_.people.empty()) return {};
    std::ifstream in(o_.people + "/manifest.jsonl");
    if (!in) return Error{Errc::not_found, "--people: cannot read " + o_.people + "/manifest.jsonl"};
    int taken = 0, whole = 0;
    for (std::string line; std::getline(in, line);) {
      json::error_code error;
      const json::value v = json::parse(line, error);
      const json::object* o = error ? nullptr : v.if_object();
      const auto text = [o](const char* key) {
        const json::value* t = o ? o->if_contains(key) : nullptr;
        return t && t->is_string() ? std::string(t->get_string()) : std::string();
      };
      const std::string file = text("file");
      if (file.empty()) continue;
      if (file.find('/') != std::string::npos)
        return Error{Errc::invalid, "--people: " + file + ": a recording stands in the folder itself"};
      if (o_.small && taken == kFew) break;
      ++taken;
      auto cut_there = person(file, text("speaker"), text("transcript"));
      if (!cut_there) return cut_there.error().within("--people " + file);
      whole += !*cut_there;
    }
    if (whole > 0)
      told_(std::to_string(whole) + " recordings have no quiet place in their middle: complete turns only");
    return {};
  }

  // Complete, and with a pause where he drew breath; false where he did not.
  Result<bool> person(const std::string& file, const std::string& speaker, const std::string& transcript) {
    const std::string wav = scratch_ + "/person.wav";
    std::vector<std::string> sox = {"sox", o_.people + "/" + file, "-r", "8000", "-c", "1", "-b", "16", wav};
    if (auto ok = run_program(sox); !ok) return ok.error();
    sox[1] = file;
    sox.back() = "FILE";
    auto sound = sound_of_file(wav);
    if (!sound) return sound.error();
    Case c = begun(Kind::complete, "people");
    c.text = transcript;
    c.voice = "person:" + speaker;
    c.made.push_back(shown(sox));
    auto whole = cleaned(c, *sound);
    if (!whole) return whole.error();
    Case broken = c;
    level(c);
    if (auto ok = write(c, *whole); !ok) return ok.error();
    const auto at = gap(*whole);
    if (!at) return false;
    const auto [before, after] = cut(*whole, *at);
    auto first = trimmed(before), second = trimmed(after);
    if (!first || !second) return false;
    const Case fresh = begun(Kind::pause, "people");
    broken.id = fresh.id;
    broken.kind = fresh.kind;
    broken.seed = fresh.seed;
    broken.made.push_back("cut at " + std::to_string(ms_of(*at)) + " ms");
    if (auto ok = with_pause(broken, *first, *second); !ok) return ok.error();
    return true;
  }

  // Over the answer to a question, some time behind its first sound.
  const Case& asks(Case& c) {
    const Case& question = questions_[asked_++ % questions_.size()];
    c.ask = question.id;
    c.after_ms = between(1200, 3000);
    return question;
  }

  Result<void> words_over() {
    for (const auto& [kind, texts] :
         {std::pair(Kind::interrupt, interrupting_texts()), std::pair(Kind::backchannel, backchannel_texts())})
      for (int i = 0; i < count(texts.size()); ++i) {
        Case c = begun(kind);
        c.voice = asks(c).voice;
        c.text = texts[static_cast<std::size_t>(i)];
        auto said = spoken(c, c.text);
        if (!said) return said.error();
        level(c);
        if (auto ok = write(c, *said); !ok) return ok;
      }
    return {};
  }

  Result<void> noises() {
    using Make = Sound (*)(std::uint32_t, double);
    struct Noise {
      Kind kind;
      Make make;
      double dbfs;
    };
    for (const Noise& noise : {Noise{Kind::cough, &cough, kCough}, Noise{Kind::keyboard, &keyboard, kKeyboard},
                               Noise{Kind::line_noise, &line_noise, kLineNoise}})
      for (int i = 0; i < count(kNoises); ++i) {
        Case c = begun(noise.kind);
        asks(c);
        auto sound = trimmed(noise.make(c.seed, noise.dbfs));
        if (!sound) return sound.error().within(c.id);
        char line[60];
        std::snprintf(line, sizeof line, "synthesised, loudest 20 ms %.0f dBFS", noise.dbfs);
        c.made.push_back(line);
        if (auto ok = write(c, *sound); !ok) return ok;
      }
    return {};
  }

  // Another voice than the caller's. What is audible of it is measured before it is made soft.
  Result<void> others() {
    for (const Kind kind : {Kind::tv, Kind::side_talk})
      for (int i = 0; i < count(kNoises); ++i) {
        const auto n = static_cast<std::size_t>(i);
        const auto texts = kind == Kind::tv ? tv_texts() : side_talk_texts();
        Case c = begun(kind);
        const std::string callers = asks(c).voice;
        c.voice = voice(n + 1);
        if (c.voice == callers) c.voice = voice(n + 2);
        c.text = texts[n % texts.size()];
        auto said = spoken(c, c.text);
        if (!said) return said.error();
        const double down = kind == Kind::tv ? -static_cast<double>(between(18, 24)) : kSideTalk;
        const double hz = kind == Kind::tv ? kSet : kWall;
        said->sound = levelled(low_passed(said->sound, hz), o_.speech_dbfs + down);
        char line[60];
        std::snprintf(line, sizeof line, "below %.0f Hz, %.0f dBFS", hz, o_.speech_dbfs + down);
        c.made.push_back(line);
        if (auto ok = write(c, *said); !ok) return ok;
      }
    return {};
  }

  Result<void> without() {
    for (int i = 0; i < (o_.small ? 2 * kFew : kControls); ++i) {
      Case c = begun(Kind::control, i % 2 == 0 ? "short" : "long");
      c.last_ms = i % 2 == 0 ? kShortControl : kLongControl;
      asks(c);
      if (auto ok = note(c); !ok) return ok;
    }
    for (int i = 0; i < count(kEchoes); ++i) {
      Case c = begun(Kind::echo);
      asks(c);
      if (auto ok = note(c); !ok) return ok;
    }
    return {};
  }

  const MakeOptions& o_;
  Voices& voices_;
  const std::string scratch_;
  const std::function<void(std::string)>& told_;
  std::mt19937 random_;
  std::ofstream manifest_;
  std::array<int, kKinds> numbers_{};
  std::vector<Case> questions_;  // by synthesised voices
  std::size_t asked_ = 0;
  int written_ = 0;
};

}  // namespace

Result<int> make_corpus(const MakeOptions& options, Voices& voices, const std::string& scratch,
                        const std::function<void(std::string)>& told) {
  return Maker(options, voices, scratch, told).make();
}

}  // namespace offhook::turns

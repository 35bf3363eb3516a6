// What the tests of voices share: the table of providers, what a clause's caller hears, and what stand-ins were asked.
// A provider is a row; one whose protocol is none of these has a stand-in to get first (bench/standins).
#pragma once

#include <boost/json/parse.hpp>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/harness.hpp"
#include "net/service_health.hpp"
#include "tts/providers.hpp"
#include "tts/tts.hpp"

namespace offhook::conformance {

struct TtsRow {
  std::string provider;
  Service service;
  std::string path;  // of its base URL
  bool socket;       // a WebSocket; else a request for each clause
  bool shared;       // one socket for many clauses: cancelling one costs no connection
  bool tells;        // which words have been said
  bool stops;        // a cancel ends the generation too
  int blanks;        // characters that the protocol adds to a clause
};
inline void PrintTo(const TtsRow& row, std::ostream* out) {
  *out << row.provider;
}

inline const std::vector<TtsRow>& tts_rows() {
  static const std::vector<TtsRow> rows = {
      {"cartesia", Service::cartesia, "", true, true, true, true, 0},
      // its close_context has gone out with the clause, since nothing else makes it tell the end
      {"elevenlabs", Service::elevenlabs, "", true, true, true, false, 1},
      {"elevenlabs-single", Service::elevenlabs, "", true, false, true, true, 1},
      {"deepgram", Service::deepgram_speak, "", true, false, false, true, 0},
      {"openai", Service::openai_speech, "/v1", false, false, false, true, 0},
  };
  return rows;
}
inline std::string tts_title(const ::testing::TestParamInfo<TtsRow>& info) {
  return title(info.param.provider);
}

inline constexpr const char* tts_key = "sk-conformance-0815";
inline constexpr Duration tts_character = 60ms;
inline constexpr Duration tts_chunk = 70ms;  // no whole number of the tone's periods

inline Settings tts_settings() {
  Settings settings = quick();
  settings.tts_character = tts_character;
  settings.tts_chunk = tts_chunk;
  return settings;
}

inline tts::Spec tts_spec(const TtsRow& row, const Standins& at) {
  tts::Spec spec;
  spec.provider = row.provider;
  spec.base_url = at.http_url() + row.path;
  spec.api_key = tts_key;
  spec.voice = row.provider == "deepgram" ? "aura-2-thalia-en" : "alloy";
  return spec;
}

inline Fault fault(Fault::Kind kind, std::size_t after = 0, int times = 1) {
  Fault made;
  made.kind = kind;
  made.after = after;
  made.times = times;
  return made;
}
inline Fault refusal(int status, std::string body = {}, Duration retry_after = {}) {
  Fault made = fault(Fault::Kind::refuse);
  made.status = status;
  made.body = std::move(body);
  made.retry_after = retry_after;
  return made;
}

inline std::int64_t code_points(std::string_view utf8) {
  std::int64_t n = 0;
  for (const char c : utf8) n += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return n;
}
inline double tts_seconds(std::int64_t characters) {
  return static_cast<double>(characters) * static_cast<double>(tts_character.count()) / 1e6;
}

// What the caller of one clause was told; on the loop, until it is over. Every clause of every test is held to what
// tts.hpp promises of the order of callbacks.
struct Heard {
  explicit Heard(net::Loop& on, tts::Speech what) : loop(on), speech(std::move(what)), asked(on.now()) {}

  net::Loop& loop;
  const tts::Speech speech;
  const Time asked;
  Time first{}, ended{};  // its first sound; done
  std::vector<std::int16_t> sound;
  int pieces = 0;
  std::vector<std::pair<std::size_t, std::int64_t>> said;
  std::vector<std::pair<std::string, std::int64_t>> used;
  std::optional<Result<tts::Spoken>> done;
  bool calling = true;  // synthesize() has not returned
  bool left = false;    // its handle was destroyed before the end
  std::function<void()> on_sound, on_done = {};
  std::unique_ptr<net::Pending> handle;

  tts::Sink sink() {
    return {.audio =
                [this](std::span<const std::int16_t> samples) {
                  check("sound");
                  EXPECT_FALSE(samples.empty());
                  if (++pieces == 1) first = loop.now();
                  sound.insert(sound.end(), samples.begin(), samples.end());
                  if (on_sound) on_sound();
                },
            .said =
                [this](std::size_t bytes, std::int64_t samples) {
                  check("said");
                  EXPECT_LE(bytes, speech.text.size());
                  if (!said.empty()) {
                    EXPECT_GT(bytes, said.back().first);
                    EXPECT_GE(samples, said.back().second);
                  }
                  said.emplace_back(bytes, samples);
                },
            .used =
                [this](std::string_view who, std::int64_t characters) {
                  check("used");
                  used.emplace_back(who, characters);
                },
            .done =
                [this](Result<tts::Spoken> result) {
                  check("done");
                  done = std::move(result);
                  ended = loop.now();
                  if (on_done) on_done();
                }};
  }
  void check(const char* what) const {
    EXPECT_TRUE(loop.is_home());
    EXPECT_FALSE(calling) << what << " from inside synthesize()";
    EXPECT_FALSE(done.has_value()) << what << " after done: " << speech.text;
    EXPECT_FALSE(left) << what << " after the handle was destroyed: " << speech.text;
  }

  bool ok() const { return done && done->ok(); }
  Errc code() const { return done && !done->ok() ? done->error().code : Errc::internal; }
  Error error() const { return done && !done->ok() ? done->error() : Error{}; }
  std::string what() const { return error().what; }
  std::string voice() const { return ok() ? done->value().voice : "(an error: " + what() + ")"; }
  double seconds() const { return static_cast<double>(sound.size()) / speech.rate; }
  std::int64_t characters() const {
    std::int64_t sum = 0;
    for (const auto& [who, n] : used) sum += n;
    return sum;
  }
};

struct Limits {
  Duration first_sound{}, all{};  // 0: none
};

// A voice and those who speak with it.
class Mouth {
 public:
  Mouth(Rig& rig, const std::function<std::unique_ptr<tts::Voice>()>& make) : rig_(rig) {
    rig_.on_loop([&] { voice_ = make(); });
    EXPECT_TRUE(voice_);
  }
  Mouth(Rig& rig, const tts::Spec& spec) : Mouth(rig, [&] { return tts::connect(rig.loop, *rig.http, spec); }) {}
  ~Mouth() { drop(); }
  Mouth(const Mouth&) = delete;
  Mouth& operator=(const Mouth&) = delete;

  std::shared_ptr<Heard> start(std::string text, int rate = 8000, Limits limits = {}) {
    std::shared_ptr<Heard> heard;
    rig_.on_loop([&] { heard = start_here(std::move(text), rate, limits); });
    return heard;
  }
  // On the loop.
  std::shared_ptr<Heard> start_here(std::string text, int rate = 8000, Limits limits = {}) {
    const auto by = [&](Duration d) { return d > Duration::zero() ? Deadline::in(rig_.loop.now(), d) : Deadline(); };
    const tts::Speech speech{std::move(text), rate, by(limits.first_sound), by(limits.all)};
    const auto heard = heard_.emplace_back(std::make_shared<Heard>(rig_.loop, speech));
    heard->handle = voice_->synthesize(rig_.loop, speech, heard->sink());
    heard->calling = false;
    return heard;
  }
  // Until it is done.
  std::shared_ptr<Heard> say(std::string text, int rate = 8000, Limits limits = {}) {
    auto heard = start(std::move(text), rate, limits);
    EXPECT_TRUE(wait(*heard)) << "no end of: " << heard->speech.text;
    return heard;
  }
  bool wait(const Heard& heard) {
    return rig_.until([&] { return heard.done.has_value(); });
  }
  bool wait_for_sound(const Heard& heard) {
    return rig_.until([&] { return !heard.sound.empty(); });
  }
  void leave(Heard& heard) {
    rig_.on_loop([&] { leave_here(heard); });
  }
  static void leave_here(Heard& heard) {
    heard.left = !heard.done.has_value();
    heard.handle.reset();
  }
  void warm() {
    rig_.on_loop([&] { voice_->warm(rig_.loop); });
  }
  std::string key() const { return voice_->key(); }
  void drop() {
    rig_.on_loop([&] {
      for (const auto& heard : heard_) leave_here(*heard);
      voice_.reset();
    });
  }

 private:
  Rig& rig_;
  std::unique_ptr<tts::Voice> voice_;
  std::vector<std::shared_ptr<Heard>> heard_;
};

// The stand-ins' voices are a tone that begins anew with each clause, so that what is lost, doubled, out of order or of
// another clause shows: this is how far `sound` is that tone, in samples. Edges of a resampled sound may differ.
inline std::size_t tone_until(std::span<const std::int16_t> sound, int rate, std::size_t edge = 40) {
  const auto differs = [&](std::size_t i) {
    const double tone = 6000 * std::sin(2 * std::numbers::pi * 220 * static_cast<double>(i) / rate);
    return std::abs(tone - sound[i]) > 300;
  };
  std::size_t i = std::min(edge, sound.size());
  while (i + edge < sound.size() && !differs(i)) ++i;
  return i + edge < sound.size() ? i : sound.size();
}

// All of the clause was heard, and only it.
inline void expect_whole(const Heard& heard) {
  const std::string shown = heard.speech.text.substr(0, 40);
  ASSERT_TRUE(heard.ok()) << shown << ": " << heard.what();
  EXPECT_NEAR(heard.seconds(), tts_seconds(code_points(heard.speech.text)), 0.07) << shown;  // a chunk
  EXPECT_EQ(tone_until(heard.sound, heard.speech.rate), heard.sound.size()) << shown;
}

// The texts that clients had spoken, oldest first; without what the protocol adds.
inline std::vector<std::string> asked_to_speak(const Standins& at, Service service) {
  std::vector<std::string> texts;
  for (const std::string& line : at.received(service)) {
    const std::size_t from = line.find('{');
    if (from == std::string::npos) continue;
    boost::system::error_code error;
    const auto value = boost::json::parse(line.substr(from), error);
    if (error || !value.is_object()) continue;
    for (const char* name : {"transcript", "input", "text"}) {
      const auto* text = value.get_object().if_contains(name);
      if (!text || !text->is_string()) continue;
      std::string words(text->get_string());
      if (service == Service::elevenlabs && words.ends_with(' ')) words.pop_back();
      if (!words.empty()) texts.push_back(std::move(words));
    }
  }
  return texts;
}

}  // namespace offhook::conformance

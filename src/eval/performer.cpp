#include "eval/performer.hpp"

#include "audio/g711.hpp"
#include "audio/level.hpp"

namespace offhook::eval {
namespace {

constexpr std::size_t kFrame = edge::Earpiece::kFrame;

std::vector<edge::Utterance> padded(std::vector<edge::Utterance> sounds) {
  for (edge::Utterance& sound : sounds)
    sound.insert(sound.begin(), (kFrame - sound.size() % kFrame) % kFrame, audio::mulaw_encode(0));
  return sounds;
}

std::vector<Duration> lengths_of(const std::vector<edge::Utterance>& sounds) {
  std::vector<Duration> lengths;
  for (const edge::Utterance& sound : sounds) lengths.push_back(static_cast<int>(sound.size() / kFrame) * Actor::kBeat);
  return lengths;
}

}  // namespace

Performer::Performer(const Scenario& scenario, std::vector<edge::Utterance> sounds, bool greeted,
                     Actor::Patience patience)
    : sounds_(padded(std::move(sounds))), actor_(scenario, lengths_of(sounds_), greeted, patience) {}

void Performer::hear(std::span<const std::int16_t, kFrame> frame, bool cut, Time now) {
  if (!began_) began_ = now;
  now_ = now - *began_;
  act_ = actor_.beat(now_, {audio::rms(frame) > edge::Earpiece::kAudibleRms, cut});
  if (act_.kind == Actor::Act::Kind::say) saying_ = sounds_[act_.step];
}

edge::LiveVoice::Took Performer::take(std::span<std::int16_t, kFrame> frame) {
  if (act_.kind == Actor::Act::Kind::hang_up) return Took::hung_up;
  if (saying_.empty()) return Took::nothing_yet;
  audio::mulaw_decode(saying_.first(kFrame), frame);
  saying_ = saying_.subspan(kFrame);
  return Took::frame;
}

}  // namespace offhook::eval

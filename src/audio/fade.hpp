// The soft edge of a sound that begins or ends in the middle.
#pragma once

#include <cstdint>
#include <span>

namespace offhook::audio {

// Fading out and in with the same curve adds up to one throughout, so two of them make a crossfade.
enum class Curve { raised_cosine, linear };

// In place, over the whole of the span: pass the part that is to fade.
void fade_in(std::span<std::int16_t> samples, Curve curve = Curve::raised_cosine);
void fade_out(std::span<std::int16_t> samples, Curve curve = Curve::raised_cosine);

}  // namespace offhook::audio

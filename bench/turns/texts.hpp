// What the callers of the benchmark say. Pure.
#pragma once

#include <span>
#include <string_view>

namespace offhook::turns {

// An utterance in two pieces; the caller thinks between them.
struct Broken {
  std::string_view group;  // open: ends in a word that wants another; content: does not, but is no sentence;
                           // dictated: numbers, addresses, spelling, dates
  std::string_view first, second;
};

std::span<const Broken> broken_texts();
std::span<const std::string_view> complete_texts();
std::span<const std::string_view> short_texts();
std::span<const std::string_view> interrupting_texts();
std::span<const std::string_view> backchannel_texts();
std::span<const std::string_view> tv_texts();
std::span<const std::string_view> side_talk_texts();

}  // namespace offhook::turns

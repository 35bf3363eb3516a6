// What the stand-ins do when nothing goes wrong: how long they take and what they say.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace offhook::standins {

// A language model's answer: its words, or the tools it wants called, or both (words first).
struct Reply {
  struct ToolUse {
    std::string name, arguments;  // arguments: a JSON object as text
  };
  std::string text;
  std::vector<ToolUse> tools;
};

// What a language model is asked, in no vendor's words.
struct Asked {
  std::string model;
  std::string last_user;           // the text of the last message that is the user's
  bool after_tool = false;         // the last message brings a tool's result
  std::string tool_result;         // that result
  std::vector<std::string> tools;  // offered
  std::size_t messages = 0;        // without the system's
};

struct Settings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;                // 0: any free one
  std::string tls_certificate, tls_key;  // PEM files; both empty: plain
  bool keys_required = true;             // false: no key at all is right too; "wrong" is wrong always
  std::size_t log_lines = 1000;          // messages remembered for each service

  // Speech to text. The audio itself is the clock: silence is counted in samples received.
  Duration stt_endpoint = 300ms;  // of silence, until the final; a longer wait in the query wins
  Duration stt_answer = 0ms;      // what is asked for (Finalize, a transcription) takes so long
  Duration stt_segment = 4s;      // of speech, then Deepgram says "is_final" though it goes on
  double words_per_second = 3.5;
  std::vector<std::string> phrases = {"what time do you open on saturday"};  // utterance by utterance, cyclic
  // Takes the place of `phrases`: what has been said in utterance 0, 1, … of which so many seconds were heard.
  std::function<std::string(int utterance, double heard)> hear;
  Duration deepgram_idle = 10s;  // without audio or KeepAlive: NET-0001

  // Language models.
  Duration llm_first = 200ms, llm_token = 10ms;  // a token is a word with the blank behind it
  std::string reply = "We are open from nine to five on Saturday. Is there anything else I can help you with?";
  std::function<Reply(const Asked&)> think;  // takes the place of `reply`
  std::int64_t llm_cached = 0;               // tokens of each prompt that came from the cache, at most all

  // Voices: a tone.
  Duration tts_first = 90ms;
  double tts_speed = 5;  // times real time
  Duration tts_character = 60ms, tts_chunk = 100ms;
  Duration cartesia_context_idle = 1s;  // after its last audio a context is gone
  Duration cartesia_idle = 300s;        // a socket without a message is closed
};

}  // namespace offhook::standins

#include "guard/section.hpp"

namespace offhook::guard {

const std::vector<Section>& sections() {
  static const std::vector<Section> all{
      {"read-frame", "media message to 160 samples", 4000, read_frame},
      {"write-frame", "160 bytes of µ-law to a media message", 4000, write_frame},
      {"upsample", "20 ms from 8 to 16 kHz", 2000, upsample},
      {"search-echo", "20 ms while the agent speaks and no echo comes", 500, search_echo},
      {"suppress-echo", "20 ms while an echo is taken out", 500, suppress_echo},
      {"call-quiet", "20 ms of a call, nobody speaks", 400, frame_of_quiet},
      {"call-agent", "20 ms of a call, the agent speaks", 400, frame_of_agent},
      {"call-caller", "20 ms of a call, the caller speaks", 400, frame_of_caller},
      {"beat", "20 ms of a reply sent", 2000, beat},
      {"windows", "windows of 16 calls, batched; without the model", 500, batch_of_windows},
      {"decide", "all decisions of a recorded call", 10, decide},
      {"write-log", "event log of a recorded call", 10, write_log},
      {"cut-clauses", "a reply, token by token, into clauses", 200, cut_clauses},
      {"read-tokens", "a language model's stream of 24 tokens", 200, read_tokens},
  };
  return all;
}

}  // namespace offhook::guard

// How much a model can read: the context windows that are known by the names of models. Pure: no state, any thread.
#pragma once

#include <string_view>

namespace offhook::llm {

// Tokens, prompt and answer together; 0: not known. By the beginning of a name, behind a maker's
// ("openai/gpt-4.1-mini", "meta-llama/Llama-3.3-70B-Instruct"): a table of families, since new members of one have at
// least its window.
int context_window(std::string_view model);

}  // namespace offhook::llm

#include "llm/windows.hpp"

#include <gtest/gtest.h>

#include <string>

namespace offhook::llm {

TEST(Windows, a_family_is_known_by_its_name_whoever_serves_it) {
  EXPECT_EQ(context_window("gpt-4.1-mini"), 1'047'576);
  EXPECT_EQ(context_window("openai/gpt-4.1-mini"), 1'047'576);
  EXPECT_EQ(context_window("gpt-4o-mini-2024-07-18"), 128'000);
  EXPECT_EQ(context_window("gpt-4"), 8'192);
  EXPECT_EQ(context_window("claude-haiku-4-5"), 200'000);
  EXPECT_EQ(context_window("meta-llama/Llama-3.3-70B-Instruct"), 131'072);
  EXPECT_EQ(context_window("meta-llama/Meta-Llama-3-8B-Instruct"), 8'192);
  EXPECT_EQ(context_window("qwen2.5:3b"), 32'768);
}

TEST(Windows, of_others_nothing_is_claimed) {
  EXPECT_EQ(context_window(""), 0);
  EXPECT_EQ(context_window("my-model"), 0);
  EXPECT_EQ(context_window(std::string(100'000, 'x')), 0);
}

}  // namespace offhook::llm

#include "llm/windows.hpp"

#include <cctype>
#include <string>

namespace offhook::llm {
namespace {

struct Family {
  std::string_view begins;
  int tokens;
};

// As their makers state them. The longest beginning that fits counts, so an exception stands beside its family.
constexpr Family kFamilies[] = {
    {"gpt-3.5", 16'385},     {"gpt-4", 8'192},          {"gpt-4-turbo", 128'000},
    {"gpt-4o", 128'000},     {"gpt-4.1", 1'047'576},    {"gpt-5", 400'000},
    {"gpt-oss", 131'072},    {"o1", 200'000},           {"o3", 200'000},
    {"o4", 200'000},         {"claude", 200'000},       {"gemini-1.5", 1'048'576},
    {"gemini-2", 1'048'576}, {"gemini-3", 1'048'576},   {"gemma", 8'192},
    {"gemma-3", 131'072},    {"gemma3", 131'072},       {"llama-3", 8'192},
    {"llama3", 8'192},       {"llama-3.1", 131'072},    {"llama3.1", 131'072},
    {"llama-3.2", 131'072},  {"llama3.2", 131'072},     {"llama-3.3", 131'072},
    {"llama3.3", 131'072},   {"llama-4", 1'048'576},    {"llama4", 1'048'576},
    {"mistral-7b", 32'768},  {"mistral-small", 32'768}, {"mistral-large", 131'072},
    {"mixtral", 32'768},     {"qwen2.5", 32'768},       {"qwen3", 32'768},
    {"phi-4", 16'384},       {"phi4", 16'384},          {"deepseek", 65'536},
    {"smollm2", 8'192},
};

}  // namespace

int context_window(std::string_view model) {
  if (const auto slash = model.rfind('/'); slash != model.npos) model.remove_prefix(slash + 1);
  if (model.starts_with("Meta-")) model.remove_prefix(5);
  std::string name;
  for (const char c : model.substr(0, 100)) name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const Family* best = nullptr;
  for (const Family& family : kFamilies)
    if (name.starts_with(family.begins) && (!best || family.begins.size() > best->begins.size())) best = &family;
  return best ? best->tokens : 0;
}

}  // namespace offhook::llm

// Arguments as a model wrote them, compared.
#pragma once

#include <string_view>

namespace offhook::tools {

// The same JSON, whatever the blanks and the order of its keys; what is no JSON: the same text.
bool same_arguments(std::string_view a, std::string_view b);

}  // namespace offhook::tools

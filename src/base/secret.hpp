// What must never be seen: keys are cut out of whatever a service sends back before it reaches a log or an error.
#pragma once

#include <string>
#include <string_view>

namespace offhook {

// Every occurrence of `secret` becomes "***". An empty secret changes nothing.
std::string without_secret(std::string text, std::string_view secret);

}  // namespace offhook

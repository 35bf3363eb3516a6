// multipart/form-data (RFC 7578), strictly: what a client uploads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "standins/fields.hpp"

namespace offhook::standins {

struct Part {
  std::string name, filename, type, body;
  bool is_file = false;  // has a filename, be it empty
};

// Nothing and a problem if `content_type` names no boundary or the body breaks the format.
std::optional<std::vector<Part>> parse_multipart(std::string_view content_type, std::string_view body,
                                                 Problem& problem);

}  // namespace offhook::standins

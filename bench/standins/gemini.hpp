// Google's Gemini: POST …/v1beta/models/{model}:streamGenerateContent?alt=sse, and :generateContent.
#pragma once

#include "standins/session.hpp"

namespace offhook::standins {

struct GeminiPath {
  std::string model;
  bool stream = false;
};
std::optional<GeminiPath> gemini_path(std::string_view path);

void serve_gemini(Site& site, const net::HttpRequest& request, const GeminiPath& path,
                  const net::Service::Respond& respond);

}  // namespace offhook::standins

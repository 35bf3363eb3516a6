// Anthropic's messages: POST …/v1/messages.
#pragma once

#include "standins/session.hpp"

namespace offhook::standins {

void serve_anthropic(Site& site, const net::HttpRequest& request, const net::Service::Respond& respond);

}  // namespace offhook::standins

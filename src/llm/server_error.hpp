// What servers say when they refuse, whichever protocol they speak.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace offhook::llm {

// The server's own words out of an error body: its JSON's message, else its text; one line of at most 200 characters.
std::string server_message(std::string_view body);

// What a status above 299 means. As net::errc_of_status, but for what vendors hide behind another status: an account
// without money (429) and a wrong key (400) are refusals, which no waiting cures.
Errc errc_of_refusal(int status, std::string_view body);

// An error that comes inside a stream: {"error":{"type","message","code"}}, or the inside of that alone.
Error error_in_stream(const boost::json::object& event);

}  // namespace offhook::llm

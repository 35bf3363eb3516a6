// From a URL to an open connection: resolve, connect, TLS. For the files of net/ only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"

namespace offhook::net {

class Stream;

// Starts at once, `done` comes later on the loop, exactly once unless the handle is destroyed before. Addresses of the
// host are tried one after the other. Errors: not_found (no such host), unavailable (nobody answers), refused (its
// certificate), timeout (which names what was under way).
std::unique_ptr<Pending> connect_stream(EventLoop& loop, const Url& url, const std::string& ca_file, Deadline deadline,
                                        std::function<void(Result<std::shared_ptr<Stream>>)> done);

}  // namespace offhook::net

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
// certificate, or none of its addresses is admitted), timeout (which names what was under way). `admits`, unless empty,
// is asked of each address, and the very address it was asked of is connected to: a second look-up might find another.
std::unique_ptr<Pending> connect_stream(EventLoop& loop, const Url& url, const std::string& ca_file, Deadline deadline,
                                        std::function<void(Result<std::shared_ptr<Stream>>)> done,
                                        std::function<bool(const std::string& address)> admits = {});

}  // namespace offhook::net

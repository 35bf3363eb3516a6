// Fetches model files from their public homes, where there is internet: `offhook models --fetch`. A set-up from
// packages (scripts/setup) needs none of this.
#pragma once

#include <functional>
#include <string>

#include "inference/model_store.hpp"
#include "net/http_client.hpp"

namespace offhook::inference {

// Downloads one file to its place, through a temporary beside it, and compares its SHA-256. Follows up to five
// redirects, https only. Blocks; the loop must run on a thread of its own. `progress`: bytes so far, on the loop's
// thread.
Result<void> fetch_model(net::EventLoop& loop, net::HttpClient& http, const ModelFile& file,
                         const std::function<void(std::uint64_t)>& progress);

}  // namespace offhook::inference

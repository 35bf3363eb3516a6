#include "inference/model_fetch.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <future>
#include <memory>

#include "inference/sha256.hpp"

namespace offhook::inference {
namespace {

constexpr int kMostRedirects = 5;
constexpr Duration kPatience = 1800s;  // for one file
constexpr std::size_t kLargest = std::size_t{8} << 30;

struct Download {
  std::FILE* file = nullptr;
  std::unique_ptr<net::Pending> pending;
  int status = 0;
  std::string location;
  std::uint64_t bytes = 0;
  bool disk_full = false;
  std::promise<Result<void>> done;
};

// One request; a redirect's target is left in `location`.
Result<void> request(net::EventLoop& loop, net::HttpClient& http, const std::string& url, std::FILE* file, int& status,
                     std::string& location, const std::function<void(std::uint64_t)>& progress) {
  auto d = std::make_shared<Download>();
  d->file = file;
  auto future = d->done.get_future();
  loop.post([&loop, &http, d, url, progress] {
    net::HttpCall call;
    call.method = "GET";
    call.url = url;
    call.deadline = Deadline::in(loop.now(), kPatience);
    call.connect_timeout = 15s;
    call.max_body = kLargest;
    net::HttpSink sink;
    sink.head = [d](int status, const net::Headers& headers) {
      d->status = status;
      d->location = net::find_header(headers, "Location");
    };
    sink.body = [d, progress](std::string_view chunk) {
      if (d->status != 200) return;
      if (std::fwrite(chunk.data(), 1, chunk.size(), d->file) != chunk.size()) d->disk_full = true;
      d->bytes += chunk.size();
      if (progress) progress(d->bytes);
    };
    sink.done = [d](Result<void> result) { d->done.set_value(std::move(result)); };
    d->pending = http.send(std::move(call), std::move(sink));
  });
  auto result = future.get();
  net::run_on(loop, [&] { d->pending.reset(); });
  if (result && d->disk_full)
    result = Error{Errc::unavailable, std::string("writing the file: ") + std::strerror(errno)};
  status = d->status;
  location = d->location;
  return result;
}

}  // namespace

Result<void> fetch_model(net::EventLoop& loop, net::HttpClient& http, const ModelFile& file,
                         const std::function<void(std::uint64_t)>& progress) {
  const std::string doing = "fetching " + file.name;
  if (file.url.empty())
    return Error{Errc::not_found, doing + ": it has no public home of its own; it comes from the package " +
                                      file.package + ", with scripts/setup or ./run"};
  std::error_code ec;
  std::filesystem::create_directories(std::filesystem::path(file.path).parent_path(), ec);
  const std::string part = file.path + ".part" + std::to_string(::getpid());
  std::string url = file.url;
  for (int hop = 0; hop <= kMostRedirects; ++hop) {
    if (url.substr(0, 8) != "https://") return Error{Errc::refused, doing + ": " + url + " is not https"};
    std::FILE* out = std::fopen(part.c_str(), "wb");
    if (!out) return Error{Errc::unavailable, doing + ": writing " + part + ": " + std::strerror(errno)};
    int status = 0;
    std::string location;
    auto got = request(loop, http, url, out, status, location, progress);
    if (std::fclose(out) != 0 && got)
      got = Error{Errc::unavailable, std::string("writing the file: ") + std::strerror(errno)};
    if (got && status == 200) {
      const auto hash = sha256_of_file(part);
      if (hash && *hash == file.sha256) {
        std::filesystem::rename(part, file.path, ec);
        if (!ec) return {};
        got = Error{Errc::unavailable, "moving it to " + file.path + ": " + ec.message()};
      } else {
        got = Error{Errc::invalid, "what came from " + url + " has another SHA-256 than models/manifest.json says"};
      }
    } else if (got && status >= 300 && status < 400 && !location.empty()) {
      url = location.front() == '/' ? url.substr(0, url.find('/', 8)) + location : location;
      continue;
    } else if (got) {
      got = Error{Errc::unavailable, url + " answered with status " + std::to_string(status)};
    }
    std::filesystem::remove(part, ec);
    return got.error().within(doing);
  }
  std::filesystem::remove(part, ec);
  return Error{Errc::unavailable, doing + ": more than five redirects"};
}

}  // namespace offhook::inference

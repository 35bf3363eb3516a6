#include "ladder/getter.hpp"

#include <future>
#include <utility>

#include "net/http.hpp"
#include "net/url.hpp"

namespace offhook::ladder {

Getter::Getter() : http_(net::HttpClient::create(loop_)) {
  loop_.start();
}

Getter::~Getter() {
  loop_.stop();
  loop_.join();
}

Result<std::string> Getter::get(const std::string& url, Duration patience) {
  struct {
    int status = 0;
    std::string body;
    std::promise<Result<void>> done;
    std::unique_ptr<net::Pending> pending;
  } exchange;
  auto done = exchange.done.get_future();
  loop_.post([&] {
    net::HttpCall call;
    call.method = "GET";
    call.url = url;
    call.deadline = Deadline::in(loop_.now(), patience);
    net::HttpSink sink;
    sink.head = [&](int status, const net::Headers&) { exchange.status = status; };
    sink.body = [&](std::string_view chunk) { exchange.body += chunk; };
    sink.done = [&](Result<void> result) { exchange.done.set_value(std::move(result)); };
    exchange.pending = http_->send(std::move(call), std::move(sink));
  });
  const Result<void> result = done.get();  // the exchange has a deadline
  net::run_on(loop_, [&] { exchange.pending.reset(); });
  if (!result) return result.error().within("GET " + url);
  if (exchange.status != 200)
    return Error{net::errc_of_status(exchange.status),
                 "GET " + url + ": status " + std::to_string(exchange.status) + ", expected 200"};
  return std::move(exchange.body);
}

Result<std::string> beside(const std::string& socket_url, const std::string& path) {
  const auto url = net::parse_url(socket_url);
  if (!url) return url.error();
  return (url->tls() ? "https://" : "http://") + url->authority() + path;
}

}  // namespace offhook::ladder

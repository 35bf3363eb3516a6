#include "standins/outlet.hpp"

#include <utility>

namespace offhook::standins {
namespace {

constexpr Duration on_its_way = 5ms;  // what was handed to the socket, until the connection may be cut behind it

std::string noise() {
  std::string bytes;
  for (unsigned i = 0; i < 64; ++i) bytes += static_cast<char>(i * 167 + 201);
  return bytes;
}

}  // namespace

Outlet::Outlet(Site& site, Service service, Kind kind, Events events)
    : site_(site), service_(service), kind_(kind), events_(std::move(events)) {
  site_.faults.listen(service_, *this);
}

Outlet::~Outlet() {
  site_.faults.forget(service_, *this);
}

void Outlet::attach(std::shared_ptr<net::WebSocket> socket) {
  socket_ = std::move(socket);
  attached();
}

void Outlet::attach(std::shared_ptr<net::ResponseBody> body) {
  body_ = std::move(body);
  body_->on_gone([this] {
    site_.ledger.count(service_, [](Counters& c) { ++c.cancels; });
    silent_ = struck_ = true;
    body_.reset();
    events_.over(false);
  });
  attached();
}

void Outlet::attached() {
  open_ = true;
  check();
  pump();
}

void Outlet::send(std::string message) {
  send(std::move(message), false);
}
void Outlet::send_binary(std::string bytes) {
  send(std::move(bytes), true);
}

void Outlet::send(std::string message, bool binary) {
  if (silent_) return;
  Item item{site_.loop.now() + site_.faults.delay(service_), std::move(message), binary, false, 1000};
  const Fault* fault = struck_ ? nullptr : site_.faults.next(service_);
  if (fault && fault->kind == Fault::Kind::garbage && fault->after == sent_) {
    item.binary = fault->binary;
    item.bytes = fault->binary ? noise() : kind_ == Kind::events ? "data: {\"not json\n\n" : "{\"not json";
    site_.faults.struck(service_);
  }
  ++sent_;
  site_.ledger.count(service_, [](Counters& c) { ++c.messages_out; });
  queue(std::move(item));
  check();
}

bool Outlet::loses_end() {
  const Fault* fault = struck_ ? nullptr : site_.faults.next(service_);
  if (!fault || fault->kind != Fault::Kind::no_end) return false;
  site_.faults.struck(service_);
  return true;
}

void Outlet::end(std::uint16_t code, std::string_view reason) {
  if (silent_) return;
  queue({site_.loop.now() + site_.faults.delay(service_), std::string(reason), false, true, code});
}

void Outlet::drop() {
  if (dropped_ || (ended_ && !socket_)) return;
  dropped_ = silent_ = struck_ = true;
  queue_.clear();
  socket_.reset();
  body_.reset();
  events_.cut();
}

void Outlet::queue(Item item) {
  queue_.push_back(std::move(item));
  pump();
}

void Outlet::pump() {
  while (open_ && !queue_.empty() && queue_.front().due <= site_.loop.now()) {
    Item item = std::move(queue_.front());
    queue_.pop_front();
    pass(std::move(item));
  }
  if (open_ && !queue_.empty()) timer_.at(queue_.front().due);
}

void Outlet::pass(Item item) {
  if (ended_ || dropped_) return;
  if (item.end) {
    ended_ = silent_ = struck_ = true;
    if (socket_) return socket_->close(item.code, item.bytes);
    if (!body_) return;
    if (const auto written = body_->write({}); !written) return;  // the head, if nothing else has gone out
    body_->end();
    return events_.over(true);
  }
  Result<void> sent;
  if (socket_)
    sent = item.binary ? socket_->send_binary(std::move(item.bytes)) : socket_->send_text(std::move(item.bytes));
  else if (body_)
    sent = body_->write(std::move(item.bytes));
  // Whoever does not read what he asked for is cut off: what is left out here could not be told from a mistake of ours.
  if (!sent && sent.error().code == Errc::full) cut_.after(Duration());
}

void Outlet::on_faults_changed() {
  sent_ = 0;
  if (open_) check();
}

void Outlet::check() {
  using Kind = Fault::Kind;
  const Fault* next = struck_ || !open_ ? nullptr : site_.faults.next(service_);
  if (!next || next->after > sent_) return;
  const Fault fault = *next;
  const Kind kind = fault.kind;
  if (kind != Kind::cut && kind != Kind::error && kind != Kind::silent && kind != Kind::stop_reading) return;
  struck_ = true;
  site_.faults.struck(service_);  // counted before the client can notice
  if (kind == Kind::error) return events_.fail(fault.body.empty() ? "internal error" : fault.body);
  if (kind == Kind::stop_reading && socket_) return socket_->stop_reading();
  silent_ = true;
  // what went before still arrives
  if (kind == Kind::cut) cut_.after(sent_ == 0 ? Duration() : on_its_way + site_.faults.delay(service_));
}

}  // namespace offhook::standins

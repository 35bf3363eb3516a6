// A value or an error, for every path that runs during a call. No exceptions cross it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/clock.hpp"

namespace offhook {

enum class Errc {
  invalid,      // what we were given breaks its own rules: the sender must change it
  not_found,    // a file, a name, a model, a host
  refused,      // the other side said no: credentials, signature, permission
  unavailable,  // cannot be reached or is not ready now; later may help
  timeout,      // its deadline passed
  full,         // a bounded queue is at its bound
  closed,       // the other side, or we, have closed it
  cancelled,    // we no longer want it
  internal,     // our own mistake
};

std::string_view name(Errc code);

// `what` is one line: what was being done, with what, what was found, what was expected, what to do.
struct Error {
  Errc code = Errc::internal;
  std::string what;
  Duration retry_after{};  // a service said so: no sooner again. 0: it did not say

  // The same error seen from one level up: "starting the call: reading start: …".
  Error within(std::string_view doing) const { return {code, std::string(doing) + ": " + what, retry_after}; }
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : v_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : v_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return v_.index() == 0; }
  bool ok() const { return v_.index() == 0; }
  T& value() & { return std::get<0>(v_); }
  const T& value() const& { return std::get<0>(v_); }
  T&& value() && { return std::get<0>(std::move(v_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const { return std::get<1>(v_); }

 private:
  std::variant<T, Error> v_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}

  explicit operator bool() const { return ok_; }
  bool ok() const { return ok_; }
  const Error& error() const { return error_; }

 private:
  Error error_;
  bool ok_ = true;
};

}  // namespace offhook

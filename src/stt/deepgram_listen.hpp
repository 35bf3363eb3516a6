// Deepgram's listen v1 (nova and older): what is asked for, what is said and how its answers become a turn's text.
// Pure; the session is deepgram.cpp.
//
//   stream   ├──────── turn ────────┤pause
//   final    ├── start+duration ──┤├────┤      text that stays, one after the other
//   interim                        ├──┤        the same stretch again and again, until it is final
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "stt/providers.hpp"

namespace offhook::stt {

// With the query. `spec` is complete (base_url as ws, wss, http or https, model).
std::string listen_url(const Spec& spec);

inline constexpr std::string_view kKeepAlive = R"({"type":"KeepAlive"})";
inline constexpr std::string_view kFinalize = R"({"type":"Finalize"})";
inline constexpr std::string_view kCloseStream = R"({"type":"CloseStream"})";

struct ListenResult {
  Duration start{}, end{};  // in the stream
  bool is_final = false, from_finalize = false;
  std::string text;
};
struct ServiceError {
  std::string words;  // the service's own, in one line
};
struct NothingToUs {};
using ListenMessage = std::variant<NothingToUs, ListenResult, ServiceError>;

ListenMessage parse_listen(std::string_view message);
// For what may have been words, and now is lost.
ServiceError not_json(std::string_view message);

// One turn's text out of the results that belong to it.
class ListenTurn {
 public:
  void begin(Duration at);
  // False: it is about what was said before this turn, and changes nothing.
  bool take(const ListenResult& result);

  std::string text() const;                              // finals, and the last interim behind them
  Duration final_until() const { return final_until_; }  // up to here nothing will change
  Duration known_until() const { return known_until_; }  // up to here there is at least an interim

 private:
  Duration began_{}, final_until_{}, known_until_{};
  std::string finals_, interim_;
};

// "https://host/x/" and "ws://host" become "wss://host/x" and "ws://host".
std::string socket_base(std::string_view base_url);
// Percent-encoded for a query (RFC 3986 unreserved stay).
std::string query_value(std::string_view text);

}  // namespace offhook::stt

#include "base/result.hpp"

namespace offhook {

std::string_view name(Errc code) {
  switch (code) {
    case Errc::invalid: return "invalid";
    case Errc::not_found: return "not_found";
    case Errc::refused: return "refused";
    case Errc::unavailable: return "unavailable";
    case Errc::timeout: return "timeout";
    case Errc::full: return "full";
    case Errc::closed: return "closed";
    case Errc::cancelled: return "cancelled";
    case Errc::internal: return "internal";
  }
  return "internal";
}

}  // namespace offhook

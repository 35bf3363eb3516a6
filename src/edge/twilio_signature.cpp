#include "edge/twilio_signature.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <climits>

#include "base/base64.hpp"

namespace offhook::edge {
namespace {

using Form = std::vector<std::pair<std::string, std::string>>;
constexpr std::size_t sha1_size = 20;
using Sha1 = std::array<std::uint8_t, sha1_size>;

// Name and value of each parameter, sorted by bytes; a value repeated under one name counts once.
std::string joined(Form form) {
  std::ranges::sort(form);
  const auto repeated = std::ranges::unique(form);
  form.erase(repeated.begin(), repeated.end());
  std::string out;
  for (const auto& [name, value] : form) out += name + value;
  return out;
}

std::optional<Sha1> hmac(std::string_view token, const std::string& data) {
  Sha1 out;
  unsigned size = 0;
  if (token.size() > INT_MAX) return std::nullopt;
  const auto* made = HMAC(EVP_sha1(), token.data(), static_cast<int>(token.size()),
                          reinterpret_cast<const unsigned char*>(data.data()), data.size(), out.data(), &size);
  if (made == nullptr || size != sha1_size) return std::nullopt;
  return out;
}

struct UrlParts {
  std::string scheme, host, port, rest;  // host with credentials and brackets; port without colon
};

UrlParts split(std::string_view url) {
  UrlParts parts;
  const std::size_t colon = url.find("://");
  if (colon == url.npos) return {"", "", "", std::string(url)};
  parts.scheme = url.substr(0, colon);
  url.remove_prefix(colon + 3);
  const std::size_t end = std::min(url.find_first_of("/?#"), url.size());
  const std::string_view authority = url.substr(0, end);
  parts.rest = url.substr(end);
  const std::size_t at = authority.rfind(':');
  const bool has_port = at != authority.npos && authority.find_first_not_of("0123456789", at + 1) == authority.npos;
  parts.host = authority.substr(0, has_port ? at : authority.size());
  if (has_port) parts.port = authority.substr(at + 1);
  return parts;
}

// Every spelling of the URL that the carrier may have signed, without repetitions.
std::vector<std::string> spellings(const std::string& url) {
  const UrlParts parts = split(url);
  if (parts.scheme.empty()) return {url};
  const bool socket = parts.scheme == "wss" || parts.scheme == "ws";
  const bool secure = parts.scheme == "wss" || parts.scheme == "https";
  std::vector<std::string> schemes{parts.scheme};
  std::vector<std::string> rests{parts.rest};
  if (socket) {
    schemes.emplace_back(secure ? "https" : "http");
    const std::size_t query = std::min(parts.rest.find('?'), parts.rest.size());
    const std::string path = parts.rest.substr(0, query), tail = parts.rest.substr(query);
    rests.push_back(path.ends_with('/') ? path.substr(0, path.size() - 1) + tail : path + '/' + tail);
  }
  std::vector<std::string> ports{"", secure ? ":443" : ":80"};
  if (socket && secure) ports.emplace_back(":80");  // the helper library adds 80 to whatever is not https
  if (!parts.port.empty()) ports.push_back(':' + parts.port);

  std::vector<std::string> out;
  for (const auto& scheme : schemes)
    for (const auto& port : ports)
      for (const auto& rest : rests) {
        std::string one = scheme + "://" + parts.host + port + rest;
        if (std::ranges::find(out, one) == out.end()) out.push_back(std::move(one));
      }
  return out;
}

std::string_view body_hash_of(std::string_view url) {
  constexpr std::string_view key = "bodySHA256=";
  const std::size_t query = url.find('?');
  for (std::size_t at = query; at < url.size() && url[at] != '#';) {
    const std::size_t end = std::min(url.find_first_of("&#", at + 1), url.size());
    const std::string_view pair = url.substr(at + 1, end - at - 1);
    if (pair.starts_with(key)) return pair.substr(key.size());
    at = end;
  }
  return {};
}

std::string sha256_hex(std::string_view body) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (EVP_Digest(body.data(), body.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) return {};
  std::string out;
  for (unsigned i = 0; i < size; ++i) {
    out += "0123456789abcdef"[digest[i] >> 4];
    out += "0123456789abcdef"[digest[i] & 15];
  }
  return out;
}

Error refused(const std::string& what) {
  return {Errc::refused, "checking X-Twilio-Signature: " + what};
}

}  // namespace

std::string twilio_signature(std::string_view token, std::string_view url, const Form& form) {
  std::string out;
  if (const auto mac = hmac(token, std::string(url) + joined(form))) append_base64(out, *mac);
  return out;
}

Result<void> check_twilio_signature(std::string_view token, std::string_view header, const SignedRequest& request) {
  if (token.empty()) return refused("no auth token is configured; set auth_token");
  if (header.empty())
    return refused("the request to " + request.url + " carries none; only the carrier may call this URL");
  Sha1 given;
  if (decode_base64(header, given) != sha1_size) return refused("expected base64 of 20 bytes, found another length");

  if (request.body) {
    const std::string_view stated = body_hash_of(request.url);
    if (stated.empty()) return refused("the URL has no bodySHA256, which a body that is no form needs: " + request.url);
    std::string lower(stated);
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
    const std::string real = sha256_hex(*request.body);
    if (real.empty() || real.size() != lower.size() || CRYPTO_memcmp(real.data(), lower.data(), real.size()) != 0)
      return refused("the body is not the one whose SHA-256 the URL states");
  }
  const std::string parameters = request.body ? std::string() : joined(request.form);
  bool fits = false;
  for (const std::string& url : spellings(request.url)) {  // all of them, so that time tells nothing
    const auto mac = hmac(token, url + parameters);
    fits |= mac && CRYPTO_memcmp(mac->data(), given.data(), sha1_size) == 0;
  }
  if (!fits)
    return refused("it does not fit " + request.url +
                   "; compare auth_token with the account's, and public_url with the URL " + "that the carrier calls");
  return {};
}

}  // namespace offhook::edge

#include "inference/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

namespace offhook::inference {
namespace {

class Digest {
 public:
  Digest() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
  void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context_.get(), raw.data(), &size);
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    out.reserve(2 * size);
    for (unsigned i = 0; i < size; ++i) {
      out += kDigits[raw[i] >> 4];
      out += kDigits[raw[i] & 15];
    }
    return out;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

}  // namespace

std::string sha256(std::string_view bytes) {
  Digest digest;
  digest.add(bytes);
  return digest.hex();
}

Result<std::string> sha256_of_file(const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) {
    const Errc code = errno == ENOENT ? Errc::not_found : Errc::unavailable;
    return Error{code, "opening " + path + " to check it: " + std::strerror(errno)};
  }
  Digest digest;
  std::vector<char> piece(1 << 16);
  while (const std::size_t got = std::fread(piece.data(), 1, piece.size(), file.get())) digest.add({piece.data(), got});
  if (std::ferror(file.get()))
    return Error{Errc::unavailable, "reading " + path + " to check it: " + std::strerror(errno)};
  return digest.hex();
}

}  // namespace offhook::inference

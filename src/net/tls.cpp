#include "net/tls.hpp"

#include <openssl/ssl.h>

#include <map>
#include <mutex>

namespace offhook::net {

namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

TlsContext make_context(ssl::context::method method) {
  auto context = std::make_shared<ssl::context>(method);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // an idle connection gives back 34 KB
  return context;
}

Error cannot_use(std::string_view what, const std::string& file, error_code error, std::string_view remedy) {
  return {Errc::invalid, "reading the TLS " + std::string(what) + " \"" + file + "\": " + error.message() + "; " +
                             std::string(remedy)};
}

}  // namespace

Result<TlsContext> server_tls(const std::string& certificate, const std::string& key) {
  TlsContext context = make_context(ssl::context::tls_server);
  error_code error;
  context->use_certificate_chain_file(certificate, error);
  if (error)
    return cannot_use("certificate", certificate, error,
                      "expected a PEM file with the certificate first and its chain behind");
  context->use_private_key_file(key, ssl::context::pem, error);
  if (error)
    return cannot_use("key", key, error, "expected the certificate's own key as a PEM file without a passphrase");
  SSL_CTX_set_alpn_select_cb(
      context->native_handle(),
      [](SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size, void*) {
        static constexpr unsigned char ours[] = "\x08http/1.1";
        const int found =
            SSL_select_next_proto(const_cast<unsigned char**>(out), out_size, ours, sizeof(ours) - 1, in, in_size);
        return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
      },
      nullptr);
  return context;
}

Result<TlsContext> client_tls(const std::string& ca_file) {
  static std::mutex mutex;
  static std::map<std::string, TlsContext> contexts;
  const std::lock_guard lock(mutex);
  TlsContext& known = contexts[ca_file];
  if (known) return known;
  TlsContext context = make_context(ssl::context::tls_client);
  error_code error;
  if (ca_file.empty())
    context->set_default_verify_paths(error);
  else
    context->load_verify_file(ca_file, error);
  if (error)
    return cannot_use("authorities", ca_file.empty() ? "the system's" : ca_file, error, "expected certificates as PEM");
  static constexpr unsigned char ours[] = "\x08http/1.1";
  SSL_CTX_set_alpn_protos(context->native_handle(), ours, sizeof(ours) - 1);
  known = context;
  return known;
}

}  // namespace offhook::net

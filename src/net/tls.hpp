// TLS settings for both sides: TLS 1.2 and later, HTTP/1.1. For the files of net/ only.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "base/result.hpp"

namespace offhook::net {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// PEM files: the certificate with its chain, and its key without a passphrase.
Result<TlsContext> server_tls(const std::string& certificate, const std::string& key);

// Trusts the system's authorities, or only those of the PEM file. Shared by the whole process; any thread.
Result<TlsContext> client_tls(const std::string& ca_file = {});

}  // namespace offhook::net

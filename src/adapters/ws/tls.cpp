#include "adapters/ws/tls.hpp"

#include <openssl/err.h>

#include <utility>

namespace signal_hub::adapters {

std::string unusable_pair(const std::string& cert, const std::string& key) {
  return "cannot use the TLS files " + cert + " and " + key +
         ": they must be a PEM certificate chain and its key, readable by the hub";
}

Result<TlsPair> TlsPair::read(const std::string& cert, const std::string& key) {
  TlsPair pair(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* context = pair.context_.get();
  const bool good = context != nullptr &&
                    SSL_CTX_use_certificate_chain_file(context, cert.c_str()) == 1 &&
                    SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1 &&
                    SSL_CTX_check_private_key(context) == 1;
  ERR_clear_error();  // what is left there, the library would take for a connection's
  if (!good) return fail(unusable_pair(cert, key));
  return pair;
}

bool TlsPair::give_to(SSL* ssl) const {
  SSL_CTX* context = context_.get();
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(context, &chain);
  // First of all: a pair of another kind of key would stay beside this one.
  SSL_certs_clear(ssl);
  return SSL_use_certificate(ssl, SSL_CTX_get0_certificate(context)) == 1 &&
         SSL_use_PrivateKey(ssl, SSL_CTX_get0_privatekey(context)) == 1 &&
         (chain == nullptr || SSL_set1_chain(ssl, chain) == 1);
}

void TlsSwitch::show(TlsPair pair) {
  pair_ = std::move(pair);
  SSL_CTX_set_cert_cb(context_, choose, this);
}

int TlsSwitch::choose(SSL* ssl, void* self) {
  return static_cast<const TlsSwitch*>(self)->pair_->give_to(ssl) ? 1 : 0;
}

}  // namespace signal_hub::adapters

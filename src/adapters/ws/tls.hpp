// Certificates that are replaced while the server runs.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace signal_hub::adapters {

/// A certificate chain and its key, read whole.
class TlsPair {
 public:
  /// Errors: a sentence naming the files, without the full stop.
  static Result<TlsPair> read(const std::string& cert, const std::string& key);

  /// Gives it to one connection that is about to show its certificate.
  bool give_to(SSL* ssl) const;

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  explicit TlsPair(SSL_CTX* context) : context_(context) {}

  std::unique_ptr<SSL_CTX, Free> context_;  // holds the pair, serves nobody
};

/// The sentence for a pair that cannot be used.
std::string unusable_pair(const std::string& cert, const std::string& key);

/// What a server's context shows instead of the pair it was made with, once there is another one.
/// Connections that have begun keep theirs. Must outlive the context.
class TlsSwitch {
 public:
  /// The context libwebsockets has made.
  void attach(SSL_CTX* context) { context_ = context; }

  /// From now on. REQUIRES: attach().
  void show(TlsPair pair);

 private:
  static int choose(SSL* ssl, void* self);

  SSL_CTX* context_ = nullptr;
  std::optional<TlsPair> pair_;
};

}  // namespace signal_hub::adapters

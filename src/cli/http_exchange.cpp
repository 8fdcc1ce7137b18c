#include "cli/http_exchange.hpp"

#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <utility>

namespace signal_hub::cli {
namespace {

constexpr std::size_t answer_most = std::size_t{64} << 20U;
constexpr std::size_t read_bytes = std::size_t{16} * 1024;

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

/// For connecting, writing and reading alike.
void bound(int fd, Millis timeout) {
  timeval time{};
  time.tv_sec = timeout.count() / 1000;
  time.tv_usec = (timeout.count() % 1000) * 1000;
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
}

std::string why() {
  return errno == EAGAIN || errno == EINPROGRESS ? "it did not answer in time"
                                                 : std::strerror(errno);
}

Result<Socket> connect_unix(const std::string& path, Millis timeout) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return fail(path + " is too long for a socket");
  std::memcpy(address.sun_path, path.data(), path.size());
  Socket made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  bound(made.fd(), timeout);
  const auto* raw = reinterpret_cast<const sockaddr*>(&address);
  if (connect(made.fd(), raw, sizeof(address)) != 0) {
    return fail("cannot connect to " + path + ": " + why());
  }
  return made;
}

Result<Socket> connect_tcp(const HubUrl& hub, Millis timeout) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(hub.port);
  if (const int error = getaddrinfo(hub.host.c_str(), port.c_str(), &hints, &found); error != 0) {
    return fail("cannot find " + hub.host + ": " + gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> all(found, freeaddrinfo);
  for (const addrinfo* at = all.get(); at != nullptr; at = at->ai_next) {
    Socket made(socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    bound(made.fd(), timeout);
    if (connect(made.fd(), at->ai_addr, at->ai_addrlen) == 0) return made;
  }
  return fail("cannot connect to " + hub.authority() + ": " + why());
}

/// The connection's bytes, encrypted or not.
class Stream {
 public:
  static Result<Stream> open(const HubUrl& hub, Millis timeout) {
    auto socket = hub.unix_socket ? connect_unix(hub.host, timeout) : connect_tcp(hub, timeout);
    if (!socket) return fail(socket.error());
    Stream stream(std::move(*socket));
    if (!hub.tls || stream.shake_hands(hub.host)) return stream;
    return fail("the TLS handshake with " + hub.authority() +
                " failed: is its certificate for this name and from an authority known here?");
  }

  bool write_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                          : send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  /// 0 at the end; negative: broken, or not in time.
  std::ptrdiff_t read(char* to, std::size_t most) {
    if (ssl_) return SSL_read(ssl_.get(), to, static_cast<int>(most));
    return recv(socket_.fd(), to, most, 0);
  }

 private:
  explicit Stream(Socket socket) : socket_(std::move(socket)) {}

  bool shake_hands(const std::string& host) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_default_verify_paths(context_.get());
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str()) != 1) {
      SSL_set1_host(ssl_.get(), host.c_str());
    }
    SSL_set_fd(ssl_.get(), socket_.fd());
    return SSL_connect(ssl_.get()) == 1;
  }

  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  Socket socket_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
};

std::string request_of(const HubUrl& hub, const HttpAsk& ask) {
  std::string text(ask.method);
  text.append(" ").append(ask.target).append(" HTTP/1.1\r\nHost: ").append(hub.authority());
  text += "\r\nConnection: close\r\n";
  if (!ask.token.empty()) text.append("Authorization: Bearer ").append(ask.token).append("\r\n");
  if (!ask.body.empty()) text += "Content-Type: application/json\r\n";
  if (ask.method != "GET") text += "Content-Length: " + std::to_string(ask.body.size()) + "\r\n";
  return text.append("\r\n").append(ask.body);
}

/// How long the answer is, head included; npos: that cannot be said yet, or only its end tells.
std::size_t length_of(const std::string& answer) {
  const std::size_t head = answer.find("\r\n\r\n");
  if (head == std::string::npos) return std::string::npos;
  constexpr std::string_view name = "\r\nContent-Length: ";
  const std::size_t at = answer.find(name);
  if (at == std::string::npos || at > head) return std::string::npos;
  std::size_t length = 0;
  const char* digits = answer.data() + at + name.size();
  std::from_chars(digits, answer.data() + head, length);
  return head + 4 + length;
}

Result<HttpReply> parse_answer(const std::string& answer) {
  constexpr std::string_view version = "HTTP/1.1 ";
  const std::size_t head = answer.find("\r\n\r\n");
  HttpReply reply;
  if (!answer.starts_with(version) || head == std::string::npos) {
    return fail(std::string("what answered does not speak HTTP"));
  }
  const char* status = answer.data() + version.size();
  std::from_chars(status, status + 3, reply.status);
  reply.body = answer.substr(head + 4);
  return reply;
}

}  // namespace

Result<HttpReply> exchange(const HubUrl& hub, const HttpAsk& ask, Millis timeout) {
  auto stream = Stream::open(hub, timeout);
  if (!stream) return fail(stream.error());
  if (!stream->write_all(request_of(hub, ask))) return fail("the hub hung up: " + why());
  std::string answer;
  std::array<char, read_bytes> buffer{};
  for (std::size_t whole = length_of(answer); answer.size() < whole; whole = length_of(answer)) {
    const auto n = stream->read(buffer.data(), buffer.size());
    if (n < 0) return fail("the hub did not answer: " + why());
    if (n == 0) break;
    answer.append(buffer.data(), static_cast<std::size_t>(n));
    if (answer.size() > answer_most) return fail(std::string("the answer is too long"));
  }
  return parse_answer(answer);
}

}  // namespace signal_hub::cli

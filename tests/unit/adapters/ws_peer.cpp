#include "ws_peer.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace signal_hub::adapters::test {
namespace {

int connected(int family, const sockaddr* name, socklen_t length, int receive_buffer) {
  const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer > 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
  }
  if (connect(fd, name, length) != 0) {
    const std::string why = std::strerror(errno);
    ::close(fd);
    throw std::runtime_error("cannot connect: " + why);
  }
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = (value << 8U) | static_cast<unsigned char>(c);
  return value;
}

}  // namespace

std::string client_frame(Opcode opcode, std::string_view payload, bool final_fragment) {
  constexpr std::array mask{'\x12', '\x34', '\x56', '\x78'};
  std::string frame(1, static_cast<char>((final_fragment ? 0x80U : 0U) | opcode));
  unsigned extra = 0;
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80U | payload.size());
  } else {
    extra = payload.size() <= 0xffff ? 2 : 8;
    frame += static_cast<char>(extra == 2 ? 0xfe : 0xff);
  }
  for (unsigned i = extra; i > 0; --i) {
    frame += static_cast<char>((payload.size() >> (8 * (i - 1))) & 0xffU);
  }
  frame.append(mask.data(), mask.size());
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame += static_cast<char>(payload[i] ^ mask[i % mask.size()]);
  }
  return frame;
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  std::string payload{static_cast<char>(code >> 8U), static_cast<char>(code & 0xffU)};
  return payload.append(reason);
}

std::string upgrade(const std::map<std::string, std::string>& change, const std::string& path,
                    const std::string& method) {
  std::map<std::string, std::string> headers{{"Host", "127.0.0.1"},
                                             {"Upgrade", "websocket"},
                                             {"Connection", "Upgrade"},
                                             {"Sec-WebSocket-Version", "13"},
                                             {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  for (const auto& [name, value] : change) headers[name] = value;
  std::string request = method + " " + path + " HTTP/1.1\r\n";
  for (const auto& [name, value] : headers) {
    if (!value.empty()) request.append(name).append(": ").append(value).append("\r\n");
  }
  return request + "\r\n";
}

std::uint16_t Peer::Frame::close_code() const {
  return payload.size() < 2 ? 1005 : static_cast<std::uint16_t>(big_endian(payload.substr(0, 2)));
}

Peer::Peer(std::uint16_t port, int receive_buffer) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  fd_ = connected(AF_INET, reinterpret_cast<sockaddr*>(&name), sizeof(name), receive_buffer);
}

Peer::Peer(const std::string& unix_path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, unix_path.c_str(), unix_path.size() + 1);
  fd_ = connected(AF_UNIX, reinterpret_cast<sockaddr*>(&name), sizeof(name), 0);
}

Peer::~Peer() { close(); }

void Peer::send(std::string_view bytes) {
  out_ += bytes;
  flush();
}

void Peer::flush() {
  while (fd_ >= 0 && !out_.empty()) {
    const ssize_t n = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
    if (n <= 0) return;
    out_.erase(0, static_cast<std::size_t>(n));
  }
}

void Peer::pump() {
  flush();
  std::array<char, 65536> some;
  while (fd_ >= 0 && !ended_) {
    const ssize_t n = recv(fd_, some.data(), some.size(), 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) ended_ = true;
    if (n > 0) in_.append(some.data(), static_cast<std::size_t>(n));
  }
}

std::optional<std::string> Peer::take_response() {
  const std::size_t head = in_.find("\r\n\r\n");
  if (head == std::string::npos) return std::nullopt;
  const std::string length = header_of(in_, "Content-Length");
  const std::size_t whole = head + 4 + (length.empty() ? 0 : std::stoul(length));
  if (in_.size() < whole) return std::nullopt;
  std::string response = in_.substr(0, whole);
  in_.erase(0, whole);
  return response;
}

std::optional<Peer::Frame> Peer::take_frame() {
  if (in_.size() < 2) return std::nullopt;
  std::size_t at = 2;
  std::uint64_t length = static_cast<unsigned char>(in_[1]);
  const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (in_.size() < at + extra) return std::nullopt;
  if (extra > 0) length = big_endian(std::string_view(in_).substr(2, extra));
  at += extra;
  if (in_.size() - at < length) return std::nullopt;
  const auto first = static_cast<unsigned char>(in_[0]);
  Frame frame{first & 0x0fU, (first & 0x80U) != 0, in_.substr(at, length)};
  in_.erase(0, at + length);
  return frame;
}

void Peer::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

int status_of(std::string_view response) {
  if (!response.starts_with("HTTP/1.1 ") || response.size() < 12) return 0;
  return std::stoi(std::string(response.substr(9, 3)));
}

std::string header_of(std::string_view response, std::string_view name) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  const std::string wanted = "\r\n" + std::string(name) + ": ";
  const std::string_view head = response.substr(0, response.find("\r\n\r\n"));
  const auto at = std::search(head.begin(), head.end(), wanted.begin(), wanted.end(), same);
  if (at == head.end()) return {};
  const std::string_view rest =
      head.substr(static_cast<std::size_t>(at - head.begin()) + wanted.size());
  return std::string(rest.substr(0, rest.find("\r\n")));
}

}  // namespace signal_hub::adapters::test

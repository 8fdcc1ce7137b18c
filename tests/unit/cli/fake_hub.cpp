#include "fake_hub.hpp"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "wire/ws_frame.hpp"

namespace signal_hub::cli::test {
namespace {

struct Gone {};

std::string accept_of(const std::string& request) {
  const std::string name = "Sec-WebSocket-Key: ";
  const std::size_t at = request.find(name) + name.size();
  const std::string key = request.substr(at, request.find('\r', at) - at);
  const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<unsigned char, 32> base64{};
  EVP_EncodeBlock(base64.data(), digest.data(), digest.size());
  return reinterpret_cast<const char*>(base64.data());
}

}  // namespace

std::optional<char> Line::byte() {
  char c = 0;
  if (recv(fd_, &c, 1, 0) != 1) return std::nullopt;
  return c;
}

void Line::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) throw Gone{};
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void Line::frame(unsigned opcode, std::string_view payload) {
  std::string bytes;
  wire::append_ws_header(bytes, static_cast<wire::Opcode>(opcode), payload.size());
  write(bytes.append(payload));
}

std::string Line::refuse(std::string_view response) {
  std::string request;
  while (!request.ends_with("\r\n\r\n")) {
    const auto c = byte();
    if (!c) throw Gone{};
    request += *c;
  }
  write(response.empty() ? "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
                           "Upgrade\r\nSec-WebSocket-Protocol: signal-hub.v1.json\r\n"
                           "Sec-WebSocket-Accept: " +
                               accept_of(request) + "\r\n\r\n"
                         : std::string(response));
  return request;
}

std::string Line::upgrade() { return refuse(""); }

void Line::send(std::string_view text) { frame(1, text); }

void Line::close_with(std::uint16_t code, std::string_view reason) {
  write(wire::close_frame(code, reason));
}

std::optional<nlohmann::json> Line::receive() {
  const auto first = byte();
  const auto second = byte();
  if (!first || !second) return std::nullopt;
  std::size_t length = static_cast<unsigned char>(*second) & 0x7fU;
  const int extra = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (extra > 0) length = 0;
  for (int i = 0; i < extra; ++i) {
    length = (length << 8U) | static_cast<unsigned char>(byte().value_or(0));
  }
  std::array<char, 4> mask{};
  for (char& c : mask) c = byte().value_or(0);
  std::string payload(length, '\0');
  for (std::size_t i = 0; i < length; ++i) {
    payload[i] = static_cast<char>(byte().value_or(0) ^ mask[i % 4]);
  }
  const unsigned opcode = static_cast<unsigned char>(*first) & 0x0fU;
  if (opcode == 8) return std::nullopt;
  return nlohmann::json::parse(payload);
}

void Line::answer(const nlohmann::json& request, std::string_view type, std::string_view payload,
                  std::string_view metadata) {
  send(R"~({"id":"h1","from":"@(the/hub)","to":)~" + request["from"].dump() + R"(,"type":")" +
       std::string(type) + R"(","payload":)" + std::string(payload) +
       R"(,"pattern":"tell","correlationId":)" + request["id"].dump() +
       R"(,"timestamp":1,"metadata":)" + std::string(metadata) + "}");
}

void Line::welcome(std::string_view metadata) {
  upgrade();
  const auto request = receive();
  if (!request) throw Gone{};
  answer(*request, "hub:connected", R"({"sessionId":"s"})", metadata);
}

void Line::farewell() {
  const auto request = receive();
  if (!request || (*request)["type"] != "hub:disconnect") throw Gone{};
  answer(*request, "hub:disconnect", R"({"acknowledged":true})");
  close_with(1000, "");
  wait_gone();
}

void Line::wait_gone() {
  while (byte()) {
  }
}

FakeHub::FakeHub(Script script)
    : script_(std::move(script)), listening_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(name);
  auto* raw = reinterpret_cast<sockaddr*>(&name);
  if (bind(listening_, raw, length) != 0 || getsockname(listening_, raw, &length) != 0) {
    throw std::runtime_error("cannot listen");
  }
  port_ = ntohs(name.sin_port);
  listen(listening_, 8);
  thread_ = std::thread([this] { serve(); });
}

FakeHub::FakeHub(Script script, const std::string& path)
    : script_(std::move(script)), listening_(socket(AF_UNIX, SOCK_STREAM, 0)) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, path.c_str(), path.size() + 1);
  if (bind(listening_, reinterpret_cast<sockaddr*>(&name), sizeof(name)) != 0) {
    throw std::runtime_error("cannot listen");
  }
  listen(listening_, 8);
  thread_ = std::thread([this] { serve(); });
}

FakeHub::~FakeHub() {
  finish();
  close(listening_);
}

std::string FakeHub::url() const { return "ws://127.0.0.1:" + std::to_string(port_) + "/ws"; }

void FakeHub::finish() {
  // Whatever the script still waits for ends now.
  shutdown(listening_, SHUT_RDWR);
  if (const int fd = client_; fd >= 0) shutdown(fd, SHUT_RDWR);
  if (thread_.joinable()) thread_.join();
  if (const int fd = client_.exchange(-1); fd >= 0) close(fd);
}

void FakeHub::serve() {
  const int fd = accept(listening_, nullptr, nullptr);
  if (fd < 0) return;
  client_ = fd;
  Line line(fd);
  try {
    script_(line);
  } catch (const Gone&) {
  } catch (const std::exception&) {  // a message that never came
  }
  shutdown(fd, SHUT_RDWR);
}

}  // namespace signal_hub::cli::test

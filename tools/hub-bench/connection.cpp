#include "connection.hpp"

#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#include <system_error>

namespace hub_bench {
namespace {

std::string words(int error) { return std::generic_category().message(error); }

std::string handshake(const Endpoint& endpoint) {
  return "GET " + endpoint.path + " HTTP/1.1\r\nHost: " + endpoint.authority +
         (endpoint.subprotocol.empty() ? ""
                                       : "\r\nSec-WebSocket-Protocol: " + endpoint.subprotocol) +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: aHViLWJlbmNoLWhhbmRzaA==\r\n\r\n";
}

}  // namespace

void Connection::open(const Endpoint& endpoint, std::optional<in_addr> source) {
  close();
  reading_ = true;
  websocket_ = endpoint.websocket;
  const int fd = start_connecting(endpoint, source);
  if (fd < 0) return owner_.closed("connect: " + words(-fd));
  fd_ = fd;
  state_ = State::connecting;
  request_ = handshake(endpoint);
  mask_ = static_cast<std::uint32_t>(now()) | 1U;
  loop_.add(fd_, *this, true, true);
}

void Connection::send(std::string_view text) {
  if (state_ == State::open) send_frame(Opcode::text, text);
}

void Connection::send_frame(Opcode opcode, std::string_view payload) {
  // xorshift: a mask must differ from frame to frame, not be secret.
  mask_ ^= mask_ << 13;
  mask_ ^= mask_ >> 17;
  mask_ ^= mask_ << 5;
  append_frame(out_, opcode, payload, mask_);
  leave_later();
}

void Connection::send_bytes(std::string_view bytes) {
  if (state_ != State::open) return;
  if (websocket_) return send_frame(Opcode::binary, bytes);
  out_.append(bytes);
  leave_later();
}

void Connection::leave_later() {
  if (flushing_ || blocked_) return;
  flushing_ = true;
  loop_.flush_later(*this);
}

void Connection::set_reading(bool reading) {
  reading_ = reading;
  if (state_ != State::closed) update();
}

void Connection::close() {
  if (state_ == State::closed) return;
  loop_.remove(fd_, *this);
  ::close(fd_);
  fd_ = -1;
  state_ = State::closed;
  flushing_ = blocked_ = false;
  for (std::string* text : {&out_, &in_, &fragments_, &close_reason_}) {
    text->clear();
    text->shrink_to_fit();
  }
}

void Connection::fail(const std::string& why) {
  const std::string said = close_reason_.empty() ? why : close_reason_;
  close();
  owner_.closed(said);
}

void Connection::update() {
  loop_.change(fd_, *this, reading_, blocked_ || state_ == State::connecting);
}

void Connection::writable() {
  if (state_ != State::connecting) return flush();
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return fail("connect: " + words(error));
  state_ = websocket_ ? State::upgrading : State::open;
  if (websocket_) out_ = request_;
  update();
  if (!websocket_) owner_.opened();
  flush();
}

void Connection::flush() {
  flushing_ = false;
  std::size_t sent = 0;
  while (sent < out_.size()) {
    const ssize_t n = ::send(fd_, out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL);
    if (n >= 0) {
      sent += static_cast<std::size_t>(n);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      // What the server said before it closed may still be there to read.
      out_.clear();
      return;
    }
  }
  out_.erase(0, sent);
  const bool was_blocked = blocked_;
  blocked_ = !out_.empty();
  if (blocked_ != was_blocked) update();
}

void Connection::readable() {
  if (state_ == State::connecting) return;
  const std::span<char> buffer = loop_.read_buffer();
  const ssize_t n = recv(fd_, buffer.data(), buffer.size(), 0);
  if (n > 0) return received({buffer.data(), static_cast<std::size_t>(n)}, now());
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  fail(n == 0 ? "the server closed the connection" : words(errno));
}

void Connection::received(std::string_view bytes, Nanos at) {
  const bool kept = !in_.empty();
  if (kept) in_.append(bytes);
  std::string_view left = kept ? std::string_view(in_) : bytes;
  if (state_ == State::upgrading) left.remove_prefix(upgrade(left));
  if (state_ == State::open) {
    left.remove_prefix(websocket_ ? frames(left, at) : owner_.stream(left, at));
  }
  if (state_ == State::closed) return;
  if (kept) {
    in_.erase(0, in_.size() - left.size());
  } else {
    in_ = left;
  }
}

std::size_t Connection::upgrade(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  const std::string status(bytes.substr(0, bytes.find('\r')));
  if (!status.starts_with("HTTP/1.1 101")) {
    fail("the upgrade was refused: " + status);
    return 0;
  }
  state_ = State::open;
  owner_.opened();
  return end + 4;
}

std::size_t Connection::frames(std::string_view bytes, Nanos at) {
  std::size_t used = 0;
  bool broken = false;
  while (state_ == State::open) {
    const std::optional<Frame> next = first_frame(bytes.substr(used), broken);
    if (broken) {
      fail("the server sent what is no frame");
      return 0;
    }
    if (!next) break;
    frame(*next, at);
    used += next->size;
  }
  return state_ == State::open ? used : 0;
}

void Connection::frame(const Frame& frame, Nanos at) {
  switch (frame.opcode) {
    case Opcode::ping: return send_frame(Opcode::pong, frame.payload);
    case Opcode::pong: return;
    case Opcode::close: {
      const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(frame.payload[i]); };
      const int code = frame.payload.size() < 2 ? 1005 : byte(0) << 8 | byte(1);
      close_reason_ = "the server closed with code " + std::to_string(code);
      return send_frame(Opcode::close, frame.payload.substr(0, 2));
    }
    default: break;
  }
  if (frame.last && fragments_.empty()) return owner_.message(frame.payload, at);
  fragments_.append(frame.payload);
  if (!frame.last) return;
  const std::string whole = std::move(fragments_);
  fragments_.clear();
  owner_.message(whole, at);
}

}  // namespace hub_bench

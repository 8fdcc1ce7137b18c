#include "frames.hpp"

#include <array>
#include <cstring>

namespace hub_bench {
namespace {

constexpr std::size_t mask_size = 4;
constexpr std::uint64_t largest = std::uint64_t{1} << 40;

void append_size(std::string& out, std::size_t size) {
  constexpr unsigned char masked = 0x80;
  if (size < 126) {
    out += static_cast<char>(masked | size);
    return;
  }
  const int bytes = size <= 0xffff ? 2 : 8;
  out += static_cast<char>(masked | (bytes == 2 ? 126 : 127));
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>((size >> (8 * i)) & 0xff);
}

}  // namespace

void append_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask) {
  out += static_cast<char>(0x80 | static_cast<unsigned>(opcode));
  append_size(out, payload.size());
  std::array<char, mask_size> key{};
  std::memcpy(key.data(), &mask, key.size());
  out.append(key.data(), key.size());
  const std::size_t begin = out.size();
  out.append(payload);
  char* at = out.data() + begin;
  std::size_t i = 0;
  const std::uint64_t wide = std::uint64_t{mask} << 32 | mask;
  for (; i + sizeof wide <= payload.size(); i += sizeof wide) {
    std::uint64_t word = 0;
    std::memcpy(&word, at + i, sizeof word);
    word ^= wide;
    std::memcpy(at + i, &word, sizeof word);
  }
  for (; i < payload.size(); ++i) at[i] = static_cast<char>(at[i] ^ key[i % mask_size]);
}

std::optional<Frame> first_frame(std::string_view bytes, bool& broken) {
  if (bytes.size() < 2) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  // Reserved bits would need an extension, and servers do not mask.
  broken = (byte(0) & 0x70) != 0 || (byte(1) & 0x80) != 0;
  if (broken) return std::nullopt;
  std::uint64_t size = byte(1) & 0x7f;
  std::size_t header = 2;
  if (size >= 126) {
    const std::size_t length_bytes = size == 126 ? 2 : 8;
    header += length_bytes;
    if (bytes.size() < header) return std::nullopt;
    size = 0;
    for (std::size_t i = 2; i < header; ++i) size = size << 8 | byte(i);
  }
  broken = size > largest;
  if (broken || bytes.size() - header < size) return std::nullopt;
  return Frame{static_cast<Opcode>(byte(0) & 0x0f), (byte(0) & 0x80) != 0,
               bytes.substr(header, size), header + size};
}

}  // namespace hub_bench

#include "trace.hpp"

#include <cstring>
#include <iomanip>
#include <ostream>

namespace signal_hub::sim {
namespace {

constexpr std::uint64_t prime = 0x100000001b3U;
constexpr std::size_t printed_bytes = 600;

}  // namespace

void Trace::fold(std::uint64_t value) {
  hash_ = (hash_ ^ value) * prime;
  hash_ ^= hash_ >> 29U;
}

/// FNV-1a over words of eight bytes instead of bytes: traces are long.
void Trace::fold(std::string_view bytes) {
  fold(bytes.size());
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t n = std::min(bytes.size(), sizeof word);
    std::memcpy(&word, bytes.data(), n);
    fold(word);
    bytes.remove_prefix(n);
  }
}

void Trace::note(Micros at, std::string_view kind, std::uint64_t who, std::string_view bytes) {
  fold(static_cast<std::uint64_t>(at.count()));
  fold(kind);
  fold(who);
  fold(bytes);
  if (out_ == nullptr) return;
  *out_ << std::setw(12) << at.count() << " us  " << kind << " " << who;
  if (!bytes.empty()) *out_ << "  " << bytes.substr(0, printed_bytes);
  *out_ << "\n";
}

}  // namespace signal_hub::sim

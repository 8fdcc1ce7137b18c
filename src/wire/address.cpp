#include "wire/address.hpp"

#include <array>

#include "base/limits.hpp"

namespace signal_hub::wire {
namespace {

// By byte: may stand in a path.
constexpr auto path_bytes = [] {
  std::array<bool, 256> good{};
  for (std::size_t byte = 0x20; byte < good.size(); ++byte) {
    good[byte] = byte != 0x7f && byte != '(' && byte != ')';
  }
  return good;
}();

bool is_path(std::string_view path) {
  if (path.empty() || path.size() > limits::address_path_bytes) return false;
  bool good = true;
  for (const char c : path) good &= path_bytes[static_cast<unsigned char>(c)];
  return good;
}

bool wrapped(std::string_view text) {
  return text.size() >= 3 && text.starts_with("@(") && text.ends_with(')');
}

}  // namespace

bool is_canonical(std::string_view address) {
  return wrapped(address) && is_path(path_of(address));
}

bool is_concrete(std::string_view address) {
  return is_canonical(address) && address.find('*') == std::string_view::npos;
}

std::string_view path_of(std::string_view address) { return address.substr(2, address.size() - 3); }

std::string address_of(std::string_view path) { return "@(" + std::string(path) + ")"; }

bool is_at_or_below(std::string_view address, std::string_view root) {
  const std::string_view path = path_of(address);
  const std::string_view top = path_of(root);
  if (!path.starts_with(top)) return false;
  return path.size() == top.size() || path[top.size()] == '/';
}

std::optional<std::string> discovery_glob(std::string_view pattern) {
  if (is_canonical(pattern)) return std::string(pattern);
  if (is_path(pattern)) return address_of(pattern);
  return std::nullopt;
}

}  // namespace signal_hub::wire

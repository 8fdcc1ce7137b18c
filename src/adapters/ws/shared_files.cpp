#include "adapters/ws/shared_files.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace signal_hub::adapters {
namespace {

// Below, copying costs less than a file; and so does sending to few.
constexpr std::size_t least_bytes = std::size_t{64} * 1024;
constexpr std::size_t least_owners = 4;

// Each is a descriptor and, in the kernel, the text once more.
constexpr std::size_t most_files = 8;

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

int file_with(std::string_view text) {
  const int file = memfd_create("signal-hub", MFD_CLOEXEC);
  if (file < 0 || write_all(file, text)) return file;
  ::close(file);
  return -1;
}

}  // namespace

SharedFiles::~SharedFiles() {
  for (const Entry& entry : entries_) ::close(entry.file);
}

int SharedFiles::file_of(const core::SharedBytes& text) {
  if (text->size() < least_bytes) return -1;
  const auto known = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.text == text; });
  if (known != entries_.end()) return known->file;
  if (text.owners() < least_owners || entries_.size() >= most_files) return -1;
  const int file = file_with(*text);
  if (file >= 0) entries_.push_back({text, file});
  return file;
}

void SharedFiles::forget_sent() {
  std::erase_if(entries_, [](const Entry& entry) {
    const bool sent = entry.text.owners() == 1;
    if (sent) ::close(entry.file);
    return sent;
  });
}

}  // namespace signal_hub::adapters

// SharedFiles: large texts that many connections are sent, as files without a name.
//
// A socket takes pages of a file without copying them: what a hundred recipients get is held by the
// kernel once instead of a hundred times, and copied once.
#pragma once

#include <string_view>
#include <vector>

#include "core/shared_bytes.hpp"

namespace signal_hub::adapters {

class SharedFiles {
 public:
  SharedFiles() = default;
  ~SharedFiles();
  SharedFiles(const SharedFiles&) = delete;
  SharedFiles& operator=(const SharedFiles&) = delete;

  /// A file with this text, whose offset is not to be used; -1 if it does not pay or cannot be
  /// made: send it as any other. Stays the SharedFiles'.
  int file_of(const core::SharedBytes& text);

  /// Lets go of texts that nobody else holds any more.
  void forget_sent();

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    core::SharedBytes text;
    int file;
  };
  std::vector<Entry> entries_;
};

}  // namespace signal_hub::adapters

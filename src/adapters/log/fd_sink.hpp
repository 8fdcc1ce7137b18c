// A spdlog sink for a descriptor whose reader may be slow, stuck or gone.
//
// Lines are gathered and written at a flush, one system call for a turn's lines. Nothing ever waits
// for the reader: what it does not take stays in memory, up to a bound beyond which new lines are
// dropped and counted. An error (full disk, closed pipe) is treated the same way, so that the log
// goes on when its cause is gone. Not for use by several threads.
#pragma once

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/time.hpp"

namespace signal_hub::adapters {

class FdSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  /// `fd` stays the caller's, and blocking: its flags are shared with whoever else has it open.
  explicit FdSink(int fd) : fd_(fd) {}

  /// Lines dropped since the last call; 0 as long as there is no room to tell of them.
  std::uint64_t take_dropped();

  /// Lines dropped since the start.
  std::uint64_t dropped_in_all() const { return dropped_in_all_; }

  /// Flushes, waiting for the reader at most that long.
  void drain(Millis patience);

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override { write_out(); }

 private:
  bool write_out();  // false: something is left

  int fd_;
  std::string pending_;
  std::uint64_t dropped_ = 0;  // since the last take_dropped()
  std::uint64_t dropped_in_all_ = 0;
};

}  // namespace signal_hub::adapters

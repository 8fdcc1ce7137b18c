// An actor's reliable messages: those that wait, those that are out and not acknowledged, those
// that failed and pause before their next attempt (PROTOCOL.md §7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "base/time.hpp"
#include "core/breaker.hpp"
#include "core/mailbox.hpp"

namespace signal_hub::core {

struct Attempt {
  enum class Stage : std::uint8_t {
    sending,  // in the outbox; not all bytes are with the kernel
    unacked,  // until `due`
    pausing,  // it failed; the next attempt is at `due`
  };
  Held held;  // with its letter
  Stage stage = Stage::sending;
  bool acks = false;  // the target is to acknowledge it
  MonoTime due = never;
  WallTime at{};  // when it was sent
};

struct Outstanding {
  Mailbox waiting;
  std::map<std::uint64_t, Attempt> out;  // by position
  std::size_t undecided = 0;             // of them: sending or unacked
  std::size_t out_bytes = 0;             // of their tails
  Breaker breaker;
  MonoTime armed = never;  // the earliest timer entry

  std::size_t size() const { return waiting.size() + out.size(); }
  std::size_t bytes() const { return waiting.bytes() + out_bytes; }
  bool idle() const { return waiting.empty() && out.empty() && breaker.failures() == 0; }
};

}  // namespace signal_hub::core

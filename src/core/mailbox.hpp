// Mailbox: messages that wait for one actor, by priority and age (PROTOCOL.md §3, §7).
//
// Those whose sender was promised storage are on disk as well, and once they are, all but 32 bytes
// of them may be there only. The others are in memory alone; when room is needed the oldest of them
// go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/actor_ids.hpp"
#include "core/outbox.hpp"
#include "core/trail.hpp"

namespace signal_hub::core {

/// What is in memory of a message as long as there is room.
struct Letter {
  SharedBytes tail;             // never null
  SubscriptionId subscription;  // of a publication
  ReceiptId receipt = 0;        // somebody waits to hear that it was written
  ConnId sender_conn;           // as long as it is connected
  std::string sender;
  std::string message_id;
  Trail trail{};
};

struct Held {
  std::uint64_t position = 0;
  MonoTime expires = never;
  std::unique_ptr<Letter> letter;  // null: on disk only
  std::uint32_t bytes = 0;         // of the tail
  std::uint16_t attempts = 0;      // to deliver a reliable one
  std::uint8_t priority = 1;       // 0 goes first
  bool promised : 1 = false;
  bool committed : 1 = false;  // promised and on disk
  bool reliable : 1 = false;   // delivered until acknowledged; promised too
  bool asked : 1 = false;      // its sender wants to hear what becomes of it
  bool publication : 1 = false;

  bool on_disk_only() const { return letter == nullptr; }
};
static_assert(sizeof(Held) == 32, "a million of them wait in 32 MB");

class Mailbox {
 public:
  /// Behind all of its priority that are older, before those that are younger.
  void put(Held held);

  bool empty() const { return held_.empty(); }
  std::size_t size() const { return held_.size(); }
  std::size_t bytes() const { return bytes_; }            // of all tails
  std::size_t bytes_here() const { return bytes_here_; }  // of those in memory
  std::size_t promised() const { return promised_; }
  bool any_expires() const { return expiring_ != 0; }  // at some time

  Held& front() { return held_.front(); }
  /// REQUIRES: !empty().
  Held take_front();

  /// Nullopt: there is none at this position.
  std::optional<Held> take(std::uint64_t position);

  /// Takes out the first one nobody was promised; nullopt if there is none.
  std::optional<Held> take_unpromised();

  /// The position of the oldest of all; nullopt: it is empty.
  std::optional<std::uint64_t> oldest() const;

  Held* at_position(std::uint64_t position);

  /// Lets go of what is in memory of a committed one, or brings it back.
  void leave_on_disk(Held& held);
  void bring(Held& held, std::unique_ptr<Letter> letter);

  /// In order; f must not change the mailbox.
  template <class F>
  void for_each(F&& f) {
    for (Held& held : held_) f(held);
  }

  bool loading = false;  // texts were asked for

 private:
  using Place = std::deque<Held>::iterator;
  Held take_out(Place at);
  Place find(std::uint64_t position);
  void count_out(const Held& held);
  void count_in(const Held& held);

  std::deque<Held> held_;
  std::size_t bytes_ = 0;
  std::size_t bytes_here_ = 0;
  std::size_t promised_ = 0;
  std::size_t expiring_ = 0;
  std::size_t moved_up_ = 0;  // of another priority than the usual one: order is not that of age
};

}  // namespace signal_hub::core

// Mailbox: messages that wait for one actor, oldest first (PROTOCOL.md §3, §7).
//
// Those whose sender was promised storage are on disk as well, and once they are their text may be
// there only. The others are in memory alone; when room is needed the oldest of them go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/actor_ids.hpp"
#include "core/outbox.hpp"

namespace signal_hub::core {

struct Held {
  std::uint64_t position;
  SharedBytes tail;   // null: on disk only
  std::size_t bytes;  // of the tail
  std::optional<WallTime> expires;
  SubscriptionId subscription;  // of a publication; invalid: something else
  ReceiptId receipt = 0;        // somebody waits to hear that it was written
  bool promised = false;
  bool committed = false;  // promised and on disk
  ConnId sender_conn;      // of a promised one, as long as it is connected
  std::string sender;
  std::string message_id;
};

class Mailbox {
 public:
  /// At the end. REQUIRES: its position is above all others.
  void push(Held held);

  /// Where its position belongs: it was taken and could not be delivered.
  void put_back(Held held);

  bool empty() const { return held_.empty(); }
  std::size_t size() const { return held_.size(); }
  std::size_t bytes() const { return bytes_; }            // of all tails
  std::size_t bytes_here() const { return bytes_here_; }  // of those in memory
  std::size_t promised() const { return promised_; }

  Held& front() { return held_.front(); }
  /// REQUIRES: !empty().
  Held take_front();

  /// Nullopt: there is none at this position.
  std::optional<Held> take(std::uint64_t position);

  /// Takes out the oldest one nobody was promised; nullopt if there is none.
  std::optional<Held> take_unpromised();

  Held* at_position(std::uint64_t position);

  /// Lets go of the text of a committed one, or brings it back.
  void leave_on_disk(Held& held);
  void bring(Held& held, SharedBytes tail);

  /// In order; f must not change the mailbox.
  template <class F>
  void for_each(F&& f) {
    for (Held& held : held_) f(held);
  }

  bool loading = false;  // texts were asked for

 private:
  Held take_out(std::deque<Held>::iterator at);
  std::deque<Held>::iterator place_of(std::uint64_t position);
  void count_out(const Held& held);
  void count_in(const Held& held);

  std::deque<Held> held_;
  std::size_t bytes_ = 0;
  std::size_t bytes_here_ = 0;
  std::size_t promised_ = 0;
};

}  // namespace signal_hub::core

// At-least-once: what the hub said it would keep is kept until it is delivered and acknowledged, or
// has a reason to end; nothing of it comes twice without one, out of order, or after its end.
//
// Bound to what is on disk: a message exists for this oracle from its commit to that of its end.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "book.hpp"
#include "breakers.hpp"
#include "disk.hpp"
#include "membership.hpp"
#include "message.hpp"
#include "plan.hpp"
#include "schedule.hpp"
#include "tally.hpp"

namespace signal_hub::sim {

class Promises {
 public:
  struct Around {
    const Plan& plan;
    Book& book;
    Membership& membership;
    const Disk& disk;
    const Schedule& schedule;
    Tally& tally;
  };
  explicit Promises(Around around) : around_(around), breakers_(around.plan.hub, around.book) {}

  void committed(const Disk::News& news);

  /// A request came to the hub.
  void handed(const Request& request, const LinkRecord& link);
  /// It is answered for the first time.
  void answered(const Request& request, const LinkRecord& link);
  /// Its sender is told what became of its message, in a message of its own.
  void told(const LinkRecord& link, const Request& request, const Message& message);
  /// An attempt has left for this link; its last byte is at `end` of the stream.
  void emitted(const LinkRecord& link, const Request& request, const Message& message,
               std::uint64_t end);

  void breaker(const std::string& address, bool opened) {
    around_.tally.add(opened ? Situation::breaker_opened : Situation::breaker_closed);
    breakers_.changed(address, opened, around_.schedule.now());
  }
  /// It was registered, or is no longer, or by another session.
  void moved(const std::string& address) { moved_.insert(address); }
  void returned(const std::string& address) { breakers_.returned(address); }
  void turn_ended();

  void started();
  void died(bool clean);

  /// All are there again, and have acknowledged everything.
  void check_quiet();

 private:
  /// A delivery as it left.
  struct Copy {
    const Link* link;
    std::uint64_t end;
    unsigned run;
    unsigned attempt;
    Micros at;
    Step step;
    bool counted = false;  // the hub knows that the kernel has all of it

    bool with_kernel() const { return link->accepted >= end; }
  };
  /// A message for one target.
  struct Parcel {
    std::uint64_t position;
    std::uint32_t n;
    std::string to;
    std::string topic;
    unsigned priority;
    unsigned run;   // in which it was committed
    Step handed;    // not accepted before
    Step since;     // certainly on disk
    Micros stored;  // when it came there
    WallTime accepted;
    std::optional<WallTime> expires;
    unsigned attempts_before = 0;  // this run
    std::vector<Copy> copies;
    bool ack_handed = false;   // by whomever, in whichever run
    unsigned ended_run = 0;    // the hub knew of its ack or last nack
    unsigned ignored_run = 0;  // the hub did not know of an ack that counts
    bool answered = false;     // by an ack or a nack since the last copy
    Step answered_at = 0;
    std::set<std::string> nack_reasons;  // for good
    Micros ended{0};                     // when the hub knew, or its end came to disk
    std::string outcome;                 // on disk
    std::string reason;
  };

  void forget();
  void stored(const core::StoredMessage& row);
  void publication(const core::StoredMessage& row);
  void unpublished(std::uint64_t position);
  void ended(const core::StoredMessage& row);
  bool may_be_forgotten(unsigned run, Micros stored, WallTime accepted, WallTime now) const;
  void check_room(const Parcel& parcel) const;
  void check_cause(const Parcel& parcel, const core::StoredMessage& end);
  bool dies_rightly(const Parcel& parcel, const core::StoredMessage& end);
  bool perhaps_expired(const Parcel& parcel) const;
  bool perhaps_gone(const Parcel& parcel) const;

  void check_attempt(const Parcel& parcel, const Copy& copy);
  void check_window(const Parcel& parcel, const LinkRecord& link);
  void check_turn(const Parcel& parcel, const Link& link);
  void tally(const Parcel& parcel, const Copy& copy);
  bool has_namesake(const std::string& address) const;
  bool certainly_out(const Parcel& parcel) const;

  void ack_answered(const Request& request, const LinkRecord& link);
  void ack_known(Parcel& parcel, const Request& request, const LinkRecord& link);
  void ack_unknown(Parcel& parcel, const Request& request, const LinkRecord& link);
  void send_answered(const Request& request);
  void publish_answered(const Request& request);
  const Parcel& told_of(const std::vector<std::uint64_t>& positions, const std::string& outcome,
                        const std::string& reason) const;
  bool is_duplicate(const Request& request, unsigned stored_in);
  void expect_prompt(const Parcel& parcel);
  void check_prompt();
  bool is_undisturbed(const Parcel& parcel) const;
  void count_crash(bool clean);
  void check_receipts() const;

  Parcel* find(const std::string& delivery_id);
  void fail(const std::string& what, const Parcel& parcel) const;
  void count(Situation situation) { around_.tally.add(situation); }

  Around around_;
  Breakers breakers_;
  std::map<std::uint64_t, Parcel> parcels_;
  std::map<std::string, std::set<std::uint64_t>> waiting_;  // by target: on disk, not ended
  std::map<std::uint32_t, std::vector<std::uint64_t>> of_request_;
  struct Publication {
    std::uint64_t position;
    unsigned run;
    Micros stored;
    WallTime accepted;
  };
  std::map<std::uint32_t, Publication> publications_;  // by request
  std::map<std::uint32_t, Micros> first_handed_;       // by request
  Micros lead_{0};                                     // of the wall clock at a start, the most
  std::set<std::string> plain_;     // addresses registered by somebody who does not acknowledge
  std::set<std::string> droppers_;  // addresses whose oldest may make room
  std::set<std::string> moved_;     // in this turn
  std::vector<std::uint64_t> uncounted_;                    // with a copy the kernel has not all of
  std::map<std::uint64_t, std::uint64_t> overtaken_;        // a waiting one, by whom
  std::set<std::pair<std::uint32_t, std::uint64_t>> told_;  // on this link, of this position
  std::map<std::uint64_t, unsigned> told_run_;              // of this position, in which run last
  struct Prompt {
    std::uint64_t position;
    std::uint32_t link;
    Micros due;
  };
  std::vector<Prompt> prompt_;  // nothing is in their way: to be there by then
};

}  // namespace signal_hub::sim

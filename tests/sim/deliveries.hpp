// Messages reach exactly those they should, unchanged, once, in order; nobody is left out.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "book.hpp"
#include "membership.hpp"
#include "message.hpp"

namespace signal_hub::sim {

class Deliveries {
 public:
  Deliveries(Book& book, Membership& membership) : book_(book), membership_(membership) {}

  /// A forwarded message left for this link; its last byte is at `end` of the stream. Returns the
  /// request it is of if it is a reliable delivery, nullptr if not.
  const Request* emitted(LinkRecord& link, const Message& message, std::uint64_t end);

  /// The end of a turn in which this request of the link was answered.
  void conclude(Request& request);

  /// The link's tells up to the request are done with: a later ask was answered.
  void resolve(LinkRecord& link, const Request& request);

  /// `mail_dropped`: mailboxes made room in this turn, nobody knows of what.
  void turn_ended(bool mail_dropped);

  /// All is quiet: nothing is owed to those who are still there.
  void check_complete(const Disk& disk, bool persistent) const;

  /// The hub's process has just ended: what it said to be stored, and did not deliver, is there.
  void check_disk(const Disk& disk) const;

  /// Publications came to all in one order.
  void check_topic_orders() const;

 private:
  struct Copy {
    const Link* link;
    std::uint64_t end;
    unsigned run;

    bool with_kernel() const { return link->accepted >= end; }
  };

  void check_content(const LinkRecord& link, const Request& request, const Message& message);
  void check_once(const LinkRecord& link, const Request& request, const Message& message);
  bool perhaps_to_guest(const Request& request, const Link& link) const;
  void check_recipient(LinkRecord& link, const Request& request, const Message& message);
  void check_order(LinkRecord& link, const Request& request, const Message& message);
  void fulfil(LinkRecord& link, const Request& request, const std::string& to);
  bool is_owed(const Obligation& obligation) const;
  bool is_settled(const Request& request) const;
  void conclude_send(const Request& request);
  void conclude_to_many(const Request& request);
  void oblige_all(const Request& request, Step until);
  void oblige(const Request& request, const std::string& to, std::uint32_t link, Step until);
  bool perhaps_excluded(const Request& request, const std::string& address) const;
  /// Those who certainly were, and how many may have been.
  struct Recipients {
    std::vector<std::string> certain;
    std::size_t possible = 0;
  };
  Recipients recipients(const Request& request, Step until) const;

  Book& book_;
  Membership& membership_;
  std::map<std::pair<std::uint32_t, std::string>, std::vector<Copy>> copies_;  // request, to
  Step mail_dropped_ = 0;             // when mailboxes last made room
  std::vector<std::string> skipped_;  // in this turn, perhaps
  struct Doubled {
    std::uint32_t first_link;
    std::string what;
  };
  std::vector<Doubled> doubled_;  // stored messages that came again, until the turn's end
  // topic → stream → publications in order
  std::map<std::string, std::map<std::string, std::vector<std::uint32_t>>> orders_;
};

}  // namespace signal_hub::sim

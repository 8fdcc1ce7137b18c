// Who is registered, by whom an address is held, who subscribes to what: what is certain of it, and
// what is possible, at any step.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/settings.hpp"
#include "book.hpp"
#include "disk.hpp"
#include "message.hpp"

namespace signal_hub::sim {

class Membership {
 public:
  Membership(Book& book, const HubSettings& settings) : book_(book), settings_(settings) {}

  /// The request was handed to the hub for the first time.
  void asked(Request& request, std::uint32_t link);
  /// It was answered: it took effect, or never will.
  void answered(Request& request, const std::string& payload);

  // What the hub logged, at the end of the turn in which it happened.
  void registered(std::uint32_t link, const std::string& address);
  void unregistered(std::uint32_t link, const std::string& address);
  void moved_away(std::uint32_t link, const std::string& address);
  void expired(const std::string& address);

  /// The first sign that a link's session ends; what it holds may go any moment.
  void ending(std::uint32_t link);
  /// It is over; its end began at `lo`.
  void over(std::uint32_t link, Step lo);
  /// It is away: registered, and nobody's.
  void away(const std::string& address, Micros at);
  /// Time has come to this: who is away too long is no longer registered.
  void time_passed(Micros at);

  /// The hub's process ended; nothing that was asked for is done any more.
  void died();
  /// It runs again, with what the disk has.
  void restored(const Disk& disk, WallTime wall, Micros at);
  /// What certainly was there from `there` on must be on this disk, what certainly was not from
  /// `gone` on must not.
  void check_disk(const Disk& disk, Step there, Step gone) const;
  /// The answer that speaks of the disk has just left.
  void check_durable(const Request& request, std::uint32_t link, const Disk& disk) const;

  bool certainly_registered(const std::string& address, Step from, Step to) const;
  bool perhaps_registered(const std::string& address, Step from, Step to) const;

  /// The link that certainly held the address all the time.
  std::optional<std::uint32_t> holder(const std::string& address, Step from, Step to) const;
  /// Registered addresses so far, current or not.
  std::vector<std::string> addresses() const;

  /// Somebody who may get publications: an address, or a link that has not registered its own.
  static std::string guest(std::uint32_t link) { return "guest " + std::to_string(link); }
  /// All that ever subscribed.
  std::vector<std::string> subscribers() const;

  bool certainly_subscribed(const std::string& who, const std::string& topic, Step from,
                            Step to) const;
  bool perhaps_subscribed(const std::string& who, const std::string& topic, Step from,
                          Step to) const;
  /// As perhaps_subscribed(), but for what follows on `link`, where an hub:unsubscribed counts from
  /// its place in the stream.
  bool perhaps_subscribed_on(std::uint32_t link, const std::string& who, const std::string& topic,
                             Step from, Step to) const;

 private:
  static constexpr std::uint32_t no_link = UINT32_MAX;

  struct Hold {
    std::uint32_t n;  // the registration's request
    std::uint32_t link;
    Step handed;
    Step settled;  // open_end: not answered yet
    bool refused = false;
  };
  /// A fact that the end of a link's session may make false.
  struct Ending {
    std::uint32_t link;  // no_link: durable subscriptions of somebody who is not registered
    std::string address;
    Fact* fact;
    std::size_t mark;
  };

  void subscription_asked(Request& request, std::uint32_t link, bool wanted);
  void subscription_answered(Request& request, std::uint32_t link);
  void unregistration_answered(const Request& request);
  void registration_answered(Request& request, std::uint32_t link, const std::string& payload);
  void begin_change(Request& request, Fact& fact, bool value);
  static void settle_changes(const Request& request);
  void begin_end(std::uint32_t link, const std::string& address, Step since);
  void end_address(const std::string& address, Step lo);
  bool taken_this_turn(const std::string& address) const;

  void check_registration(const Request& request, const std::string& payload) const;

  Book& book_;
  const HubSettings& settings_;
  std::map<std::string, Fact> registered_;
  std::map<std::string, std::vector<Hold>> holds_;
  std::map<std::string, std::map<std::string, Fact>> subscribed_;  // who → pattern
  std::vector<Ending> endings_;
  std::map<std::string, Micros> away_;                     // since when
  std::set<std::pair<std::string, std::string>> durable_;  // subscriptions that may outlive all
  std::map<std::pair<std::uint32_t, std::string>, Step> told_;  // link, pattern: unsubscribed
};

}  // namespace signal_hub::sim

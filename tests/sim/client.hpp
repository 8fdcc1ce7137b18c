// One simulated client: connects, registers, does what its plan likes, and comes back when it is
// cut off. What it knows is what a real one would know.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "book.hpp"
#include "dice.hpp"
#include "message.hpp"
#include "network.hpp"
#include "plan.hpp"

namespace signal_hub::sim {

class Client {
 public:
  struct Around {
    const Plan& plan;
    Schedule& schedule;
    Dice& dice;
    Network& network;
    Book& book;
  };
  Client(Around around, std::uint32_t number);

  void start();

  /// From now on it only answers, acknowledges what it gets, and comes back; no new deeds.
  void rest();
  /// From now on it does not come back either.
  void settle() { settled_down_ = true; }
  /// It goes for good, one way or another.
  void leave();

  // From the network.
  void opened(Link& link);
  void refused(Link& link);
  void received(Link& link, const std::string& text);
  void ended(Link& link);

  /// Senders of it that the hub paused and did not resume.
  const std::set<std::string>& paused() const { return paused_; }

 private:
  enum class Phase : std::uint8_t { away, dialing, connecting, registering, ready };

  void dial_later(Micros at_most);
  void think_later();
  void act();
  void act(Deed deed);
  void message(Deed deed);
  void subscription(Deed deed);
  void registration(Deed deed);
  void inquiry(Deed deed);
  void nuisance(Deed deed);
  void parting(Deed deed);
  void retry();

  /// A reliable delivery has come.
  void delivered(const Message& message);
  void acknowledge(std::vector<std::string> deliveries);
  void reject(const std::string& delivery, bool requeue);
  void flush_acks();
  /// Has some messages sent at least once; metadata to go along.
  std::string make_reliable(Request& request);
  /// Whether it may act over its link.
  bool at_work() const;

  Request& compose(Kind kind, bool ask, std::string from, std::string about);
  void submit(Request& request, const std::string& type, const std::string& payload,
              const std::string& metadata = "{}", const std::string& to = {});
  void register_address(const std::string& address);
  /// Asks now and then that the answer waits for the disk.
  std::string durable_metadata(Request& request);
  std::string data_for(const Request& request);

  std::string random_from();
  std::string random_target();
  std::string random_topic(bool glob);
  void control(Link& link, const Message& message);
  void gone();

  Around around_;
  std::uint32_t number_;
  std::string address_;
  Phase phase_ = Phase::away;
  Link* link_ = nullptr;
  std::uint64_t life_ = 0;  // rises when plans made before are void
  bool resting_ = false;
  bool settled_down_ = false;
  bool acks_ = false;         // registers as acknowledging
  bool drop_oldest_ = false;  // and so that the oldest in its queue makes room
  bool left_ = false;
  bool settled_ = false;                       // an address was registered on this link
  std::set<std::string> registered_;           // on this link
  std::map<std::string, std::string> tokens_;  // by address, the latest
  std::set<std::string> topics_;
  std::set<std::string> paused_;
  std::vector<std::uint32_t> mine_;   // requests it may try again
  std::vector<std::string> unacked_;  // deliveries to be acknowledged together
};

}  // namespace signal_hub::sim

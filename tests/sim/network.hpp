// The network: links between clients and the hub, each with delays, sockets that fill, ends of
// several kinds. It is the hub's transport, and what the adapter of a real one would tell, it
// tells.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/ports.hpp"
#include "dice.hpp"
#include "message.hpp"
#include "plan.hpp"
#include "schedule.hpp"
#include "trace.hpp"

namespace signal_hub::sim {

/// Something the transport tells the hub, on its loop.
using HubEvent = std::function<void(app::TransportEvents&)>;

/// One connection, from the client's dial to the end on both sides.
struct Link {
  std::uint32_t serial = 0;
  std::uint32_t client = 0;
  ConnId conn;

  bool dialing = true;      // the client waits for the upgrade
  bool client_end = false;  // the client holds its end open
  bool hub_end = false;     // opened() was told, closed() was not
  bool ending = false;      // closed() is on its way
  bool dark = false;        // nothing passes any more, and nobody is told
  bool deaf = false;        // what was under way to the hub is lost

  // Up: from the client.
  Micros up_last{0};
  std::deque<HubEvent> held;  // not read: reading is paused
  bool paused = false;

  // Down: from the hub, as positions in the stream of bytes.
  FrameReader reader;
  struct Item {
    std::uint64_t end;
    Frame frame;
  };
  std::deque<Item> items;
  std::uint64_t offered = 0;   // the hub handed over
  std::uint64_t accepted = 0;  // the kernel took
  std::uint64_t read = 0;      // the client took
  std::uint64_t room = 0;      // bytes the kernel keeps
  std::uint64_t gulp = 0;      // bytes the client reads at once
  Micros rest{0};              // between two reads
  Micros stalled_until{0};
  bool backed_up = false;
  bool was_backed_up = false;
  Micros backed_up_last{0};
  std::optional<Micros> backlog_since;  // what left the hub's core since then may come late
  bool reading = false;                 // a read is scheduled
  bool broken = false;                  // writes fail
  bool close_sent = false;
};

/// What happens at the clients' ends.
class ClientEvents {
 public:
  virtual ~ClientEvents() = default;
  virtual void opened(Link& link) = 0;
  virtual void refused(Link& link) = 0;
  virtual void received(Link& link, const std::string& text) = 0;
  /// The end has come, whoever wanted it; `code` 0: without a close frame.
  virtual void ended(Link& link, unsigned code) = 0;
};

/// What passes at the hub's end, before anybody else learns of it.
class Tap {
 public:
  virtual ~Tap() = default;
  virtual void opened(const Link& link) = 0;
  virtual void handed(const Link& link, std::string_view bytes) = 0;
  virtual void handed_close(const Link& link, bool clean) = 0;
  virtual void emitted(const Link& link, std::string_view text, std::uint64_t end) = 0;
  virtual void broke(const Link& link, std::string_view what) = 0;
};

class Network final : public app::Transport {
 public:
  /// Hands an event to the hub's loop; false: no hub runs.
  using Post = std::function<bool(HubEvent)>;

  Network(const Plan& plan, Schedule& schedule, Dice& dice, Trace& trace, ClientEvents& clients,
          Tap& tap, Post post);

  // The client's side.
  Link& dial(std::uint32_t client);
  void send(Link& link, std::string text);
  /// A message past the hub's limit, of which the transport says no more than its size.
  void send_oversized(Link& link, std::size_t size);
  void pong(Link& link);
  void close(Link& link, std::uint16_t code);
  void drop(Link& link);
  /// The cable is pulled: nobody is told.
  void vanish(Link& link);
  void stall(Link& link, Micros time);
  /// Everybody reads again.
  void calm();

  /// The hub's process is gone. `told`: the kernel resets its connections; else they go dark.
  void hub_died(bool told);

  bool listening() const { return listening_; }
  void listen() { listening_ = true; }

  const std::deque<std::unique_ptr<Link>>& links() const { return links_; }

  // app::Transport
  app::WriteOutcome write(ConnId conn, const core::Outgoing& frames) override;
  void all_written() override {}
  void close(ConnId conn, std::uint16_t code, std::string_view reason) override;
  void cut(ConnId conn) override;
  void pause_reading(ConnId conn, bool paused) override;
  void stop_listening() override { listening_ = false; }

 private:
  void knock(Link& link);
  void upgrade(Link& link, app::TransportEvents& hub);
  void refuse(Link& link);
  void up(Link& link, HubEvent event);
  void arrive(Link& link, HubEvent event);
  void read_held(Link& link, app::TransportEvents& hub);
  void hand(Link& link, const std::string& text, app::TransportEvents& hub);
  void hang_up(Link& link, Micros delay);
  void finish(Link& link, bool clean, app::TransportEvents& hub);
  void end_at_client(Link& link, unsigned code);
  void accept(Link& link);
  void schedule_read(Link& link);
  void take(Link& link);
  void receive(Link& link, const Frame& frame);
  void offer(Link& link, std::string_view bytes);
  Micros delay() { return dice_.between(plan_.network.delay_min, plan_.network.delay_max); }
  Link* find(ConnId conn);

  const Plan& plan_;
  Schedule& schedule_;
  Dice& dice_;
  Trace& trace_;
  ClientEvents& clients_;
  Tap& tap_;
  Post post_;
  bool listening_ = false;
  std::deque<std::unique_ptr<Link>> links_;
  std::vector<Link*> by_slot_;
};

}  // namespace signal_hub::sim

#pragma once

#include <cstdint>
#include <string>

#include "connection.hpp"
#include "peers/dialect.hpp"
#include "scan.hpp"

namespace hub_bench {

/// One session with the hub: a connection that says hub:connect and, as asked, registers and
/// subscribes. May be started again after it has ended.
class Client : private Connection::Owner {
 public:
  /// What of its life interests the scenario.
  class Listener {
   public:
    Listener() = default;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    virtual ~Listener() = default;

    /// Connected, registered and subscribed.
    virtual void ready(Client& client, Nanos at) = 0;
    /// `text`: the whole message.
    virtual void delivery(Client& client, const Stamp& stamp, bool whole, std::string_view text,
                          Nanos at) = 0;
    /// Every other message that is not of the way to being ready.
    virtual void answer(Client& client, const Answer& answer, Nanos at) = 0;
    virtual void ended(Client& client, const std::string& why) = 0;
  };

  struct Role {
    std::string address;
    bool registers = false;
    bool acks = false;                        ///< registers as one that acknowledges
    std::string topic;                        ///< empty: subscribes to none
    std::size_t data_size = least_data_size;  ///< of the messages it will receive
  };

  /// `index` is the listener's own name for it; without a `dialect` it speaks with a hub.
  Client(Loop& loop, Listener& listener, std::uint32_t index, Role role, const Dialect* dialect)
      : connection_(loop, *this),
        listener_(listener),
        index_(index),
        role_(std::move(role)),
        dialect_(dialect) {}

  void start(const Endpoint& endpoint, std::optional<in_addr> source);
  void send(std::string_view text) { connection_.send(text); }
  /// Sends an envelope, to another server than a hub as the payload of a publication.
  void publish(std::string_view topic, std::string_view envelope);
  void set_reading(bool reading) { connection_.set_reading(reading); }
  /// Asks for an answer behind everything the hub has queued for this session: hub:heartbeat_ack.
  void fence();
  /// Says goodbye; the hub closes.
  void leave() { send(disconnect_request(role_.address)); }
  /// Is gone without a word.
  void cut();

  [[nodiscard]] std::uint32_t index() const { return index_; }
  [[nodiscard]] const Role& role() const { return role_; }
  [[nodiscard]] bool is_ready() const { return ready_; }

 private:
  void opened() override;
  void message(std::string_view text, Nanos at) override;
  void closed(const std::string& why) override;
  std::size_t stream(std::string_view bytes, Nanos at) override;
  /// Sends what the dialect says.
  void say(std::string_view words);
  void event(const Dialect::Event& event, Nanos at);
  /// What it subscribes to at another server.
  [[nodiscard]] const std::string& topic() const {
    return role_.registers ? role_.address : role_.topic;
  }
  /// Whether the answer is of the way to being ready.
  bool went_on(const Answer& answer, Nanos at);

  Connection connection_;
  Listener& listener_;
  const std::uint32_t index_;
  const Role role_;
  const Dialect* dialect_;
  StampFinder stamps_;
  bool subscribing_ = false;
  std::string stream_;  // the start of an event in WebSocket messages
  bool ready_ = false;
};

}  // namespace hub_bench

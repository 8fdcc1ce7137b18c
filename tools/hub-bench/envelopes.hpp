#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "time.hpp"

namespace hub_bench {

constexpr std::string_view hub_address = "@(cloudflare/signal-hub)";

/// What every message of the load carries at the start of its data: who sent it, its number in the
/// stream of that sender, and when it was meant to leave.
struct Stamp {
  std::uint32_t sender;
  std::uint64_t number;
  Nanos intended;
};

/// `data` is a JSON string of exactly that many bytes, quotes included; at least this many.
constexpr std::size_t least_data_size = 55;

/// Requests around the load; answers are told by their type.
std::string connect_request(std::string_view from);
/// `acks`: it will acknowledge what is delivered at least once.
std::string register_request(std::string_view address, bool acks = false);
std::string subscribe_request(std::string_view from, std::string_view topic);
std::string disconnect_request(std::string_view from);
std::string heartbeat_request(std::string_view from);
std::string discover_request(std::string_view from, std::string_view address);
/// Acknowledges deliveries; `ids` are JSON strings with commas between them.
std::string ack_request(std::string_view from, std::string_view ids);

/// One sender's messages: all the same but for the stamp, the id and the time, which are written
/// over in place.
class Envelope {
 public:
  struct Shape {
    std::string from;
    std::string to;        ///< the hub's address where empty
    std::string type;      ///< hub:send, hub:publish, hub:broadcast
    std::string topic;     ///< of hub:publish
    std::string metadata;  ///< the members of the object
    bool ask = false;
    std::size_t data_size = least_data_size;
  };

  Envelope(const Shape& shape, std::uint32_t sender);

  /// The whole envelope; until the next call.
  std::string_view write(std::uint64_t number, Nanos intended);

 private:
  std::string text_;
  std::size_t id_number_ = 0;  // where each begins
  std::size_t number_ = 0;
  std::size_t intended_ = 0;
  std::size_t timestamp_ = 0;
};

/// A sender's asks to one actor, stored first and delivered until they are acknowledged.
Envelope reliable_asks(const std::string& from, const std::string& to, std::size_t data_size,
                       std::uint32_t sender);

}  // namespace hub_bench

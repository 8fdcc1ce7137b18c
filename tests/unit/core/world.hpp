// A hub with connections that are plain values: what goes in is JSON, what comes out is parsed.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/hub.hpp"
#include "wire/json_view.hpp"

namespace signal_hub::core {

class World {
 public:
  explicit World(HubSettings settings = defaults(), const Authenticator* authenticator = nullptr)
      : hub(
            settings, authenticator, [](std::string_view text) { return mac_of(text); }, 1, now()) {
  }

  static HubSettings defaults() {
    HubSettings s;
    s.rate_limit = 0;
    s.accept_rate = 0;
    s.max_connections_per_ip = 0;
    s.grace = 0ms;
    return s;
  }

  Now now() const { return {MonoTime{clock}, WallTime{epoch + clock}}; }
  void advance(Millis by) {
    clock += by;
    hub.tick(now());
  }

  ConnId open(std::string_view ip = "10.0.0.1") {
    EXPECT_TRUE(hub.admit(ip, now()).ok());
    return hub.opened(ip, now());
  }

  /// A connected session.
  ConnId connect(const std::string& address) {
    const ConnId conn = open();
    ask(conn, address, "hub:connect", "null",
        R"({"protocolVersion":"0.1.0","capabilities":["t"]})");
    return conn;
  }

  /// Connected and registered.
  ConnId member(const std::string& address) {
    const ConnId conn = connect(address);
    ask(conn, address, "hub:register", registration(address));
    return conn;
  }

  static std::string registration(const std::string& address) {
    return "{\"actorAddress\":\"" + address + "\",\"capabilities\":[\"t\"]}";
  }

  std::string message(const std::string& from, std::string_view type, std::string_view payload,
                      std::string_view metadata = "{}", std::string_view to = hub_address,
                      std::string_view pattern = "ask") {
    const std::string id = "m" + std::to_string(++messages);
    return "{\"id\":\"" + id + "\",\"from\":\"" + from + "\",\"to\":\"" + std::string(to) +
           "\",\"type\":\"" + std::string(type) + "\",\"payload\":" + std::string(payload) +
           ",\"pattern\":\"" + std::string(pattern) +
           "\",\"timestamp\":" + std::to_string(epoch_ms(now().wall)) +
           ",\"metadata\":" + std::string(metadata) + "}";
  }

  void frame(ConnId conn, const std::string& text) { hub.frame(conn, text, now()); }

  /// Sends an ask, flushes everybody, and returns the last message this connection got.
  std::string ask(ConnId conn, const std::string& from, std::string_view type,
                  std::string_view payload, std::string_view metadata = "{}",
                  std::string_view to = hub_address) {
    frame(conn, message(from, type, payload, metadata, to));
    flush();
    auto got = take(conn);
    return got.empty() ? std::string() : got.back();
  }

  void tell(ConnId conn, const std::string& from, std::string_view type, std::string_view payload,
            std::string_view to = hub_address) {
    frame(conn, message(from, type, payload, "{}", to, "tell"));
  }

  /// Writes everything that is dirty, but for connections that are `blocked`.
  void flush() {
    std::vector<ConnId> dirty;
    for (hub.take_dirty(dirty); !dirty.empty(); hub.take_dirty(dirty)) {
      for (const ConnId conn : dirty) {
        if (!blocked.contains(conn.slot)) write(conn);
      }
    }
    hub.take_commands(fresh);
    commands.insert(commands.end(), fresh.begin(), fresh.end());
    hub.take_events(fresh_events);
    events.insert(events.end(), fresh_events.begin(), fresh_events.end());
  }

  void write(ConnId conn) {
    bool any = false;
    for (auto bytes = hub.unsent(conn); !bytes.empty(); bytes = hub.unsent(conn)) {
      bytes.append_to(streams[conn.slot]);
      hub.handed_over(conn, bytes.size(), now());
      any = true;
    }
    if (any) hub.written(conn, now());
  }

  /// The text messages this connection got since the last call.
  std::vector<std::string> take(ConnId conn) {
    std::vector<std::string> out;
    std::string& stream = streams[conn.slot];
    std::string_view rest(stream);
    while (rest.size() >= 2) {
      std::size_t length = static_cast<unsigned char>(rest[1]);
      std::size_t header = 2;
      const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
      if (extra != 0) length = 0;
      for (std::size_t i = 0; i < extra; ++i) {
        length = length << 8U | static_cast<unsigned char>(rest[header++]);
      }
      if ((rest[0] & 0x0f) == 1) out.emplace_back(rest.substr(header, length));
      rest.remove_prefix(header + length);
    }
    stream.clear();
    return out;
  }

  template <class Kind>
  const Kind* command(ConnId conn) const {
    for (const Command& c : commands) {
      const Kind* found = std::get_if<Kind>(&c);
      if (found != nullptr && found->conn == conn) return found;
    }
    return nullptr;
  }

  bool happened(LogEvent event) const {
    for (const Event& e : events) {
      if (e.event == event) return true;
    }
    return false;
  }

  Stats stats() const { return hub.stats(now().mono); }

  static constexpr std::string_view hub_address = "@(cloudflare/signal-hub)";
  static constexpr Millis epoch{1'700'000'000'000};

  Millis clock{1'000'000};
  Hub hub;
  std::map<std::uint32_t, std::string> streams;
  std::map<std::uint32_t, bool> blocked;
  std::vector<Command> commands;
  std::vector<Event> events;

 private:
  static std::string mac_of(std::string_view text) {
    return std::to_string(std::hash<std::string_view>{}(text));
  }

  std::vector<Command> fresh;
  std::vector<Event> fresh_events;
  int messages = 0;
};

/// The member of a message's payload, as JSON text; empty if missing.
inline std::string payload_of(const std::string& message, std::string_view name) {
  if (message.empty()) return {};
  const auto payload = wire::JsonView(message).member("payload");
  const auto value = payload ? payload->member(name) : std::nullopt;
  return value ? std::string(value->raw()) : std::string();
}

inline std::string type_of(const std::string& message) {
  return message.empty() ? std::string() : *wire::JsonView(message).member("type")->string();
}

}  // namespace signal_hub::core

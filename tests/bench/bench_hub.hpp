// A hub without sockets, for what measures it: members come in, frames go in, turns end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/hub.hpp"

namespace signal_hub::bench {

class BenchHub {
 public:
  BenchHub()
      : hub(
            settings(), nullptr, [](std::string_view) { return std::string("m"); }, 1, now) {}

  static HubSettings settings() {
    HubSettings s;
    s.rate_limit = 0;
    s.accept_rate = 0;
    s.max_connections_per_ip = 0;
    s.pause_threshold = 0;
    return s;
  }

  static std::string message(const std::string& from, const std::string& type,
                             const std::string& payload, const std::string& metadata = "{}") {
    return R"({"id":"m","from":")" + from + R"j(","to":"@(cloudflare/signal-hub)","type":")j" +
           type + R"(","payload":)" + payload + R"(,"pattern":"tell","timestamp":1,"metadata":)" +
           metadata + "}";
  }

  /// A new session that has connected and registered `address`.
  ConnId member(const std::string& address, const std::string& metadata = "{}") {
    hub.admit("ip", now);
    const ConnId conn = hub.opened("ip", now);
    hub.frame(conn,
              message(address, "hub:connect", "null",
                      R"({"protocolVersion":"0.1.0","capabilities":["x"]})"),
              now);
    hub.frame(conn,
              message(address, "hub:register",
                      R"({"actorAddress":")" + address + R"(","capabilities":["x"]})", metadata),
              now);
    return conn;
  }

  void subscribe(ConnId conn, const std::string& address, const std::string& topic) {
    hub.frame(conn, message(address, "hub:subscribe", R"({"topic":")" + topic + "\"}"), now);
  }

  /// Sockets that take everything: each(conn, bytes). Returns the bytes written.
  template <class F>
  std::size_t write(F&& each) {
    std::size_t written = 0;
    for (hub.take_dirty(dirty); !dirty.empty(); hub.take_dirty(dirty)) {
      for (const ConnId conn : dirty) {
        for (auto bytes = hub.unsent(conn); !bytes.empty(); bytes = hub.unsent(conn)) {
          written += bytes.size();
          each(conn, bytes);
          hub.handed_over(conn, bytes.size(), now);
        }
        hub.written(conn, now);
      }
    }
    return written;
  }

  /// What a turn's end does, with such sockets and a store nobody waits for.
  std::size_t flush() {
    const std::size_t written = write([](ConnId, const core::Outgoing&) {});
    hub.take_commands(commands);
    hub.take_events(events);
    if (!hub.journal().empty()) hub.take_batch(now);
    return written;
  }

  /// A store that has written everything.
  void commit() {
    if (hub.journal().empty()) return;
    const core::Batch batch = hub.take_batch(now);
    hub.durable(batch.seq, {}, now);
  }

  Now now{MonoTime{Millis{1'000}}, WallTime{Millis{1}}};
  core::Hub hub;
  std::vector<ConnId> dirty;
  std::vector<core::Command> commands;
  std::vector<core::Event> events;
};

}  // namespace signal_hub::bench

// A hub with a store that commits and answers when it is told to, and a wall clock that may jump.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/message_table.hpp"
#include "world.hpp"

namespace signal_hub::core {

inline constexpr std::string_view reliable = R"({"delivery":"at-least-once"})";

/// A world with a store that answers when it is told to.
struct Stored : World {
  Stored() : World(settings()) {}
  static HubSettings settings() {
    HubSettings s = defaults();
    s.grace = 1h;
    s.idle_timeout = s.ping_interval = 0ms;
    return s;
  }
  void commit() {
    while (!hub.journal().empty()) {
      const Batch batch = hub.take_batch(at());
      table.apply(batch);
      hub.durable(batch.seq, {}, at());
      flush();
    }
  }
  void read() {
    std::vector<LoadRequest> requests;
    hub.take_load_requests(requests);
    for (const LoadRequest& request : requests) hub.loaded(table.load(request), at());
    flush();
  }
  /// What was asked of the store cannot be read. How much was asked.
  std::size_t fail_to_read() {
    std::vector<LoadRequest> requests;
    hub.take_load_requests(requests);
    for (const LoadRequest& request : requests) hub.loaded({request.id, {}, true}, at());
    flush();
    return requests.size();
  }
  Now at() const { return {now().mono, now().wall + jumped}; }
  void pass(Millis by) {
    clock += by;
    hub.tick(at());
    flush();
    commit();
  }
  ConnId acking(const std::string& address) {
    const ConnId conn = connect(address);
    ask(conn, address, "hub:register", registration(address), R"({"acks":true})");
    return conn;
  }
  /// As acking(), and what came with the answer can be taken.
  ConnId back(const std::string& address) {
    const ConnId conn = connect(address);
    frame(conn, message(address, "hub:register", registration(address), R"({"acks":true})"));
    flush();
    return conn;
  }
  /// Stored; its answer is `queued`.
  void send(ConnId from, const std::string& text = "1") {
    frame(from,
          message("@(a)", "hub:send", R"({"type":"x","data":)" + text + "}", reliable, "@(b)"));
    commit();
  }

  app::MessageTable table{app::Retention{}};
  Millis jumped{0};  // the wall clock, against the other
};

inline std::size_t with_type(const std::vector<std::string>& messages, std::string_view type) {
  std::size_t n = 0;
  for (const auto& m : messages) n += type_of(m) == type ? 1U : 0U;
  return n;
}

}  // namespace signal_hub::core

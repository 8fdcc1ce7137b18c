// Sequences of hub operations: connections come and go, frames (templates with fuzzed pieces, and
// raw bytes) arrive, time passes, sockets block, a store commits, refuses, fails and is read.
// Memory is accounted for to the last byte, every answer that waits is given, and nothing aborts.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "app/message_table.hpp"
#include "core/hub.hpp"
#include "wire/json_check.hpp"

namespace {

using namespace signal_hub;
using namespace signal_hub::core;

constexpr std::string_view templates[] = {
    R"("type":"hub:connect","metadata":{"protocolVersion":"0.1.0","capabilities":["x"]},)"
    R"("payload":null)",
    R"j("type":"hub:register","payload":{"actorAddress":"@(%)","capabilities":["x"]})j",
    R"j("type":"hub:unregister","payload":{"actorAddress":"@(%)"})j",
    R"("type":"hub:subscribe","payload":{"topic":"t%"})",
    R"("type":"hub:subscribe","payload":{"topics":["t%","*","t1"]})",
    R"("type":"hub:unsubscribe","payload":{"topic":"t%"})",
    R"("type":"hub:publish","payload":{"topic":"t%","type":"x","data":[%]})",
    R"("type":"hub:broadcast","payload":{"type":"x","data":"%","excludeSelf":true})",
    R"j("type":"hub:send","payload":{"type":"x","to":"@(%)","data":{"n":%}})j",
    R"("type":"hub:heartbeat","payload":null)",
    R"("type":"hub:disconnect","payload":null)",
    R"("type":"hub:discover","payload":{"pattern":"*","limit":2})",
    R"("type":"hub:list_actors","payload":null)",
    R"("type":"hub:queue_stats","payload":null)",
    R"("type":"hub:metrics","payload":null)",
    R"j("type":"hub:register","metadata":{"durable":true},"payload":{"actorAddress":"@(%)",)j"
    R"("capabilities":["x"],"ttlSeconds":1%})",
    R"("type":"hub:subscribe","payload":{"topic":"t%","durable":true})",
    R"j("type":"hub:send","metadata":{"requireAck":true},"ttl":%00,"payload":{"type":"x",)j"
    R"j("to":"@(%)","data":%}})j",
    R"j("type":"hub:register","metadata":{"acks":true},"payload":{"actorAddress":"@(%)",)j"
    R"("capabilities":["x"],"overflow":"drop_oldest"})",
    R"j("type":"hub:send","metadata":{"delivery":"at-least-once","priority":%},)j"
    R"j("payload":{"type":"x","to":"@(%)","data":%}})j",
    R"("type":"hub:subscribe","payload":{"topic":"t%","ack":true})",
    R"j("type":"hub:publish","metadata":{"delivery":"at-least-once"},)j"
    R"("payload":{"topic":"t%","type":"x","data":%})",
    R"("type":"hub:ack","payload":{"deliveryIds":["0-%","0-1%"]})",
    R"("type":"hub:nack","payload":{"deliveryId":"0-%","requeue":true})",
    R"("type":"hub:nack","payload":{"deliveryId":"0-1%","requeue":false})",
    R"("type":"hub:status","payload":{"messageId":"m1%"})",
};

/// Bytes of the input, one after the other; zeros at its end.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool empty() const { return at_ >= size_; }
  unsigned byte() { return empty() ? 0 : data_[at_++]; }
  std::string text(std::size_t most) {
    std::string out;
    while (!empty() && out.size() < most) out += static_cast<char>(byte());
    return out;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

class Play {
 public:
  explicit Play(Input input) : input_(input), hub_(settings(), nullptr, mac, 1, now()) {}

  void run() {
    for (int steps = 0; !input_.empty() && steps < 2'000; ++steps) step();
    blocked_.assign(blocked_.size(), false);
    for (int i = 0; i < 100 && hub_.next_deadline() == MonoTime::min(); ++i) hub_.tick(now());
    flush();
    for (const ConnId conn : open_) hub_.closed(conn, false, now());
    // Long enough for the grace, the registrations and the durable subscriptions to end.
    for (int i = 0; i < 100; ++i) {
      clock_ += hub_.next_deadline() == MonoTime::min() ? 0ms : 60s;
      hub_.tick(now());
      read_store(false);
      commit(false);
    }
    const Stats stats = hub_.stats(now().mono);
    if (stats.mail_messages != 0 || stats.commit_waits != 0 || stats.actors_dormant != 0) {
      std::abort();
    }
    if (stats.connections != 0 || stats.actors != 0 || stats.subscriptions != 0) std::abort();
    if (stats.queued_bytes != 0 || stats.reassembly_bytes != 0) std::abort();
  }

 private:
  static HubSettings settings() {
    HubSettings s;
    s.rate_limit = 0;
    s.accept_rate = 0;
    s.fanout_slice = 2;
    s.pause_threshold = 3;
    s.resume_threshold = 1;
    s.max_queue_bytes = 20'000;
    s.max_message_size = 4'096;
    s.dedupe_memory = 8;
    s.grace = 30s;
    s.durable_ttl = 60s;
    s.queue_limit = 4;
    s.journal_limit = 64;
    s.memory_limit = 60'000;
    s.persistent = true;
    return s;
  }
  static std::string mac(std::string_view text) { return std::to_string(text.size()); }

  Now now() const { return {MonoTime{clock_}, WallTime{Millis{1'700'000'000'000} + clock_}}; }

  void step() {
    const unsigned what = input_.byte() % 16;
    if (open_.empty() || what == 0) return open();
    const std::size_t which = input_.byte() % open_.size();
    const ConnId conn = open_[which];
    switch (what) {
      case 1: return close(which);
      case 2: blocked_[which] = !blocked_[which]; return flush();
      case 3: clock_ += Millis{input_.byte() * 200}; return hub_.tick(now());
      case 4: return hub_.frame(conn, input_.text(input_.byte()), now());
      case 5: return hub_.oversized(conn, 5'000U * (1 + input_.byte() % 8), now());
      case 6: return hub_.reassembling(conn, input_.byte(), now());
      case 7: return store();
      default: return hub_.frame(conn, message(), now());
    }
  }

  std::string message() {
    const std::string_view body = templates[input_.byte() % std::size(templates)];
    const unsigned who = input_.byte();
    std::string text = "{\"id\":\"m" + std::to_string(input_.byte() % 16) + "\",\"from\":\"@(" +
                       std::to_string(who % 4) + ")\",\"to\":\"@(cloudflare/signal-hub)\"," +
                       "\"pattern\":\"" + (who % 2 == 0 ? "ask" : "tell") +
                       "\",\"timestamp\":" + std::to_string(epoch_ms(now().wall)) + ",";
    for (const char c : body) {
      if (c == '%') {
        text += std::to_string(input_.byte() % 4);
      } else {
        text += c;
      }
    }
    return text + "}";
  }

  void store() {
    switch (input_.byte() % 8) {
      case 0: return hub_.store_failed();
      case 1: return read_store(true);
      case 2: return read_store(false);
      case 3: return commit(true);
      default: return commit(false);
    }
  }

  void commit(bool refusing) {
    if (hub_.journal().empty()) return;
    const Batch batch = hub_.take_batch(now());
    std::vector<std::uint64_t> refused;
    for (const Batch::Entry& e : batch.entries) {
      if (refusing && e.seq % 3 == 0) refused.push_back(e.seq);
    }
    std::sort(refused.begin(), refused.end());
    Batch written = batch;
    std::erase_if(written.entries, [&refused](const Batch::Entry& e) {
      return std::binary_search(refused.begin(), refused.end(), e.seq);
    });
    store_.apply(written);
    hub_.durable(batch.seq, refused, now());
  }

  void read_store(bool failing) {
    std::vector<LoadRequest> requests;
    hub_.take_load_requests(requests);
    for (const LoadRequest& request : requests) {
      Loaded loaded = store_.load(request);
      loaded.failed = failing;
      hub_.loaded(std::move(loaded), now());
    }
  }

  void open() {
    if (open_.size() >= 8 || !hub_.admit("ip", now()).ok()) return;
    open_.push_back(hub_.opened("ip", now()));
    blocked_.push_back(false);
  }

  void close(std::size_t which) {
    hub_.closed(open_[which], input_.byte() % 2 == 0, now());
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(which));
    blocked_.erase(blocked_.begin() + static_cast<std::ptrdiff_t>(which));
  }

  bool is_blocked(ConnId conn) const {
    for (std::size_t i = 0; i < open_.size(); ++i) {
      if (open_[i] == conn) return blocked_[i];
    }
    return true;
  }

  void flush() {
    std::vector<ConnId> dirty = open_;
    for (; !dirty.empty(); hub_.take_dirty(dirty)) {
      for (const ConnId conn : dirty) {
        if (!is_blocked(conn)) write(conn);
      }
    }
    std::vector<Command> commands;
    hub_.take_commands(commands);
    std::vector<Event> events;
    hub_.take_events(events);
  }

  void write(ConnId conn) {
    for (auto bytes = hub_.unsent(conn); !bytes.empty(); bytes = hub_.unsent(conn)) {
      hub_.handed_over(conn, bytes.size(), now());
    }
    hub_.written(conn, now());
  }

  Input input_;
  Millis clock_{1'000'000};
  Hub hub_;
  app::MessageTable store_{app::Retention{}};
  std::vector<ConnId> open_;
  std::vector<bool> blocked_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Play(Input(data, size)).run();
  return 0;
}

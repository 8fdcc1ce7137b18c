// Fixed work for an instruction counter: hub_count SCENARIO MESSAGES.
//
// tools/check-counts runs it twice under callgrind, with two numbers of messages: the difference is
// what the messages cost, without the start. Nothing here depends on time, chance or addresses.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench_hub.hpp"
#include "wire/envelope.hpp"
#include "wire/requests.hpp"

namespace {

using namespace signal_hub;
using bench::BenchHub;

constexpr std::size_t per_turn = 16;  // messages that arrive before the turn ends

/// As clients send them, all members there.
std::string envelope(const std::string& from, const std::string& to, const std::string& type,
                     const std::string& members) {
  return R"({"id":"0f8fad5b-d9cb-469f-a165-70867728950e","from":")" + from + R"(","to":")" + to +
         R"(","type":")" + type + R"(","payload":{)" + members + R"("type":"order:new","data":")" +
         std::string(200, 'x') +
         R"("},"pattern":"tell","correlationId":null,"timestamp":1700000000000,)"
         R"("metadata":{},"ttl":null,"signature":null})";
}

/// Every message in a turn goes to another of ten actors.
std::size_t point_to_point(std::size_t messages) {
  BenchHub bench;
  const ConnId sender = bench.member("@(browser/alice)");
  std::vector<std::string> texts;
  for (int i = 0; i < 10; ++i) {
    const std::string target = "@(service/orders-" + std::to_string(i) + ")";
    bench.member(target);
    texts.push_back(envelope("@(browser/alice)", target, "hub:send", ""));
  }
  std::size_t written = bench.flush();
  for (std::size_t i = 0; i < messages; ++i) {
    bench.hub.frame(sender, texts[i % texts.size()], bench.now);
    if (i % per_turn == per_turn - 1) written += bench.flush();
  }
  return written + bench.flush();
}

std::size_t fan_out(std::size_t messages) {
  BenchHub bench;
  const ConnId sender = bench.member("@(browser/alice)");
  for (int i = 0; i < 100; ++i) {
    const std::string address = "@(listener/" + std::to_string(i) + ")";
    bench.subscribe(bench.member(address), address, "orders");
  }
  const std::string text = envelope("@(browser/alice)", "@(cloudflare/signal-hub)", "hub:publish",
                                    R"("topic":"orders",)");
  std::size_t written = bench.flush();
  for (std::size_t i = 0; i < messages; ++i) {
    bench.hub.frame(sender, text, bench.now);
    if (i % per_turn == per_turn - 1) written += bench.flush();
  }
  return written + bench.flush();
}

/// At-least-once messages, one for each of 16 actors between two commits. Those that are there
/// acknowledge; to those that are away it ends with `queued`.
class Reliable {
 public:
  explicit Reliable(bool there) {
    bench_.hub.reconfigure(settings());
    for (std::size_t i = 0; i < per_turn; ++i) {
      const std::string from = "@(browser/sender-" + std::to_string(i) + ")";
      const std::string to = "@(service/orders-" + std::to_string(i) + ")";
      senders_.push_back(bench_.member(from));
      const ConnId target = bench_.member(to, R"({"acks":true})");
      targets_.push_back({target, to});
      const std::string text = envelope(from, to, "hub:send", "");
      const std::size_t id = text.find("0f8fad5b"), metadata = text.find(R"("metadata":{})");
      texts_.push_back(text.substr(0, metadata) +
                       R"("metadata":{"delivery":"at-least-once"},"ttl":null,"signature":null})");
      texts_.back().replace(texts_.back().find(R"("tell")"), 6, R"("ask")");
      id_at_ = id;
      if (!there) bench_.hub.closed(target, false, bench_.now);
    }
    settle();
  }

  std::size_t run(std::size_t messages) {
    for (std::size_t i = 0; i < messages; ++i) {
      std::string& text = texts_[i % per_turn];
      text.replace(id_at_, 8, std::to_string(10'000'000 + i));
      bench_.hub.frame(senders_[i % per_turn], text, bench_.now);
      if (i % per_turn == per_turn - 1) settle();
    }
    settle();
    return written_;
  }

 private:
  static HubSettings settings() {
    HubSettings s = BenchHub::settings();
    s.grace = Millis{600'000};
    s.queue_limit = 0;
    s.persistent = true;
    return s;
  }

  /// Turns and commits until nothing happens any more.
  void settle() {
    constexpr std::string_view before = R"("deliveryId":")";
    for (bool more = true; more;) {
      more = !bench_.hub.journal().empty();
      bench_.commit();
      acks_.clear();
      written_ += bench_.write([&](ConnId conn, const core::Outgoing& frames) {
        const std::string_view bytes = frames.bytes;
        for (auto at = bytes.find(before); at != bytes.npos; at = bytes.find(before, at)) {
          at += before.size();
          acks_.push_back({conn, std::string(bytes.substr(at, bytes.find('"', at) - at))});
        }
      });
      for (const auto& [conn, delivery] : acks_) acknowledge(conn, delivery);
      more = more || !acks_.empty();
      bench_.hub.take_commands(bench_.commands);
      bench_.hub.take_events(bench_.events);
    }
  }

  void acknowledge(ConnId conn, const std::string& delivery) {
    for (const auto& [target, address] : targets_) {
      if (target == conn) {
        const std::string payload = R"({"deliveryId":")" + delivery + R"("})";
        bench_.hub.frame(conn, BenchHub::message(address, "hub:ack", payload), bench_.now);
      }
    }
  }

  BenchHub bench_;
  std::vector<ConnId> senders_;
  std::vector<std::pair<ConnId, std::string>> targets_;
  std::vector<std::string> texts_;
  std::vector<std::pair<ConnId, std::string>> acks_;
  std::size_t id_at_ = 0;
  std::size_t written_ = 0;
};

std::size_t decode(std::size_t messages) {
  const std::string hub = "@(cloudflare/signal-hub)";
  const std::vector<std::string> texts = {
      envelope("@(browser/alice)", "@(service/orders)", "hub:send", ""),
      envelope("@(browser/alice)", hub, "hub:publish", R"("topic":"orders",)"),
      envelope("@(browser/alice)", hub, "hub:broadcast", R"("excludeSelf":true,)"),
      envelope("@(browser/alice)", hub, "hub:register",
               R"j("actorAddress":"@(browser/alice)","capabilities":["a\u0062c","render"],)j"),
  };
  wire::EnvelopeDecoder decoder;
  std::size_t understood = 0;
  for (std::size_t i = 0; i < messages; ++i) {
    const auto envelope = decoder.decode(texts[i % texts.size()]);
    if (envelope && wire::decode_request(*envelope)) ++understood;
  }
  return understood;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view scenario = argc == 3 ? argv[1] : "";
  const std::size_t messages = argc == 3 ? std::strtoul(argv[2], nullptr, 10) : 0;
  std::size_t result = 0;
  if (scenario == "p2p") {
    result = point_to_point(messages);
  } else if (scenario == "fanout-100") {
    result = fan_out(messages);
  } else if (scenario == "queued") {
    result = Reliable(false).run(messages);
  } else if (scenario == "life") {
    result = Reliable(true).run(messages);
  } else if (scenario == "decode") {
    result = decode(messages);
  } else {
    std::fputs("usage: hub_count p2p|fanout-100|queued|life|decode MESSAGES\n", stderr);
    return 2;
  }
  std::printf("%zu\n", result);  // bytes written, or messages understood
  return 0;
}

// Fixed work for an instruction counter: hub_count SCENARIO MESSAGES.
//
// tools/check-counts runs it twice under callgrind, with two numbers of messages: the difference is
// what the messages cost, without the start. Nothing here depends on time, chance or addresses.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
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
  } else if (scenario == "decode") {
    result = decode(messages);
  } else {
    std::fputs("usage: hub_count p2p|fanout-100|decode MESSAGES\n", stderr);
    return 2;
  }
  std::printf("%zu\n", result);  // bytes written, or messages understood
  return 0;
}

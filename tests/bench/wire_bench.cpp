// Decoding and encoding; nlohmann in the same run for the ratio.
#include <benchmark/benchmark.h>

#include <nlohmann/json.hpp>
#include <string>

#include "wire/envelope.hpp"
#include "wire/forward.hpp"
#include "wire/requests.hpp"

namespace {

using namespace signal_hub;
using namespace signal_hub::wire;

std::string message(std::size_t payload) {
  return R"j({"id":"0f8fad5b-d9cb-469f-a165-70867728950e","from":"@(browser/alice)",)j"
         R"j("to":"@(service/orders)","type":"hub:send","payload":{"type":"order:new","data":")j" +
         std::string(payload, 'x') +
         R"j("},"pattern":"tell","correlationId":null,"timestamp":1700000000000,"metadata":{},)j"
         R"j("ttl":null,"signature":null})j";
}

void decode(benchmark::State& state) {
  const std::string text = message(static_cast<std::size_t>(state.range(0)));
  EnvelopeDecoder decoder;
  for (auto _ : state) {
    auto envelope = decoder.decode(text);
    benchmark::DoNotOptimize(decode_request(*envelope));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}
BENCHMARK(decode)->Arg(100)->Arg(500'000);

void decode_nlohmann(benchmark::State& state) {
  const std::string text = message(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(nlohmann::json::parse(text));
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}
BENCHMARK(decode_nlohmann)->Arg(100)->Arg(500'000);

void encode_tail(benchmark::State& state) {
  const std::string data = "\"" + std::string(200, 'x') + "\"";
  std::string out;
  for (auto _ : state) {
    out.clear();
    write_tail(out, {"@(browser/alice)", "order:new", JsonView(data), std::nullopt,
                     from_epoch_ms(1'700'000'000'000), "{}", std::nullopt});
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(encode_tail);

}  // namespace

BENCHMARK_MAIN();

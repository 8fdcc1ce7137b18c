#include "scenario.hpp"

#include <algorithm>

#include "scenarios/churn.hpp"
#include "scenarios/durable.hpp"
#include "scenarios/fanout.hpp"
#include "scenarios/idle.hpp"
#include "scenarios/life.hpp"
#include "scenarios/mixed.hpp"
#include "scenarios/pairs.hpp"
#include "scenarios/slow.hpp"
#include "scenarios/storm.hpp"

namespace hub_bench {
namespace {

std::unique_ptr<Scenario> mixed(Context& context) {
  const std::uint64_t share = std::max<std::uint64_t>(context.options.connections / 4, 1);
  std::vector<std::unique_ptr<Scenario>> parts;
  parts.push_back(
      std::make_unique<Fanout>(context, Fanout::Verb::publish, share, context.options.senders));
  parts.push_back(std::make_unique<Pairs>(context, Pairs::Pattern::tell, share));
  parts.push_back(std::make_unique<Pairs>(context, Pairs::Pattern::ask, share));
  parts.push_back(std::make_unique<Churn>(context, share));
  return std::make_unique<Mixed>(std::move(parts));
}

}  // namespace

std::unique_ptr<Scenario> make_scenario(Context& context) {
  const Options& options = context.options;
  const std::string& name = options.scenario;
  const std::uint64_t count = options.connections;
  if (name == "p2p") return std::make_unique<Pairs>(context, Pairs::Pattern::tell, count);
  if (name == "ask") return std::make_unique<Pairs>(context, Pairs::Pattern::ask, count);
  if (name == "durable") return std::make_unique<Durable>(context, count);
  if (name == "life") return std::make_unique<Life>(context, count);
  if (name == "broadcast") {
    return std::make_unique<Fanout>(context, Fanout::Verb::broadcast, count, options.senders);
  }
  if (name == "storm") return std::make_unique<Storm>(context);
  if (name == "idle") return std::make_unique<Idle>(context);
  if (name == "churn") return std::make_unique<Churn>(context, count);
  if (name == "slow") return std::make_unique<Slow>(context);
  if (name == "mixed") return mixed(context);
  return std::make_unique<Fanout>(context, Fanout::Verb::publish, count, options.senders);
}

std::uint64_t window_of(const Options& options, std::uint64_t usual) {
  constexpr std::uint64_t bytes = std::uint64_t{1} << 20;
  if (options.window != 0) return options.window;
  return std::clamp<std::uint64_t>(bytes / options.size, 1, usual);
}

}  // namespace hub_bench

#include "scenarios/storm.hpp"

namespace hub_bench {

Storm::Storm(Context& context)
    : context_(context),
      window_(context.options.window),
      crew_(context, {.ready = [this](Client& client, Nanos at) {
              ++served_;
              context_.tally.arrived(at);
              context_.tally.latency(at, due_[client.index()]);
            }}) {
  for (std::uint64_t i = 0; i < context.options.connections; ++i) {
    crew_.add({.address = "@(" + context.name + "/c" + std::to_string(i) + ")", .registers = true});
  }
}

void Storm::send(std::size_t, Nanos intended) {
  const std::size_t index = due_.size();
  due_.push_back(intended);
  context_.tally.sent();
  crew_.start(index);
}

void Storm::close_books() {
  context_.tally.fault(Tally::Fault::missing, "clients that were not served",
                       due_.size() - served_);
}

}  // namespace hub_bench

#include "scenarios/idle.hpp"

namespace hub_bench {

Idle::Idle(Context& context) : context_(context), crew_(context, {}) {
  for (std::uint64_t i = 0; i < context.options.connections; ++i) {
    const std::string who = context.name + "/c" + std::to_string(i);
    crew_.add({.address = "@(" + who + ")", .registers = true, .topic = who});
  }
}

void Idle::close_books() {
  for (std::size_t i = 0; i < crew_.size(); ++i) held_ += crew_[i].is_ready() ? 1 : 0;
  context_.tally.fault(Tally::Fault::missing, "connections", crew_.size() - held_);
}

std::vector<Extra> Idle::extras() const { return {{"held", static_cast<double>(held_)}}; }

}  // namespace hub_bench

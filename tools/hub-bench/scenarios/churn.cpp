#include "scenarios/churn.hpp"

namespace hub_bench {

Churn::Churn(Context& context, std::uint64_t clients)
    : context_(context),
      crew_(context,
            {.ready =
                 [this](Client& client, Nanos) {
                   rounds_[client.index()].leaving = true;
                   client.leave();
                 },
             .ended = [this](Client& client, const std::string& why) { ended(client, why); }}),
      rounds_(clients) {
  for (std::uint64_t i = 0; i < clients; ++i) {
    const std::string who = context.name + "/churn" + std::to_string(i);
    crew_.add({.address = "@(" + who + ")", .registers = true, .topic = who});
  }
}

void Churn::send(std::size_t sender, Nanos intended) {
  rounds_[sender] = {.under_way = true, .leaving = false, .due = intended};
  ++under_way_;
  context_.tally.sent();
  crew_.start(sender);
}

void Churn::ended(Client& client, const std::string& why) {
  Round& round = rounds_[client.index()];
  if (round.leaving && why.ends_with("code 1000")) {
    const Nanos at = now();
    context_.tally.arrived(at);
    context_.tally.latency(at, round.due);
  } else {
    context_.tally.fault(Tally::Fault::ended, client.role().address + ": " + why);
  }
  round.under_way = false;
  --under_way_;
}

void Churn::close_books() {
  context_.tally.fault(Tally::Fault::missing, "rounds that did not end", under_way_);
}

}  // namespace hub_bench

// What clients do with reliable deliveries: acknowledge them, at once, late, twice, together, or
// not at all; give them back; and lose their connection over it.
#include <utility>

#include "client.hpp"

namespace signal_hub::sim {
namespace {

constexpr std::size_t bulk = 3;

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

}  // namespace

std::string Client::make_reliable(Request& request) {
  const ReliablePlan& reliable = around_.plan.reliable;
  if (reliable.percent == 0 || !around_.dice.chance(reliable.percent)) return "{}";
  request.reliable = true;
  std::string metadata = R"({"delivery":"at-least-once")";
  if (around_.dice.chance(reliable.priority_percent)) {
    request.priority = around_.dice.chance(50) ? 0 : 2;
    metadata += ",\"priority\":" + std::to_string(request.priority);
  }
  if (around_.dice.chance(reliable.ttl_percent)) {
    const auto most = static_cast<std::uint64_t>(reliable.ttl_max.count());
    request.ttl = Millis{static_cast<std::int64_t>(around_.dice.between(1, most))};
  }
  return metadata + "}";
}

void Client::delivered(const Message& message) {
  const auto delivery = message.metadata_text("deliveryId");
  if (!delivery || !at_work()) return;
  if (resting_) return acknowledge({*delivery});
  switch (static_cast<Habit>(around_.dice.weighted(around_.plan.reliable.habits))) {
    case Habit::twice: acknowledge({*delivery}); [[fallthrough]];
    case Habit::prompt: return acknowledge({*delivery});
    case Habit::late:
      return around_.schedule.after(
          around_.dice.between(Micros{0}, around_.plan.reliable.late_most), [this, id = *delivery] {
            if (at_work()) acknowledge({id});
          });
    case Habit::bulk:
      unacked_.push_back(*delivery);
      if (unacked_.size() >= bulk) flush_acks();
      return;
    case Habit::give_back: return reject(*delivery, true);
    case Habit::refuse: return reject(*delivery, false);
    case Habit::cut: acknowledge({*delivery}); return parting(Deed::drop);
    default: return;
  }
}

void Client::flush_acks() { acknowledge(std::exchange(unacked_, {})); }

void Client::acknowledge(std::vector<std::string> deliveries) {
  const bool ask = around_.dice.chance(around_.plan.ask_percent);
  Request& request = compose(Kind::ack, ask, address_, {});
  std::string payload = R"({"deliveryId":)" + quoted(deliveries.front()) + "}";
  if (deliveries.size() > 1) {
    payload.clear();
    for (const std::string& id : deliveries) payload += (payload.empty() ? "" : ",") + quoted(id);
    payload = R"({"deliveryIds":[)" + payload + "]}";
  }
  request.deliveries = std::move(deliveries);
  submit(request, "hub:ack", payload);
}

void Client::reject(const std::string& delivery, bool requeue) {
  Request& request = compose(Kind::nack, around_.dice.chance(around_.plan.ask_percent), address_,
                             around_.dice.chance(50) ? "not-mine" : "");
  request.deliveries = {delivery};
  request.requeue = requeue;
  std::string payload = R"({"deliveryId":)" + quoted(delivery);
  if (!request.about.empty()) payload += ",\"reason\":" + quoted(request.about);
  // Asking for another attempt is what silence means, too.
  if (!requeue) payload += R"(,"requeue":false)";
  submit(request, "hub:nack", payload + "}");
}

}  // namespace signal_hub::sim

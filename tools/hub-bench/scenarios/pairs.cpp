#include "scenarios/pairs.hpp"

namespace hub_bench {
namespace {

constexpr std::uint64_t usual_window = 64;

}  // namespace

Pairs::Pairs(Context& context, Pattern pattern, std::uint64_t pairs)
    : context_(context),
      pattern_(pattern),
      window_(window_of(context.options, usual_window)),
      receivers_(context, {.delivery = [this](Client& client, const Stamp& stamp,
                                              Nanos at) { delivered(client, stamp, at); }}),
      senders_(context, {.answer = [this](Client& client, const Answer& answer, Nanos at) {
                 answered(client, answer, at);
               }}) {
  for (std::uint64_t i = 0; i < pairs; ++i) {
    const std::string number = std::to_string(context.connections);
    const std::string from = "@(" + context.name + "/from" + number + ")";
    const std::string to = "@(" + context.name + "/to" + number + ")";
    receivers_.add({.address = to, .registers = true});
    senders_.add({.address = from});
    const Envelope::Shape shape{.from = from,
                                .to = to,
                                .type = "hub:send",
                                .ask = pattern == Pattern::ask,
                                .data_size = context.options.size};
    pairs_.push_back({Envelope(shape, static_cast<std::uint32_t>(i))});
  }
}

bool Pairs::has_room(std::size_t sender) const {
  const Pair& pair = pairs_[sender];
  const std::uint64_t under_way =
      pattern_ == Pattern::ask ? pair.asks.open() : pair.sent - pair.delivered;
  return !pair.paused && under_way < window_;
}

void Pairs::send(std::size_t sender, Nanos intended) {
  Pair& pair = pairs_[sender];
  senders_[sender].publish(receivers_[sender].role().address,
                           pair.envelope.write(pair.sent++, intended));
  if (pattern_ == Pattern::ask) pair.asks.sent(intended);
  ++sent_;
  context_.tally.sent();
}

bool Pairs::settled() const {
  return delivered_ == sent_ && (pattern_ == Pattern::tell || answered_ == sent_);
}

void Pairs::delivered(Client& client, const Stamp& stamp, Nanos at) {
  Pair& pair = pairs_[client.index()];
  if (stamp.sender != client.index()) {
    return context_.tally.fault(Tally::Fault::foreign, client.role().address);
  }
  const auto verdict = pair.deliveries.take(stamp.number, pair.sent);
  if (!context_.tally.judge(verdict, client.role().address, stamp.number)) return;
  ++pair.delivered;
  ++delivered_;
  context_.tally.arrived(at);
  if (pattern_ == Pattern::tell) context_.tally.latency(at, stamp.intended);
}

void Pairs::answered(Client& client, const Answer& answer, Nanos at) {
  Pair& pair = pairs_[client.index()];
  if (answer.type == "hub:pause" || answer.type == "hub:resume") {
    pair.paused = answer.type == "hub:pause";
    return;
  }
  if (answer.type != "hub:delivery_ack") return;
  Nanos due = 0;
  auto verdict = Sequence::Verdict::foreign;
  if (!answer.ours || !pair.asks.answered(answer.number, due, verdict)) {
    context_.tally.judge(verdict, "answers to " + client.role().address, answer.number);
    return;
  }
  ++answered_;
  context_.tally.latency(at, due);
  if (!answer.says(R"("status":"delivered")")) {
    context_.tally.fault(Tally::Fault::refused, answer.text);
  }
}

void Pairs::close_books() {
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const Pair& pair = pairs_[i];
    context_.tally.fault(Tally::Fault::missing, receivers_[i].role().address,
                         pair.deliveries.missing(pair.sent));
    context_.tally.fault(Tally::Fault::missing, "answers to " + senders_[i].role().address,
                         pair.asks.open());
  }
}

}  // namespace hub_bench

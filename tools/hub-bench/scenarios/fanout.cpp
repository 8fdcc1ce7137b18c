#include "scenarios/fanout.hpp"

namespace hub_bench {
namespace {

constexpr std::uint64_t usual_window = 64;

}  // namespace

Fanout::Fanout(Context& context, Verb verb, std::uint64_t receivers, std::uint64_t senders)
    : context_(context),
      verb_(verb),
      window_(window_of(context.options, usual_window)),
      receivers_(context, {.delivery = [this](Client& client, const Stamp& stamp,
                                              Nanos at) { delivered(client, stamp, at); }}),
      senders_(context, {}) {
  for (std::uint64_t i = 0; i < receivers; ++i) receivers_.add(receiver_role("r"));
  for (std::uint64_t i = 0; i < senders; ++i) {
    const std::string address = "@(" + context.name + "/p" + std::to_string(i) + ")";
    senders_.add({.address = address});
    const bool publishes = verb == Verb::publish;
    const Envelope::Shape shape{.from = address,
                                .type = publishes ? "hub:publish" : "hub:broadcast",
                                .topic = publishes ? context.name : "",
                                .data_size = context.options.size};
    streams_.push_back({Envelope(shape, static_cast<std::uint32_t>(i))});
  }
  sequences_.resize(receivers * senders);
}

Client::Role Fanout::receiver_role(const std::string& who) const {
  const std::string number = std::to_string(context_.connections);
  return {.address = "@(" + context_.name + "/" + who + number + ")",
          .registers = verb_ == Verb::broadcast,
          .topic = verb_ == Verb::publish ? context_.name : ""};
}

void Fanout::prepare() {
  receivers_.start_all();
  senders_.start_all();
}

void Fanout::send(std::size_t sender, Nanos intended) {
  Stream& stream = streams_[sender];
  stream.under_way.push_back(0);
  senders_[sender].publish(context_.name, stream.envelope.write(stream.sent++, intended));
  ++sent_;
  context_.tally.sent();
}

void Fanout::delivered(Client& client, const Stamp& stamp, Nanos at) {
  Tally& tally = context_.tally;
  if (stamp.sender >= streams_.size()) return tally.fault(Tally::Fault::foreign, "unknown sender");
  Stream& stream = streams_[stamp.sender];
  const auto verdict = sequence(client.index(), stamp.sender).take(stamp.number, stream.sent);
  if (!tally.judge(verdict, client.role().address, stamp.number)) return;
  tally.arrived(at);
  tally.latency(at, stamp.intended);
  ++stream.under_way[stamp.number - (stream.sent - stream.under_way.size())];
  while (!stream.under_way.empty() && stream.under_way.front() == receivers_.size()) {
    stream.under_way.pop_front();
    ++complete_;
  }
}

void Fanout::close_books() {
  for (std::size_t r = 0; r < receivers_.size(); ++r) {
    for (std::size_t s = 0; s < streams_.size(); ++s) {
      context_.tally.fault(Tally::Fault::missing, receivers_[r].role().address,
                           sequence(r, s).missing(streams_[s].sent));
    }
  }
}

}  // namespace hub_bench

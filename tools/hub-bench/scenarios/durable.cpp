#include "scenarios/durable.hpp"

#include <algorithm>

namespace hub_bench {

Durable::Durable(Context& context, std::uint64_t pairs)
    : context_(context),
      window_(window_of(context.options, 1)),
      targets_(context, {.delivery = [this](Client& client, const Stamp& stamp,
                                            Nanos at) { collected(client, stamp, at); }}),
      senders_(context,
               {.ready = [this](Client& client, Nanos) { pairs_[client.index()].probe = true; },
                .answer = [this](Client& client, const Answer& answer,
                                 Nanos at) { answered(client, answer, at); }}) {
  for (std::uint64_t i = 0; i < pairs; ++i) {
    const std::string from = "@(" + context.name + "/from" + std::to_string(i) + ")";
    const std::string to = "@(" + context.name + "/away" + std::to_string(i) + ")";
    targets_.add({.address = to, .registers = true});
    senders_.add({.address = from});
    pairs_.push_back(
        {reliable_asks(from, to, context.options.size, static_cast<std::uint32_t>(i))});
  }
}

void Durable::every_turn() {
  if (!left_ && targets_.ready()) {
    left_ = true;
    targets_.cut_all();
    senders_.start_all();
  }
  if (away_ < pairs_.size()) {
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      if (!pairs_[i].probe) continue;
      pairs_[i].probe = false;
      senders_[i].send(discover_request(senders_[i].role().address, targets_[i].role().address));
    }
  }
  const bool all = return_began_ != 0 && targets_.ready() && collected_ == sent_;
  if (all && !fencing_) {
    fencing_ = true;
    targets_.fence();
    senders_.fence();
  }
}

void Durable::probed(Client& client, const Answer& answer) {
  if (answer.says(R"("status":"away")")) {
    ++away_;
  } else if (answer.says(R"("status":"online")")) {
    pairs_[client.index()].probe = true;
  } else {
    context_.tally.fault(Tally::Fault::refused, "the hub keeps no actors that are away (--grace)");
  }
}

void Durable::send(std::size_t sender, Nanos intended) {
  Pair& pair = pairs_[sender];
  senders_[sender].send(pair.envelope.write(pair.asks.sent_count(), intended));
  pair.asks.sent(intended);
  ++sent_;
  context_.tally.sent();
}

void Durable::answered(Client& client, const Answer& answer, Nanos at) {
  if (answer.type == "hub:discovered") return probed(client, answer);
  if (answer.type != "hub:delivery_ack") return;
  // The return of the target is told, too; that is no second answer.
  if (return_began_ != 0 && answer.says(R"("status":"delivered")")) return;
  Nanos due = 0;
  auto verdict = Sequence::Verdict::foreign;
  if (!answer.ours || !pairs_[client.index()].asks.answered(answer.number, due, verdict)) {
    context_.tally.judge(verdict, "answers to " + client.role().address, answer.number);
    return;
  }
  ++answered_;
  context_.tally.arrived(at);
  context_.tally.latency(at, due);
  if (!answer.says(R"("status":"queued")")) {
    context_.tally.fault(Tally::Fault::refused, answer.text);
  }
}

void Durable::finish() {
  return_began_ = now();
  targets_.start_all();
}

bool Durable::finished() const { return fencing_ && targets_.fenced() && senders_.fenced(); }

void Durable::collected(Client& client, const Stamp& stamp, Nanos at) {
  Pair& pair = pairs_[client.index()];
  context_.tally.news(at);
  if (stamp.sender != client.index()) {
    return context_.tally.fault(Tally::Fault::foreign, client.role().address);
  }
  const auto verdict = pair.collected.take(stamp.number, pair.asks.sent_count());
  if (!context_.tally.judge(verdict, client.role().address, stamp.number)) return;
  ++collected_;
  return_ended_ = at;
}

void Durable::close_books() {
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const Pair& pair = pairs_[i];
    context_.tally.fault(Tally::Fault::missing, "answers to " + senders_[i].role().address,
                         pair.asks.open());
    context_.tally.fault(Tally::Fault::missing, targets_[i].role().address,
                         pair.collected.missing(pair.asks.sent_count()));
  }
}

std::vector<Extra> Durable::extras() const {
  const double seconds =
      static_cast<double>(std::max<Nanos>(return_ended_ - return_began_, 1)) / second;
  return {{"collected", static_cast<double>(collected_)},
          {"collectedPerSecond", static_cast<double>(collected_) / seconds}};
}

}  // namespace hub_bench

#include "scenarios/slow.hpp"

#include <algorithm>

namespace hub_bench {

Slow::Slow(Context& context)
    : Fanout(context, Verb::publish, context.options.connections, context.options.senders),
      context_(context),
      slow_(context,
            {.ready =
                 [this](Client& client, Nanos) {
                   client.set_reading(false);
                   ++stopped_;
                 },
             .delivery =
                 [this](Client& client, const Stamp& stamp, Nanos at) {
                   context_.tally.news(at);
                   delivered(client, stamp);
                 },
             .expects = [](const Answer& answer) { return answer.says("slow_consumer"); },
             .ended = [this](Client& client, const std::string&) { cut_[client.index()] = true; }}),
      sequences_(context.options.slow, std::vector<Sequence>(context.options.senders)),
      cut_(context.options.slow) {
  for (std::uint64_t i = 0; i < context.options.slow; ++i) slow_.add(receiver_role("slow"));
}

void Slow::prepare() {
  Fanout::prepare();
  slow_.start_all();
}

void Slow::delivered(Client& client, const Stamp& stamp) {
  if (stamp.sender >= senders()) {
    return context_.tally.fault(Tally::Fault::foreign, "unknown sender");
  }
  Sequence& sequence = sequences_[client.index()][stamp.sender];
  context_.tally.judge(sequence.take(stamp.number, sent_by(stamp.sender)), client.role().address,
                       stamp.number);
}

std::uint64_t Slow::missing(std::size_t index) const {
  std::uint64_t out = 0;
  for (std::size_t s = 0; s < senders(); ++s) out += sequences_[index][s].missing(sent_by(s));
  return out;
}

void Slow::finish() {
  Fanout::finish();
  for (std::size_t i = 0; i < slow_.size(); ++i) {
    if (!cut_[i]) slow_[i].set_reading(true);
  }
}

bool Slow::finished() const {
  if (!Fanout::finished()) return false;
  for (std::size_t i = 0; i < cut_.size(); ++i) {
    if (!cut_[i] && missing(i) > 0) return false;
  }
  return true;
}

void Slow::close_books() {
  Fanout::close_books();
  for (std::size_t i = 0; i < slow_.size(); ++i) {
    if (cut_[i]) continue;
    context_.tally.fault(Tally::Fault::missing, slow_[i].role().address, missing(i));
  }
}

std::vector<Extra> Slow::extras() const {
  return {{"slowCut", static_cast<double>(std::count(cut_.begin(), cut_.end(), true))}};
}

}  // namespace hub_bench

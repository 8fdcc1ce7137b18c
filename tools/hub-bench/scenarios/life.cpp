#include "scenarios/life.hpp"

namespace hub_bench {
namespace {

/// As many as the hub takes in one hub:ack.
constexpr std::size_t most_acks = 1000;

/// What several messages of a pair need can share a read and a write.
constexpr std::uint64_t usual_window = 4;

/// The JSON string behind `"deliveryId":`, quotes included; empty where there is none.
std::string_view delivery_id(std::string_view text) {
  constexpr std::string_view mark = R"("deliveryId":)";
  const std::size_t at = text.rfind(mark);
  if (at == text.npos) return {};
  const std::string_view rest = text.substr(at + mark.size());
  const std::size_t end = rest.find('"', 1);
  return end == rest.npos ? std::string_view{} : rest.substr(0, end + 1);
}

}  // namespace

Life::Life(Context& context, std::uint64_t pairs)
    : context_(context),
      window_(window_of(context.options, usual_window)),
      targets_(context,
               {.message = [this](Client& client, const Stamp& stamp, std::string_view text,
                                  Nanos at) { delivered(client, stamp, text, at); }}),
      senders_(context, {.answer = [this](Client& client, const Answer& answer, Nanos at) {
                 answered(client, answer, at);
               }}) {
  for (std::uint64_t i = 0; i < pairs; ++i) {
    const std::string from = "@(" + context.name + "/from" + std::to_string(i) + ")";
    const std::string to = "@(" + context.name + "/to" + std::to_string(i) + ")";
    targets_.add({.address = to, .registers = true, .acks = true});
    senders_.add({.address = from});
    pairs_.push_back(
        {reliable_asks(from, to, context.options.size, static_cast<std::uint32_t>(i))});
  }
}

void Life::prepare() {
  targets_.start_all();
  senders_.start_all();
}

void Life::send(std::size_t sender, Nanos intended) {
  Pair& pair = pairs_[sender];
  senders_[sender].send(pair.envelope.write(pair.lives.sent_count(), intended));
  pair.promises.sent(intended);
  pair.lives.sent(intended);
  ++sent_;
  context_.tally.sent();
}

void Life::delivered(Client& client, const Stamp& stamp, std::string_view text, Nanos at) {
  Pair& pair = pairs_[client.index()];
  context_.tally.news(at);
  const std::string_view id = delivery_id(text);
  if (stamp.sender != client.index() || id.empty()) {
    return context_.tally.fault(Tally::Fault::foreign, client.role().address);
  }
  const auto verdict = pair.delivered.take(stamp.number, pair.lives.sent_count());
  context_.tally.judge(verdict, client.role().address, stamp.number);
  if (pair.acks == 0) owing_.push_back(client.index());
  if (pair.acks++ != 0) pair.to_ack += ',';
  pair.to_ack.append(id);
  if (pair.acks == most_acks) acknowledge(client.index());
}

void Life::acknowledge(std::size_t target) {
  Pair& pair = pairs_[target];
  targets_[target].send(ack_request(targets_[target].role().address, pair.to_ack));
  pair.to_ack.clear();
  pair.acks = 0;
}

void Life::every_turn() {
  for (const std::size_t target : owing_) {
    if (pairs_[target].acks > 0) acknowledge(target);
  }
  owing_.clear();
}

void Life::answered(Client& client, const Answer& answer, Nanos at) {
  if (answer.type != "hub:delivery_ack") return;
  Pair& pair = pairs_[client.index()];
  const bool over = answer.says(R"("status":"acknowledged")");
  Nanos due = 0;
  auto verdict = Sequence::Verdict::foreign;
  Asked& asked = over ? pair.lives : pair.promises;
  if (!answer.ours || !asked.answered(answer.number, due, verdict)) {
    context_.tally.judge(verdict, "answers to " + client.role().address, answer.number);
    return;
  }
  if (over) {
    ++acknowledged_;
    context_.tally.arrived(at);
    return context_.tally.latency(at, due);
  }
  ++queued_;
  queued_in_.record(at - due);
  if (!answer.says(R"("status":"queued")")) {
    context_.tally.fault(Tally::Fault::refused, answer.text);
  }
}

void Life::finish() {
  targets_.fence();
  senders_.fence();
}

void Life::close_books() {
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const Pair& pair = pairs_[i];
    const std::string& from = senders_[i].role().address;
    context_.tally.fault(Tally::Fault::missing, "promises to " + from, pair.promises.open());
    context_.tally.fault(Tally::Fault::missing, "receipts of " + from, pair.lives.open());
    context_.tally.fault(Tally::Fault::missing, targets_[i].role().address,
                         pair.delivered.missing(pair.lives.sent_count()));
  }
}

std::vector<Extra> Life::extras() const {
  constexpr double micro = 1000;
  return {{"queued", static_cast<double>(queued_)},
          {"queuedMicrosP50", static_cast<double>(queued_in_.quantile(0.5)) / micro},
          {"queuedMicrosP99", static_cast<double>(queued_in_.quantile(0.99)) / micro}};
}

}  // namespace hub_bench

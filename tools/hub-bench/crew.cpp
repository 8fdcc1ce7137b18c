#include "crew.hpp"

#include <algorithm>

namespace hub_bench {
namespace {

/// How many of start_all() are on their way at a time.
constexpr std::size_t starting_at_once = 128;
constexpr std::uint32_t connections_a_source = 100;
constexpr std::size_t shown_of_a_refusal = 400;

std::optional<in_addr> next_source(Context& context) {
  const std::uint32_t n = context.connections++;
  if (!context.endpoint.loopback()) return std::nullopt;
  const auto sources = static_cast<std::uint32_t>(context.options.sources);
  return loopback_source(sources == 0 ? n / connections_a_source : n % sources);
}

}  // namespace

bool refuses(const Answer& answer) {
  for (const std::string_view type :
       {"hub:error", "hub:unknown_actor", "hub:unauthorized", "hub:rate_limited",
        "hub:version_mismatch", "hub:message_too_large"}) {
    if (answer.type == type) return true;
  }
  return answer.type == "hub:disconnect" && !answer.says(R"("acknowledged":true)");
}

void Crew::add(Client::Role role) {
  role.data_size = context_.options.size;
  Client::Listener& listener = *this;
  clients_.push_back(std::make_unique<Client>(context_.loop, listener,
                                              static_cast<std::uint32_t>(clients_.size()),
                                              std::move(role), context_.dialect));
  sources_.push_back(next_source(context_));
}

void Crew::start(std::size_t index) { clients_[index]->start(context_.endpoint, sources_[index]); }

void Crew::start_all() {
  all_ = true;
  starting_all_ = std::min(starting_at_once, clients_.size());
  for (std::size_t i = 0; i < starting_all_; ++i) start(i);
}

void Crew::cut_all() {
  for (const auto& client : clients_) client->cut();
  ready_ = 0;
}

void Crew::fence() {
  for (const auto& client : clients_) {
    if (!client->is_ready()) continue;
    ++fences_;
    client->fence();
  }
}

void Crew::ready(Client& client, Nanos at) {
  ++ready_;
  context_.tally.news(at);
  if (hooks_.ready) hooks_.ready(client, at);
  if (all_ && starting_all_ < clients_.size()) start(starting_all_++);
}

void Crew::delivery(Client& client, const Stamp& stamp, bool whole, std::string_view text,
                    Nanos at) {
  if (!whole) context_.tally.fault(Tally::Fault::damaged, "to " + client.role().address);
  if (hooks_.message) return hooks_.message(client, stamp, text, at);
  if (hooks_.delivery) return hooks_.delivery(client, stamp, at);
  context_.tally.fault(Tally::Fault::foreign, "a message to " + client.role().address);
}

void Crew::answer(Client& client, const Answer& answer, Nanos at) {
  context_.tally.news(at);
  if (refuses(answer)) {
    if (hooks_.expects && hooks_.expects(answer)) return;
    return context_.tally.fault(Tally::Fault::refused, answer.text.substr(0, shown_of_a_refusal));
  }
  if (answer.type == "hub:heartbeat_ack" && fences_ > 0) {
    --fences_;
  } else if (hooks_.answer) {
    hooks_.answer(client, answer, at);
  }
}

void Crew::ended(Client& client, const std::string& why) {
  if (ready_ > 0) --ready_;
  if (hooks_.ended) return hooks_.ended(client, why);
  context_.tally.fault(Tally::Fault::ended, client.role().address + ": " + why);
}

}  // namespace hub_bench

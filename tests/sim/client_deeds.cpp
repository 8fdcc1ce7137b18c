// What clients do.
#include <array>
#include <utility>

#include "client.hpp"

namespace signal_hub::sim {
namespace {

constexpr std::size_t large_bytes = 6'000;  // past the size from which tails are shared
constexpr std::size_t burst_most = 40;
constexpr std::size_t tried_again = 8;  // of the latest requests, one

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

}  // namespace

void Client::act() {
  if (link_ == nullptr || !link_->client_end) return;
  const auto deed = static_cast<Deed>(around_.dice.weighted(around_.plan.appetite));
  act(deed);
  if (link_ != nullptr && link_->client_end) think_later();
}

void Client::act(Deed deed) {
  switch (deed) {
    case Deed::send:
    case Deed::broadcast:
    case Deed::publish: return message(deed);
    case Deed::subscribe:
    case Deed::unsubscribe: return subscription(deed);
    case Deed::register_again:
    case Deed::register_extra:
    case Deed::unregister:
    case Deed::renew: return registration(deed);
    case Deed::discover:
    case Deed::heartbeat:
    case Deed::ping:
    case Deed::figures: return inquiry(deed);
    case Deed::retry: return retry();
    case Deed::burst: {
      const std::array deeds{Deed::send, Deed::publish, Deed::broadcast};
      const Deed repeated = deeds[around_.dice.index(deeds.size())];
      for (std::size_t i = around_.dice.between(2, burst_most); i > 0; --i) message(repeated);
      return;
    }
    case Deed::garbage:
    case Deed::oversized:
    case Deed::stall: return nuisance(deed);
    default: return parting(deed);
  }
}

std::string Client::random_from() {
  if (registered_.empty() || around_.dice.chance(70)) return address_;
  auto at = registered_.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(around_.dice.index(registered_.size())));
  return *at;
}

std::string Client::random_target() {
  const std::string path = "c" + std::to_string(around_.dice.index(around_.plan.clients));
  return "@(" + path + (around_.dice.chance(20) ? "/x)" : ")");
}

std::string Client::random_topic(bool glob) {
  if (glob && around_.dice.chance(20)) return around_.dice.chance(50) ? "t*" : "*1";
  return "t" + std::to_string(around_.dice.index(around_.plan.topics));
}

std::string Client::data_for(const Request& request) {
  std::string data = "{\"n\":" + std::to_string(request.n);
  if (around_.dice.chance(around_.plan.large_percent)) {
    data += ",\"pad\":" + quoted(std::string(around_.dice.between(100, large_bytes), 'x'));
  }
  return data + "}";
}

std::string Client::durable_metadata(Request& request) {
  request.durable = around_.dice.chance(around_.plan.durable_percent);
  return request.durable ? R"({"durable":true})" : "{}";
}

void Client::message(Deed deed) {
  const bool ask = around_.dice.chance(around_.plan.ask_percent);
  if (deed == Deed::send) {
    const std::string target = random_target();
    if (paused_.contains(target) && around_.dice.chance(around_.plan.obedience_percent)) return;
    Request& request = compose(Kind::send, ask, random_from(), target);
    request.data = data_for(request);
    const std::string metadata = make_reliable(request);
    return submit(request, "hub:send", R"({"type":"sim:note","data":)" + request.data + "}",
                  metadata, target);
  }
  if (deed == Deed::broadcast) {
    Request& request = compose(Kind::broadcast, ask, random_from(), {});
    request.exclude_self = around_.dice.chance(50);
    request.data = data_for(request);
    return submit(request, "hub:broadcast",
                  std::string(R"({"type":"sim:note","excludeSelf":)") +
                      (request.exclude_self ? "true" : "false") + ",\"data\":" + request.data +
                      "}");
  }
  Request& request = compose(Kind::publish, ask, random_from(), random_topic(false));
  request.data = data_for(request);
  const std::string metadata = make_reliable(request);
  submit(
      request, "hub:publish",
      "{\"topic\":" + quoted(request.about) + R"(,"type":"sim:note","data":)" + request.data + "}",
      metadata);
}

void Client::subscription(Deed deed) {
  const bool on = deed == Deed::subscribe;
  Request& request =
      compose(on ? Kind::subscribe : Kind::unsubscribe, true, random_from(), random_topic(true));
  // Clients of version 0.1 put the topic's name into subscriptionId.
  const bool old = !on && around_.dice.chance(20);
  const std::string metadata = durable_metadata(request);
  std::string payload =
      std::string(old ? R"({"subscriptionId":)" : R"({"topic":)") + quoted(request.about);
  if (on && registered_.contains(request.from) &&
      around_.dice.chance(around_.plan.durable_percent / 2)) {
    request.durable = request.lasting = true;
    payload += R"(,"durable":true)";
  }
  const ReliablePlan& reliable = around_.plan.reliable;
  if (on && reliable.percent != 0 && around_.dice.chance(reliable.ack_topics_percent)) {
    request.acks = true;
    payload += R"(,"ack":true)";
  }
  submit(request, on ? "hub:subscribe" : "hub:unsubscribe", payload + "}", metadata);
}

void Client::registration(Deed deed) {
  const std::string extra = address_.substr(0, address_.size() - 1) + "/x)";
  switch (deed) {
    case Deed::register_again: return register_address(address_);
    case Deed::register_extra:
      if (settled_) register_address(extra);
      return;
    case Deed::unregister: {
      const std::string address = random_from();
      if (!registered_.contains(address)) return;
      Request& request = compose(Kind::unregister, true, address_, address);
      const std::string metadata = durable_metadata(request);
      return submit(request, "hub:unregister", "{\"actorAddress\":" + quoted(address) + "}",
                    metadata);
    }
    default: {
      const auto token = tokens_.find(random_from());
      if (token == tokens_.end()) return;
      Request& request = compose(Kind::renew, true, address_, token->second);
      const std::string metadata = durable_metadata(request);
      return submit(request, "hub:renew", "{\"renewalToken\":" + quoted(token->second) + "}",
                    metadata);
    }
  }
}

void Client::inquiry(Deed deed) {
  switch (deed) {
    case Deed::discover: {
      Request& request = compose(Kind::discover, true, address_, "*");
      return submit(request, "hub:discover", R"({"pattern":"*"})");
    }
    case Deed::heartbeat: {
      Request& request = compose(Kind::heartbeat, true, address_, {});
      return submit(request, "hub:heartbeat", "null");
    }
    case Deed::figures: {
      Request& request = compose(Kind::figures, true, address_, {});
      return submit(request, "hub:queue_stats", "null");
    }
    default: return around_.network.send(*link_, R"({"type":"ping"})");
  }
}

/// One of the latest requests again, whoever got its answer; perhaps over another link.
void Client::retry() {
  if (mine_.empty()) return;
  const std::size_t back = 1 + around_.dice.index(std::min(tried_again, mine_.size()));
  const Request& request = around_.book.request(mine_[mine_.size() - back]);
  // Known again by id and effective sender, which for its own address never changes.
  if (request.from != address_) return;
  const bool registers = request.kind == Kind::register_ && settled_ && !around_.book.forgetful;
  const bool idempotent = request.is_message() || registers;
  if (idempotent) around_.network.send(*link_, request.text);
}

void Client::nuisance(Deed deed) {
  if (deed == Deed::stall) {
    return around_.network.stall(*link_,
                                 around_.dice.between(Micros{1}, around_.plan.network.stall_max));
  }
  if (deed == Deed::oversized) {
    return around_.network.send_oversized(*link_, around_.dice.between(1, 60'000));
  }
  static constexpr std::array<std::string_view, 4> rubbish{
      "", "{", R"j({"id":"bad","from":"@(nobody)"})j", "[1,2,3]"};
  around_.network.send(*link_, std::string(rubbish[around_.dice.index(rubbish.size())]));
}

void Client::parting(Deed deed) {
  Link& link = *link_;
  switch (deed) {
    case Deed::disconnect: {
      Request& request = compose(Kind::disconnect, true, address_, {});
      submit(request, "hub:disconnect", "{}");
      resting_ = resting_ || left_;
      ++life_;  // waits for the hub's close
      return;
    }
    case Deed::close: around_.network.close(link, around_.dice.chance(50) ? 1000 : 1001); break;
    case Deed::drop: around_.network.drop(link); break;
    default: around_.network.vanish(link); break;
  }
  gone();
}

}  // namespace signal_hub::sim

#include "client.hpp"

#include <utility>

namespace signal_hub::sim {
namespace {

constexpr Micros first_dial{20'000};
constexpr Micros redial{400'000};
constexpr unsigned hasty_percent = 10;  // of deeds: before the answer to hub:connect has come

std::string address_of(std::uint64_t number) { return "@(c" + std::to_string(number) + ")"; }

}  // namespace

Client::Client(Around around, std::uint32_t number)
    : around_(around), number_(number), address_(address_of(number)) {
  if (around_.dice.chance(around_.plan.shared_percent)) {
    address_ = address_of(around_.dice.index(around_.plan.clients));
  }
  const ReliablePlan& reliable = around_.plan.reliable;
  if (reliable.percent == 0) return;
  acks_ = around_.dice.chance(reliable.acks_percent);
  drop_oldest_ = around_.dice.chance(reliable.overflow_percent);
}

void Client::start() { dial_later(first_dial); }

void Client::rest() {
  resting_ = true;
  if (at_work() && !settled_) register_address(address_);
}

bool Client::at_work() const {
  return link_ != nullptr && link_->client_end && phase_ == Phase::ready;
}

void Client::dial_later(Micros at_most) {
  const std::uint64_t life = ++life_;
  around_.schedule.after(around_.dice.between(Micros{0}, at_most), [this, life] {
    if (life != life_ || left_) return;
    phase_ = Phase::dialing;
    link_ = &around_.network.dial(number_);
  });
}

void Client::think_later() {
  const std::uint64_t life = life_;
  around_.schedule.after(around_.dice.between(Micros{1}, around_.plan.think_max), [this, life] {
    if (life == life_ && !resting_) act();
  });
}

void Client::opened(Link& link) {
  if (&link != link_) return around_.network.drop(link);
  phase_ = Phase::connecting;
  Request& request = compose(Kind::connect, true, address_, {});
  submit(request, "hub:connect", "null", R"({"protocolVersion":"0.1.0","capabilities":["sim"]})");
  if (around_.dice.chance(hasty_percent)) register_address(address_);
}

void Client::refused(Link& link) {
  if (&link == link_) gone();
}

void Client::ended(Link& link) {
  if (&link == link_) gone();
}

void Client::gone() {
  link_ = nullptr;
  phase_ = Phase::away;
  registered_.clear();
  settled_ = false;
  topics_.clear();
  paused_.clear();
  if (!left_ && !settled_down_) dial_later(redial);
}

void Client::received(Link& link, const std::string& text) {
  std::string fault;
  const auto message = parse_message(text, fault);
  if (message && message->is_control()) control(link, *message);
  if (message && !message->is_control()) delivered(*message);
}

void Client::control(Link& link, const Message& message) {
  const std::string& type = message.type;
  if (type == "hub:pause") paused_.insert(message.text_of("target").value_or(""));
  if (type == "hub:resume") paused_.erase(message.text_of("target").value_or(""));
  const std::string address = message.text_of("actorAddress").value_or("");
  const std::string token = message.text_of("renewalToken").value_or("");
  if (type == "hub:registered") {
    registered_.insert(address);
    settled_ = true;
    tokens_[address] = token;
  }
  if (type == "hub:unregistered") registered_.erase(address);
  if (type == "hub:renewed") {
    for (auto& [held, old] : tokens_) {
      if (token.substr(0, token.find('.')) == old.substr(0, old.find('.'))) old = token;
    }
  }
  if (type == "hub:subscribed") topics_.insert(message.text_of("topic").value_or(""));
  if (type == "hub:unsubscribed") topics_.erase(message.text_of("topic").value_or(""));
  if (&link != link_) return;
  if (type == "hub:connected" && phase_ == Phase::connecting) {
    phase_ = Phase::ready;
    // Some subscribe before they are registered, some never register.
    if (resting_ || around_.dice.chance(90)) register_address(address_);
    think_later();
  }
}

void Client::leave() {
  left_ = true;
  ++life_;
  if (link_ == nullptr || !link_->client_end) return;
  switch (around_.dice.index(3)) {
    case 0: return parting(Deed::disconnect);
    case 1: return around_.network.close(*link_, 1000);
    default: return around_.network.drop(*link_);
  }
}

Request& Client::compose(Kind kind, bool ask, std::string from, std::string about) {
  Request& request = around_.book.add(kind);
  request.ask = ask;
  request.from = std::move(from);
  request.about = std::move(about);
  return request;
}

void Client::submit(Request& request, const std::string& type, const std::string& payload,
                    const std::string& metadata, const std::string& to) {
  const std::int64_t wall = epoch_ms(around_.schedule.wall());
  request.text = "{\"id\":\"m" + std::to_string(request.n) + "\",\"from\":\"" + request.from +
                 "\",\"to\":\"" + (to.empty() ? around_.plan.hub.hub_address : to) +
                 "\",\"type\":\"" + type + "\",\"payload\":" + payload + ",\"pattern\":\"" +
                 (request.ask ? "ask" : "tell") + "\",\"timestamp\":" + std::to_string(wall) +
                 (request.ttl ? ",\"ttl\":" + std::to_string(request.ttl->count()) : "") +
                 ",\"metadata\":" + metadata + "}";
  const bool once = request.kind == Kind::connect || request.kind == Kind::disconnect ||
                    request.kind == Kind::ack || request.kind == Kind::nack;
  if ((request.ask || request.reliable) && !once) mine_.push_back(request.n);
  around_.network.send(*link_, request.text);
}

void Client::register_address(const std::string& address) {
  Request& request = compose(Kind::register_, true, address_, address);
  std::string metadata = durable_metadata(request);
  request.acks = acks_;
  request.drop_oldest = drop_oldest_;
  if (acks_) metadata = request.durable ? R"({"durable":true,"acks":true})" : R"({"acks":true})";
  submit(request, "hub:register",
         "{\"actorAddress\":\"" + address + "\",\"capabilities\":[\"sim\"]" +
             (drop_oldest_ ? R"(,"overflow":"drop_oldest"})" : "}"),
         metadata);
}

}  // namespace signal_hub::sim

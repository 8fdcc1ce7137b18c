#include "client.hpp"

namespace hub_bench {

void Client::start(const Endpoint& endpoint, std::optional<in_addr> source) {
  ready_ = false;
  connection_.open(endpoint, source);
}

void Client::cut() {
  ready_ = false;
  connection_.close();
}

void Client::say(std::string_view words) {
  if (dialect_->speaks_text()) return connection_.send(words);
  connection_.send_bytes(words);
}

void Client::opened() {
  subscribing_ = false;
  stream_.clear();
  if (dialect_ == nullptr) return send(connect_request(role_.address));
  say(dialect_->hello());
}

void Client::publish(std::string_view topic, std::string_view envelope) {
  if (dialect_ == nullptr) return send(envelope);
  say(dialect_->publish(topic, envelope));
}

void Client::fence() {
  if (dialect_ == nullptr) return send(heartbeat_request(role_.address));
  say(dialect_->fence());
}

void Client::closed(const std::string& why) {
  ready_ = false;
  listener_.ended(*this, why);
}

bool Client::went_on(const Answer& answer, Nanos at) {
  if (ready_) return false;
  const bool connected = answer.type == "hub:connected";
  const bool registered = answer.type == "hub:registered";
  if (!connected && !registered && answer.type != "hub:subscribed") return false;
  if (connected && role_.registers) {
    send(register_request(role_.address, role_.acks));
  } else if ((connected || registered) && !role_.topic.empty()) {
    send(subscribe_request(role_.address, role_.topic));
  } else {
    ready_ = true;
    listener_.ready(*this, at);
  }
  return true;
}

void Client::event(const Dialect::Event& event, Nanos at) {
  using enum Dialect::Kind;
  if (event.kind == ping) return say(dialect_->pong());
  if (event.kind == message) {
    bool whole = false;
    const auto stamp = stamps_.find(event.payload, role_.data_size, whole);
    if (stamp) listener_.delivery(*this, *stamp, whole, event.payload, at);
    return;
  }
  if (event.kind != ack) return;
  if (ready_) return listener_.answer(*this, {.type = "hub:heartbeat_ack", .text = {}}, at);
  if (!subscribing_ && !topic().empty()) {
    subscribing_ = true;
    return say(dialect_->subscribe(topic()));
  }
  ready_ = true;
  listener_.ready(*this, at);
}

std::size_t Client::stream(std::string_view bytes, Nanos at) {
  std::size_t used = 0;
  while (true) {
    const Dialect::Event next = dialect_->next(bytes.substr(used));
    if (next.kind == Dialect::Kind::partial) return used;
    if (next.kind == Dialect::Kind::broken) {
      connection_.close();
      closed("the server sent what does not belong here");
      return 0;
    }
    event(next, at);
    used += next.size;
  }
}

void Client::message(std::string_view text, Nanos at) {
  if (dialect_ != nullptr) {
    stream_.append(text);
    stream_.erase(0, stream(stream_, at));
    return;
  }
  bool whole = false;
  if (const auto stamp = stamps_.find(text, role_.data_size, whole)) {
    return listener_.delivery(*this, *stamp, whole, text, at);
  }
  const Answer answer = read_answer(text);
  if (!went_on(answer, at)) listener_.answer(*this, answer, at);
}

}  // namespace hub_bench

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

void Client::opened() { send(connect_request(role_.address)); }

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
    send(register_request(role_.address));
  } else if ((connected || registered) && !role_.topic.empty()) {
    send(subscribe_request(role_.address, role_.topic));
  } else {
    ready_ = true;
    listener_.ready(*this, at);
  }
  return true;
}

void Client::message(std::string_view text, Nanos at) {
  bool whole = false;
  if (const auto stamp = stamps_.find(text, role_.data_size, whole)) {
    return listener_.delivery(*this, *stamp, whole, at);
  }
  const Answer answer = read_answer(text);
  if (!went_on(answer, at)) listener_.answer(*this, answer, at);
}

}  // namespace hub_bench

#pragma once

#include <deque>
#include <vector>

#include "crew.hpp"

namespace hub_bench {

/// Every message to all receivers: publications to subscribers, or broadcasts to actors.
class Fanout : public Scenario {
 public:
  enum class Verb { publish, broadcast };

  Fanout(Context& context, Verb verb, std::uint64_t receivers, std::uint64_t senders);

  void prepare() override;
  [[nodiscard]] bool ready() const override { return receivers_.ready() && senders_.ready(); }
  [[nodiscard]] std::size_t senders() const override { return senders_.size(); }
  [[nodiscard]] bool has_room(std::size_t sender) const override {
    return streams_[sender].under_way.size() < window_;
  }
  [[nodiscard]] bool open(std::size_t) const override { return true; }
  void send(std::size_t sender, Nanos intended) override;
  [[nodiscard]] bool settled() const override { return complete_ == sent_; }
  void finish() override { receivers_.fence(); }
  [[nodiscard]] bool finished() const override { return receivers_.fenced(); }
  void close_books() override;

 protected:
  [[nodiscard]] Client::Role receiver_role(const std::string& who) const;
  [[nodiscard]] std::uint64_t sent_by(std::size_t sender) const { return streams_[sender].sent; }
  Context& context() { return context_; }

 private:
  struct Stream {
    Envelope envelope;
    std::uint64_t sent = 0;
    std::deque<std::uint32_t> under_way;  // of the last messages: how many receivers have it
  };

  void delivered(Client& client, const Stamp& stamp, Nanos at);
  Sequence& sequence(std::size_t receiver, std::size_t sender) {
    return sequences_[receiver * streams_.size() + sender];
  }

  Context& context_;
  const Verb verb_;
  const std::uint64_t window_;
  std::uint64_t sent_ = 0;
  std::uint64_t complete_ = 0;
  Crew receivers_;
  Crew senders_;
  std::vector<Stream> streams_;
  std::vector<Sequence> sequences_;
};

}  // namespace hub_bench

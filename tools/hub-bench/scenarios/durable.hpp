#pragma once

#include <vector>

#include "asked.hpp"
#include "crew.hpp"

namespace hub_bench {

/// Each sender asks a target of its own that is away, and is answered `queued` when the message is
/// on disk. In the end the targets return and must get everything, once and in order.
class Durable : public Scenario {
 public:
  Durable(Context& context, std::uint64_t pairs);

  void prepare() override { targets_.start_all(); }
  [[nodiscard]] bool ready() const override { return away_ == pairs_.size(); }
  void every_turn() override;
  [[nodiscard]] std::size_t senders() const override { return pairs_.size(); }
  [[nodiscard]] bool has_room(std::size_t sender) const override {
    return pairs_[sender].asks.open() < window_;
  }
  [[nodiscard]] bool open(std::size_t) const override { return true; }
  void send(std::size_t sender, Nanos intended) override;
  [[nodiscard]] bool settled() const override { return answered_ == sent_; }
  void finish() override;
  [[nodiscard]] bool finished() const override;
  void close_books() override;
  [[nodiscard]] std::vector<Extra> extras() const override;

 private:
  struct Pair {
    Envelope envelope;
    Asked asks;
    Sequence collected;
    bool probe = false;  // ask again whether the target is away
  };

  void answered(Client& client, const Answer& answer, Nanos at);
  void probed(Client& client, const Answer& answer);
  void collected(Client& client, const Stamp& stamp, Nanos at);

  Context& context_;
  const std::uint64_t window_;
  std::uint64_t sent_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t collected_ = 0;
  std::size_t away_ = 0;
  bool left_ = false;  // the targets have gone
  Nanos return_began_ = 0;
  Nanos return_ended_ = 0;
  bool fencing_ = false;
  Crew targets_;
  Crew senders_;
  std::vector<Pair> pairs_;
};

}  // namespace hub_bench

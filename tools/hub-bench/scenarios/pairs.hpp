#pragma once

#include <vector>

#include "asked.hpp"
#include "crew.hpp"

namespace hub_bench {

/// Each sender sends to a receiver of its own: as tells, whose latency is that of the delivery, or
/// as asks, whose latency is that of the receipt.
class Pairs : public Scenario {
 public:
  enum class Pattern { tell, ask };

  Pairs(Context& context, Pattern pattern, std::uint64_t pairs);

  void prepare() override { receivers_.start_all(), senders_.start_all(); }
  [[nodiscard]] bool ready() const override { return receivers_.ready() && senders_.ready(); }
  [[nodiscard]] std::size_t senders() const override { return pairs_.size(); }
  [[nodiscard]] bool has_room(std::size_t sender) const override;
  [[nodiscard]] bool open(std::size_t sender) const override { return !pairs_[sender].paused; }
  void send(std::size_t sender, Nanos intended) override;
  [[nodiscard]] bool settled() const override;
  void finish() override { receivers_.fence(), senders_.fence(); }
  [[nodiscard]] bool finished() const override { return receivers_.fenced() && senders_.fenced(); }
  void close_books() override;

 private:
  struct Pair {
    Envelope envelope;
    std::uint64_t sent = 0;
    std::uint64_t delivered = 0;
    bool paused = false;  // by the hub
    Sequence deliveries;
    Asked asks;
  };

  void delivered(Client& client, const Stamp& stamp, Nanos at);
  void answered(Client& client, const Answer& answer, Nanos at);

  Context& context_;
  const Pattern pattern_;
  const std::uint64_t window_;
  std::uint64_t sent_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t answered_ = 0;
  Crew receivers_;
  Crew senders_;
  std::vector<Pair> pairs_;
};

}  // namespace hub_bench

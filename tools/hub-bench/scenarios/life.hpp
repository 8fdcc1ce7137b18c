#pragma once

#include <vector>

#include "asked.hpp"
#include "crew.hpp"

namespace hub_bench {

/// Each sender asks a target of its own, which acknowledges what it gets, many at once. A message
/// has arrived when its sender has been told that it was acknowledged: by then the hub has stored
/// it, promised it, delivered it and removed it.
class Life : public Scenario {
 public:
  Life(Context& context, std::uint64_t pairs);

  void prepare() override;
  [[nodiscard]] bool ready() const override { return targets_.ready() && senders_.ready(); }
  void every_turn() override;
  [[nodiscard]] std::size_t senders() const override { return pairs_.size(); }
  [[nodiscard]] bool has_room(std::size_t sender) const override {
    return pairs_[sender].lives.open() < window_;
  }
  [[nodiscard]] bool open(std::size_t) const override { return true; }
  void send(std::size_t sender, Nanos intended) override;
  [[nodiscard]] bool settled() const override { return acknowledged_ == sent_; }
  void finish() override;
  [[nodiscard]] bool finished() const override { return targets_.fenced() && senders_.fenced(); }
  void close_books() override;
  [[nodiscard]] std::vector<Extra> extras() const override;

 private:
  struct Pair {
    Envelope envelope;
    Asked promises;  // queued
    Asked lives;     // acknowledged
    Sequence delivered;
    std::string to_ack;  // delivery ids, as JSON strings
    std::size_t acks = 0;
  };

  void delivered(Client& client, const Stamp& stamp, std::string_view text, Nanos at);
  void answered(Client& client, const Answer& answer, Nanos at);
  void acknowledge(std::size_t target);

  Context& context_;
  const std::uint64_t window_;
  std::uint64_t sent_ = 0;
  std::uint64_t queued_ = 0;
  std::uint64_t acknowledged_ = 0;
  Histogram queued_in_;
  std::vector<std::size_t> owing_;  // targets with something to acknowledge
  Crew targets_;
  Crew senders_;
  std::vector<Pair> pairs_;
};

}  // namespace hub_bench

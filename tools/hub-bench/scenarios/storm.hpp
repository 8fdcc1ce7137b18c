#pragma once

#include <vector>

#include "crew.hpp"

namespace hub_bench {

/// Clients that connect and register, all at once or at a rate; each is one message of the load.
class Storm : public Scenario {
 public:
  explicit Storm(Context& context);

  void prepare() override {}
  [[nodiscard]] bool ready() const override { return true; }
  [[nodiscard]] std::size_t senders() const override { return 1; }
  [[nodiscard]] std::uint64_t limit() const override { return crew_.size(); }
  [[nodiscard]] bool has_room(std::size_t) const override {
    return window_ == 0 || due_.size() - served_ < window_;
  }
  [[nodiscard]] bool open(std::size_t) const override { return true; }
  void send(std::size_t sender, Nanos intended) override;
  [[nodiscard]] bool settled() const override { return served_ == due_.size(); }
  void finish() override { crew_.fence(); }
  [[nodiscard]] bool finished() const override { return crew_.fenced(); }
  void close_books() override;
  [[nodiscard]] bool weighs_connections() const override { return true; }

 private:
  Context& context_;
  const std::uint64_t window_;
  Crew crew_;
  std::vector<Nanos> due_;  // of each that was started
  std::uint64_t served_ = 0;
};

}  // namespace hub_bench

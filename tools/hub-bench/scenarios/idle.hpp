#pragma once

#include "crew.hpp"

namespace hub_bench {

/// Connected, registered, subscribed to a topic of its own, and silent: what a connection weighs.
class Idle : public Scenario {
 public:
  explicit Idle(Context& context);

  void prepare() override { crew_.start_all(); }
  [[nodiscard]] bool ready() const override { return crew_.ready(); }
  [[nodiscard]] std::size_t senders() const override { return 0; }
  [[nodiscard]] bool has_room(std::size_t) const override { return false; }
  [[nodiscard]] bool open(std::size_t) const override { return false; }
  void send(std::size_t, Nanos) override {}
  [[nodiscard]] bool settled() const override { return true; }
  void finish() override { crew_.fence(); }
  [[nodiscard]] bool finished() const override { return crew_.fenced(); }
  void close_books() override;
  [[nodiscard]] bool weighs_connections() const override { return true; }
  [[nodiscard]] std::vector<Extra> extras() const override;

 private:
  Context& context_;
  Crew crew_;
  std::uint64_t held_ = 0;
};

}  // namespace hub_bench

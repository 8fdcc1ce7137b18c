#pragma once

#include <vector>

#include "crew.hpp"

namespace hub_bench {

/// Clients that connect, register, subscribe, say goodbye and begin again; each round is one
/// message of the load.
class Churn : public Scenario {
 public:
  Churn(Context& context, std::uint64_t clients);

  void prepare() override {}
  [[nodiscard]] bool ready() const override { return true; }
  [[nodiscard]] std::size_t senders() const override { return rounds_.size(); }
  [[nodiscard]] bool has_room(std::size_t sender) const override {
    return !rounds_[sender].under_way;
  }
  [[nodiscard]] bool open(std::size_t sender) const override { return has_room(sender); }
  void send(std::size_t sender, Nanos intended) override;
  [[nodiscard]] bool settled() const override { return under_way_ == 0; }
  void close_books() override;

 private:
  struct Round {
    bool under_way = false;
    bool leaving = false;
    Nanos due = 0;
  };

  void ended(Client& client, const std::string& why);

  Context& context_;
  Crew crew_;
  std::vector<Round> rounds_;
  std::uint64_t under_way_ = 0;
};

}  // namespace hub_bench

#pragma once

#include <memory>
#include <vector>

#include "scenario.hpp"

namespace hub_bench {

/// Several loads at the same time, which share the senders' turns and the books.
class Mixed : public Scenario {
 public:
  explicit Mixed(std::vector<std::unique_ptr<Scenario>> parts) : parts_(std::move(parts)) {}

  void prepare() override;
  [[nodiscard]] bool ready() const override;
  void every_turn() override;
  [[nodiscard]] std::size_t senders() const override;
  [[nodiscard]] bool has_room(std::size_t sender) const override;
  [[nodiscard]] bool open(std::size_t sender) const override;
  void send(std::size_t sender, Nanos intended) override;
  [[nodiscard]] bool settled() const override;
  void finish() override;
  [[nodiscard]] bool finished() const override;
  void close_books() override;

 private:
  struct Place {
    Scenario& part;
    std::size_t sender;
  };

  /// Whose sender it is, and which of its own.
  [[nodiscard]] Place place_of(std::size_t sender) const;

  std::vector<std::unique_ptr<Scenario>> parts_;
};

}  // namespace hub_bench

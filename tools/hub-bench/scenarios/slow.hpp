#pragma once

#include <vector>

#include "scenarios/fanout.hpp"

namespace hub_bench {

/// A fan-out with further subscribers that do not read. The others must not notice; they themselves
/// get all of it once they read, or were cut.
class Slow : public Fanout {
 public:
  explicit Slow(Context& context);

  void prepare() override;
  [[nodiscard]] bool ready() const override { return Fanout::ready() && stopped_ == slow_.size(); }
  void finish() override;
  [[nodiscard]] bool finished() const override;
  void close_books() override;
  [[nodiscard]] std::vector<Extra> extras() const override;

 private:
  void delivered(Client& client, const Stamp& stamp);
  [[nodiscard]] std::uint64_t missing(std::size_t index) const;

  Context& context_;
  Crew slow_;
  std::vector<std::vector<Sequence>> sequences_;  // of each slow one and sender
  std::vector<bool> cut_;
  std::size_t stopped_ = 0;  // do not read
};

}  // namespace hub_bench

#pragma once

#include <optional>
#include <string>

#include "proc.hpp"
#include "progress.hpp"
#include "scenario.hpp"

namespace hub_bench {

/// When things were in a run, and what the hub's process had used by then.
struct Course {
  Nanos measured_from = 0;
  Nanos measured_until = 0;
  Nanos prepared_in = 0;          ///< how long opening took
  std::optional<Sample> before;   ///< any connection
  std::optional<Sample> at_from;  ///< the measured span
  std::optional<Sample> at_until;

  [[nodiscard]] double seconds() const {
    return static_cast<double>(measured_until - measured_from) / second;
  }
};

/// Takes one scenario through its run: prepare, load (warm-up and measured span), until all has
/// arrived, finish, books.
class Driver {
 public:
  Driver(Context& context, Scenario& scenario)
      : context_(context), scenario_(scenario), progress_(context.options, context.tally) {}

  Course run();

 private:
  /// Turns until `done`; false when nothing arrives for the timeout.
  template <typename Done>
  bool turn_until(Done done);
  bool prepare();
  void load();
  void send_by_window();
  void send_by_rate();
  [[nodiscard]] bool all_sent() const;
  /// Of the next message at a fixed rate.
  [[nodiscard]] Nanos next_due() const;
  [[nodiscard]] std::size_t next_sender() const;
  void turn(Nanos timeout);
  void watch_span();
  [[nodiscard]] std::optional<Sample> look() const;

  Context& context_;
  Scenario& scenario_;
  Progress progress_;
  Course course_;
  Nanos began_ = 0;          // the load
  std::uint64_t limit_ = 0;  // of messages; 0: until the span ends
};

}  // namespace hub_bench

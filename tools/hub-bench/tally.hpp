#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "histogram.hpp"
#include "sequence.hpp"
#include "time.hpp"

namespace hub_bench {

/// What a run has counted. Everything is checked from the first message to the last; figures are of
/// the measured span only.
class Tally {
 public:
  enum class Fault { missing, doubled, reordered, damaged, foreign, refused, ended };
  static constexpr std::size_t fault_kinds = 7;

  void measure_from(Nanos from) { from_ = from; }
  void measure_until(Nanos until) { until_ = until; }

  void sent() { ++sent_; }
  /// Something that was expected has come.
  void arrived(Nanos at) {
    ++arrived_;
    last_news_ = at;
    if (at >= from_ && at < until_) ++measured_;
  }
  /// `intended`: when what has come now was due to leave, which may be before it left.
  void latency(Nanos at, Nanos intended) {
    if (intended >= from_ && intended < until_) latency_.record(at - intended);
  }
  void news(Nanos at) { last_news_ = at; }

  /// `text`: what exactly; the first one is kept for the report.
  void fault(Fault kind, std::string_view text, std::uint64_t times = 1);
  /// Books the verdict on one of `where`'s messages; whether it was one to come.
  bool judge(Sequence::Verdict verdict, std::string_view where, std::uint64_t number);

  [[nodiscard]] std::uint64_t sent_count() const { return sent_; }
  [[nodiscard]] std::uint64_t arrived_count() const { return arrived_; }
  [[nodiscard]] std::uint64_t measured_count() const { return measured_; }
  [[nodiscard]] std::uint64_t faults(Fault kind) const {
    return faults_[static_cast<std::size_t>(kind)];
  }
  [[nodiscard]] bool clean() const { return first_fault_.empty(); }
  [[nodiscard]] const std::string& first_fault() const { return first_fault_; }
  [[nodiscard]] const Histogram& latencies() const { return latency_; }
  [[nodiscard]] Nanos last_news() const { return last_news_; }

 private:
  Nanos from_ = INT64_MAX;
  Nanos until_ = INT64_MAX;
  Nanos last_news_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t arrived_ = 0;
  std::uint64_t measured_ = 0;
  std::uint64_t faults_[fault_kinds] = {};
  std::string first_fault_;
  Histogram latency_;
};

std::string_view name_of(Tally::Fault kind);

}  // namespace hub_bench

// The oracle: watches the hub's boundary and says when a promise is broken. It knows nothing of the
// hub's inside but the log and the figures it publishes.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "answers.hpp"
#include "book.hpp"
#include "deliveries.hpp"
#include "membership.hpp"
#include "plan.hpp"
#include "process.hpp"
#include "promises.hpp"
#include "schedule.hpp"
#include "tally.hpp"

namespace signal_hub::sim {

class Oracle final : public Tap {
 public:
  Oracle(const Plan& plan, Book& book, const Disk& disk, const Schedule& schedule);

  // The transport's side.
  void opened(const Link& link) override;
  void handed(const Link& link, std::string_view bytes) override;
  void handed_close(const Link& link, bool clean) override;
  void emitted(const Link& link, std::string_view text, std::uint64_t end) override;
  void broke(const Link& link, std::string_view what) override;

  // The process's side.
  void committed(const Disk::News& news) { promises_.committed(news); }
  /// A run begins, with what is on disk.
  void started(WallTime wall, Micros at);
  void logged(std::string_view event, std::span<const app::LogField> fields, Micros at);
  void turn_ended(const core::Stats& stats, Micros at);
  /// The process is gone. `clean`: it said that everything is saved.
  void died(bool clean);

  /// Nothing is under way any more.
  void check_quiet(const core::Stats& stats);
  /// Everybody has left, and what is kept for a while has expired.
  void check_empty(const core::Stats& stats);

  /// How often what happened.
  Tally& tally() { return tally_; }

 private:
  void note_handover(Request& request, const Link& link);
  void control(LinkRecord& link, const Message& message);
  void registered(const Request& request, const Message& message);
  void session_state(const std::string& session, const std::string& from, const std::string& to);
  void actor_event(std::string_view event, const std::string& session, const std::string& address,
                   Micros at);
  void begin_ending(LinkRecord& link, Step since);
  void over(LinkRecord& link);

  void check_budgets(const core::Stats& stats) const;
  void check_lag(const core::Stats& stats, Micros at);
  void check_stored(const Request& request);

  const Plan& plan_;
  Book& book_;
  const Disk& disk_;
  const Schedule& schedule_;
  Membership membership_;
  Answers answers_;
  Deliveries deliveries_;
  Tally tally_;
  Promises promises_;
  std::vector<std::uint32_t> concluding_;      // answered in this turn
  std::set<std::string> ids_;                  // of what the hub says, in this run
  std::map<std::string, std::string> states_;  // by session
  struct Version {
    Step answered;
    std::int64_t version;
  };
  std::map<std::string, std::vector<Version>> versions_;  // by address
  std::size_t open_links_ = 0;
  std::uint64_t mail_drops_ = 0;
  Micros last_turn_{0};
  Millis lag_{0};  // of the journal, as the hub said at the end of the last turn
  struct Moment {
    Micros at;
    Step step;
  };
  std::deque<Moment> turns_;
};

}  // namespace signal_hub::sim

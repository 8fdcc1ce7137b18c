// The disk: what the store has committed, in tables like the database's, and what a start finds.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/time.hpp"
#include "core/journal_entries.hpp"

namespace signal_hub::sim {

/// A batch in words, for the trace.
std::string describe(const core::Batch& batch);

class Disk {
 public:
  /// A run begins: counts it and reads everything back.
  core::Recovered begin_run(WallTime now);

  /// One transaction.
  void commit(const core::Batch& batch);

  /// Forgets everything: `--db :memory:`.
  void wipe() { *this = Disk(); }

  core::Loaded load(const core::LoadRequest& request) const;

  bool is_registered(const std::string& address) const;
  /// Nullptr: there is no such row.
  const core::ActorRow* actor(const std::string& address) const;
  bool is_subscribed(const std::string& address, const std::string& topic) const {
    return subscriptions_.contains({address, topic});
  }
  /// The message waits, by the sender's id of it.
  bool holds_message(const std::string& id) const;
  /// It was committed at some time.
  bool saw_message(const std::string& id) const { return seen_.contains(id); }

  const std::map<std::string, core::ActorRow>& actors() const { return actors_; }
  bool clean() const { return clean_; }
  /// Rows that nobody who left should leave behind.
  std::size_t rows() const { return actors_.size() + subscriptions_.size() + messages_.size(); }

 private:
  void write(const core::ActorRow& row);
  void write(const core::ActorGone& gone);
  void write(const core::SubscriptionRow& row);
  void write(const core::SubscriptionGone& gone);
  void write(const core::MessageRow& row);
  void write(const core::MessageGone& gone) { messages_.erase(gone.position); }
  void write(const core::MessageDead& dead) { messages_.erase(dead.position); }
  void write(const core::StartOver&);

  std::map<std::string, core::ActorRow> actors_;
  std::map<std::pair<std::string, std::string>, core::SubscriptionRow> subscriptions_;
  std::map<std::uint64_t, core::MessageRow> messages_;
  std::map<std::string, core::Recovered::Version> versions_;
  std::set<std::string> seen_;
  std::uint64_t run_ = 0;
  std::uint64_t crashes_ = 0;
  bool clean_ = true;
};

}  // namespace signal_hub::sim

// The disk: what the store has committed, in tables like the database's, and what a start finds.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "app/message_table.hpp"
#include "base/time.hpp"
#include "core/journal_entries.hpp"

namespace signal_hub::sim {

/// A batch in words, for the trace.
std::string describe(const core::Batch& batch);

class Disk {
 public:
  explicit Disk(const app::Retention& retention) : retention_(retention), messages_(retention) {}

  /// What became of messages, in the order in which it was committed.
  struct News {
    enum class Kind : std::uint8_t { message, publication, unpublished, end } kind;
    core::StoredMessage row;  // of an end: with outcome, reason and attempts
  };
  /// Tells of them as they are committed.
  void watch(std::function<void(const News&)> watcher) { watcher_ = std::move(watcher); }

  /// A run begins: counts it and reads everything back.
  core::Recovered begin_run(WallTime now);

  /// One transaction.
  void commit(const core::Batch& batch);

  /// Forgets everything: `--db :memory:`.
  void wipe();

  /// The messages a start finds, after begin_run().
  void recover_messages(core::RecoveredMessages& into);

  core::Loaded load(const core::LoadRequest& request) const { return messages_.load(request); }

  bool is_registered(const std::string& address) const;
  /// Nullptr: there is no such row.
  const core::ActorRow* actor(const std::string& address) const;
  bool is_subscribed(const std::string& address, const std::string& topic) const {
    return subscriptions_.contains({address, topic});
  }
  /// The message waits or is a dead letter, by the sender's id of it.
  bool holds_message(const std::string& id) const;
  /// It was committed at some time.
  bool saw_message(const std::string& id) const { return seen_.contains(id); }

  const std::map<std::string, core::ActorRow>& actors() const { return actors_; }
  bool clean() const { return clean_; }
  /// Rows that nobody who left should leave behind.
  std::size_t rows() const {
    return actors_.size() + subscriptions_.size() + messages_.waiting().size();
  }
  const app::MessageTable& messages() const { return messages_; }

 private:
  void write(const core::ActorRow& row);
  void write(const core::ActorGone& gone);
  void write(const core::SubscriptionRow& row);
  void write(const core::SubscriptionGone& gone);
  void write(const core::MessageRow& row);
  void write(const core::PublicationRow& row);
  void write(const core::PublicationGone& gone);
  void write(const core::MessageAttempt& attempt);
  void write(const core::MessageDone& done);
  void write(const core::MessageDead& dead);
  void write(const core::StartOver&);
  template <class OfMessages>
  void write(const OfMessages&) {}

  std::map<std::string, core::ActorRow> actors_;
  std::map<std::pair<std::string, std::string>, core::SubscriptionRow> subscriptions_;
  void ended(std::uint64_t position, std::string_view outcome, const std::string& reason);

  app::Retention retention_;
  app::MessageTable messages_;
  std::function<void(const News&)> watcher_ = [](const News&) {};
  std::map<std::uint64_t, core::StoredMessage> open_;  // as the news has it
  std::map<std::string, core::Recovered::Version> versions_;
  std::set<std::string> seen_;
  std::uint64_t run_ = 0;
  std::uint64_t crashes_ = 0;
  bool clean_ = true;
};

}  // namespace signal_hub::sim

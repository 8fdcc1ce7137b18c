#include "disk.hpp"

#include <algorithm>
#include <variant>

#include "base/limits.hpp"

namespace signal_hub::sim {
namespace {

struct Words {
  std::string operator()(const core::ActorRow& row) const {
    return row.address + " " + std::string(name(row.status)) + " v" + std::to_string(row.version);
  }
  std::string operator()(const core::ActorGone& gone) const {
    return "-" + gone.address + " v" + std::to_string(gone.version);
  }
  std::string operator()(const core::SubscriptionRow& row) const {
    return row.address + "~" + row.topic + (row.durable ? "!" : "");
  }
  std::string operator()(const core::SubscriptionGone& gone) const {
    return "-" + gone.address + "~" + gone.topic;
  }
  std::string operator()(const core::MessageRow& row) const {
    return row.message_id + ">" + row.target;
  }
  std::string operator()(const core::PublicationRow& row) const {
    return row.message_id + ">>" + row.topic;
  }
  std::string operator()(const core::PublicationGone& row) const {
    return "-published #" + std::to_string(row.position);
  }
  std::string operator()(const core::MessageAttempt& row) const {
    return "attempt #" + std::to_string(row.position) + " " + std::to_string(row.attempts);
  }
  std::string operator()(const core::MessageDone& row) const {
    return std::string(name(row.outcome)) + " #" + std::to_string(row.position);
  }
  std::string operator()(const core::ReceiptFetched& row) const {
    return "fetched #" + std::to_string(row.position);
  }
  std::string operator()(const core::DeadLetterGone& row) const {
    return "-dead #" + std::to_string(row.position);
  }
  std::string operator()(const core::MessageDead& dead) const {
    return "dead #" + std::to_string(dead.position);
  }
  std::string operator()(const core::StartOver&) const { return "start over"; }
};

}  // namespace

std::string describe(const core::Batch& batch) {
  std::string text = "seq " + std::to_string(batch.seq) + (batch.last ? " last:" : ":");
  for (const core::Batch::Entry& e : batch.entries)
    text += " " + std::visit(Words{}, e.entry) + ",";
  return text;
}

core::Recovered Disk::begin_run(WallTime now) {
  core::Recovered found;
  found.run = ++run_;
  found.clean = clean_;
  crashes_ += clean_ ? 0 : 1;
  found.crashes = crashes_;
  clean_ = false;
  std::erase_if(versions_, [now](const auto& entry) { return entry.second.until <= now; });
  for (const auto& [address, row] : actors_) found.actors.push_back(row);
  for (const auto& [key, row] : subscriptions_) {
    if (actors_.contains(row.address)) found.subscriptions.push_back(row);
  }
  for (const auto& [address, version] : versions_) found.versions.push_back(version);
  for (const auto& [position, row] : messages_.finished()) {
    if (row.asked) found.receipts_due.push_back(row.sender);
  }
  return found;
}

void Disk::recover_messages(core::RecoveredMessages& into) {
  std::map<std::uint64_t, core::RecoveredMessage> found;
  const auto add = [&found](const core::StoredMessage& row, bool waiting) {
    core::RecoveredMessage m{row.position,    row.target, row.sender,  row.message_id,
                             row.accepted_at, waiting,    row.reliable};
    m.promised = row.promised;
    m.asked = row.asked;
    m.publication = !row.topic.empty();
    m.priority = row.priority;
    m.attempts = row.attempts;
    m.bytes = row.tail.size();
    m.expires_at = row.expires_at;
    if (!row.promised) m.tail = row.tail, m.topic = row.topic;
    found.emplace(row.position, std::move(m));
  };
  for (const auto& [position, row] : messages_.waiting()) add(row, true);
  for (const auto& [position, row] : messages_.finished()) {
    if (row.reliable) add(row, false);
  }
  // At most once: what promises nothing does not come back from here a second time.
  messages_.drop_unpromised();
  for (auto& [position, message] : found) into.take({&message, 1});
}

void Disk::wipe() {
  auto watcher = std::move(watcher_);
  *this = Disk(retention_);
  watcher_ = std::move(watcher);
}

void Disk::commit(const core::Batch& batch) {
  for (const core::Batch::Entry& entry : batch.entries) {
    std::visit([this](const auto& e) { write(e); }, entry.entry);
  }
  messages_.apply(batch);
  if (batch.last) clean_ = true;
}

const core::ActorRow* Disk::actor(const std::string& address) const {
  const auto row = actors_.find(address);
  return row == actors_.end() ? nullptr : &row->second;
}

bool Disk::is_registered(const std::string& address) const {
  const core::ActorRow* row = actor(address);
  return row != nullptr && row->status != core::ActorStatus::dormant;
}

bool Disk::holds_message(const std::string& id) const {
  const auto any = [&id](const app::MessageTable::Rows& rows) {
    return std::any_of(rows.begin(), rows.end(),
                       [&id](const auto& entry) { return entry.second.message_id == id; });
  };
  return any(messages_.waiting()) || any(messages_.dead());
}

void Disk::write(const core::ActorRow& row) {
  actors_[row.address] = row;
  versions_.erase(row.address);
}

void Disk::write(const core::ActorGone& gone) {
  actors_.erase(gone.address);
  std::erase_if(subscriptions_,
                [&gone](const auto& entry) { return entry.first.first == gone.address; });
  versions_[gone.address] = {gone.address, gone.version, gone.at + limits::version_kept,
                             gone.crashes};
}

void Disk::write(const core::SubscriptionRow& row) {
  subscriptions_[{row.address, row.topic}] = row;
}

void Disk::write(const core::SubscriptionGone& gone) {
  subscriptions_.erase({gone.address, gone.topic});
}

void Disk::write(const core::MessageRow& row) {
  seen_.insert(row.message_id);
  core::StoredMessage m = app::as_stored(row);
  open_[row.position] = m;
  watcher_({News::Kind::message, std::move(m)});
}

void Disk::write(const core::PublicationRow& row) {
  seen_.insert(row.message_id);
  watcher_({News::Kind::publication, app::as_stored(row)});
}

void Disk::write(const core::PublicationGone& gone) {
  core::StoredMessage m;
  m.position = gone.position;
  watcher_({News::Kind::unpublished, std::move(m)});
}

void Disk::write(const core::MessageAttempt& attempt) {
  const auto row = open_.find(attempt.position);
  if (row != open_.end()) row->second.attempts = attempt.attempts;
}

void Disk::write(const core::MessageDone& done) {
  const auto row = open_.find(done.position);
  if (row != open_.end()) row->second.attempts = done.attempts;
  ended(done.position, name(done.outcome), {});
}

void Disk::write(const core::MessageDead& dead) {
  ended(dead.position, "dead_lettered", dead.reason);
}

void Disk::ended(std::uint64_t position, std::string_view outcome, const std::string& reason) {
  auto node = open_.extract(position);
  if (node.empty()) return;
  node.mapped().outcome = outcome;
  node.mapped().reason = reason;
  watcher_({News::Kind::end, std::move(node.mapped())});
}

void Disk::write(const core::StartOver&) {
  actors_.clear();
  subscriptions_.clear();
}

}  // namespace signal_hub::sim

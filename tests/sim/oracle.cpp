#include "oracle.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace signal_hub::sim {
namespace {

constexpr std::string_view pong = R"({"type":"pong"})";
// The largest frames there are, and what a session may be told at its end.
constexpr std::size_t frame_slack = 80'000;

std::string field(std::span<const app::LogField> fields, std::string_view name) {
  for (const app::LogField& f : fields) {
    if (f.name != name) continue;
    if (const auto* text = std::get_if<std::string>(&f.value)) return *text;
  }
  return {};
}

}  // namespace

Oracle::Oracle(const Plan& plan, Book& book, const Disk& disk, const Schedule& schedule)
    : plan_(plan),
      book_(book),
      disk_(disk),
      schedule_(schedule),
      membership_(book, plan.hub),
      answers_(book, plan.hub, schedule),
      deliveries_(book, membership_),
      promises_({plan, book, membership_, disk, schedule, tally_}) {
  constexpr std::size_t enough = 1'000;
  book_.forgetful = plan.hub.dedupe_memory < enough;
  book_.store_refuses = plan.store.refuse_percent != 0 || plan.store.fail_percent != 0;
}

void Oracle::opened(const Link& link) {
  ++book_.step;
  book_.links[link.serial].link = &link;
  ++open_links_;
}

void Oracle::handed(const Link& link, std::string_view bytes) {
  membership_.time_passed(schedule_.now());  // what is over is over before it is looked at
  ++book_.step;
  constexpr std::string_view begin = R"({"id":")";
  if (!bytes.starts_with(begin)) return;
  const std::string_view rest = bytes.substr(begin.size());
  const auto n = request_of_id(rest.substr(0, rest.find('"')));
  if (!n || *n >= book_.requests.size() || book_.request(*n).text != bytes) return;
  note_handover(book_.request(*n), link);
}

void Oracle::note_handover(Request& request, const Link& link) {
  LinkRecord& record = book_.links[link.serial];
  request.handed.push_back({link.serial, book_.step, record.sequence.size(), book_.run});
  record.sequence.push_back(request.n);
  if (request.handed.size() == 1) request.came = schedule_.now();
  const bool late = schedule_.now() - request.came >= plan_.hub.dedupe_window;
  request.perhaps_anew = request.perhaps_anew || (request.reliable && late);
  promises_.handed(request, record);
  if (request.kind == Kind::connect && record.identity.empty()) record.identity = request.from;
  const bool forgotten = request.run != book_.run;
  const bool anew = request.handed.size() == 1 || forgotten || request.may_try_again;
  if (!anew) {
    // The first attempt may have come too late in its session to be looked at.
    if (request.answered == open_end) membership_.asked(request, link.serial);
    return;
  }
  request.began = book_.step;
  request.run = book_.run;
  request.answered = open_end;
  request.refused = request.may_try_again = false;
  request.changes.clear();
  membership_.asked(request, link.serial);
  if (request.kind == Kind::disconnect) begin_ending(record, book_.step);
}

/// What the log tells began some time in this turn.
void Oracle::begin_ending(LinkRecord& link, Step since) {
  if (!link.lives()) return;
  link.ending = since;
  link.obligations.clear();
  membership_.ending(link.link->serial);
}

void Oracle::handed_close(const Link& link, bool) {
  ++book_.step;
  --open_links_;
  LinkRecord& record = book_.links[link.serial];
  begin_ending(record, book_.step);
  if (record.session_id.empty()) over(record);
}

void Oracle::over(LinkRecord& link) {
  if (link.ended != open_end) return;
  begin_ending(link, book_.turn_began);
  link.ended = book_.step;
  membership_.over(link.link->serial, link.ending);
}

void Oracle::emitted(const Link& link, std::string_view text, std::uint64_t end) {
  ++book_.step;
  if (text == pong) return;
  std::string fault;
  const auto message = parse_message(text, fault);
  if (!message) return book_.fail("the hub said " + fault);
  if (!ids_.insert(message->id).second) book_.fail("an id is used again: " + message->text);
  LinkRecord& record = book_.links[link.serial];
  if (message->is_control()) return control(record, *message);
  const Request* reliable = deliveries_.emitted(record, *message, end);
  if (reliable != nullptr) promises_.emitted(record, *reliable, *message, end);
}

void Oracle::broke(const Link& link, std::string_view what) {
  book_.fail(std::string(what) + ", link " + std::to_string(link.serial));
}

void Oracle::control(LinkRecord& link, const Message& message) {
  if (message.from != plan_.hub.hub_address) book_.fail("not from the hub: " + message.text);
  if (message.type == "hub:connected") {
    link.session_id = message.text_of("sessionId").value_or("");
    book_.by_session[link.session_id] = link.link->serial;
  }
  const auto about = request_of_id(message.correlation_id.value_or(""));
  if (about && *about < book_.requests.size() && is_receipt(book_.request(*about), message)) {
    return promises_.told(link, book_.request(*about), message);
  }
  Request* request = answers_.take(link, message);
  if (request == nullptr) return;
  promises_.answered(*request, link);
  membership_.answered(*request, message.payload);
  if (request->kind == Kind::register_ && !request->refused) registered(*request, message);
  check_stored(*request);
  concluding_.push_back(request->n);
}

/// Versions rise, in the order in which registrations were carried out.
void Oracle::registered(const Request& request, const Message& message) {
  const std::int64_t version = message.number_of("version").value_or(-1);
  for (const Version& v : versions_[request.about]) {
    if (v.answered >= request.began || v.version < version) continue;
    book_.fail("version " + std::to_string(version) + " after " + std::to_string(v.version) + ": " +
               describe(request));
  }
  versions_[request.about].push_back({request.answered, version});
}

void Oracle::started(WallTime wall, Micros at) {
  ++book_.run;
  book_.failing = false;
  book_.turn_began = ++book_.step;
  membership_.restored(disk_, wall, at);
  promises_.started();
  ++book_.step;
}

void Oracle::logged(std::string_view event, std::span<const app::LogField> fields, Micros at) {
  const std::string session = field(fields, "sessionId");
  if (event == "session_state") {
    return session_state(session, field(fields, "fromState"), field(fields, "toState"));
  }
  const std::string address = field(fields, "actorAddress");
  if (event.starts_with("actor_")) actor_event(event, session, address, at);
  if (event == "row_refused") tally_.add(Situation::row_refused);
  if (event.starts_with("breaker_")) promises_.breaker(address, event == "breaker_opened");
  if (event == "store_failed") book_.failing = true;
  if (event == "store_recovered") {
    book_.failing = false;
    book_.failed_until = book_.step;
  }
  if (event == "dead_lettered") {
    const auto n = request_of_id(field(fields, "messageId"));
    if (n && *n < book_.requests.size()) book_.request(*n).dead = true;
  }
}

void Oracle::session_state(const std::string& session, const std::string& from,
                           const std::string& to) {
  static const std::set<std::pair<std::string, std::string>> legal{
      {"connecting", "connected"},
      {"connected", "disconnecting"},
      {"disconnecting", "disconnected"},
      {"connecting", "disconnected"},
      {"connected", "disconnected"}};
  std::string& state = states_.try_emplace(session, "connecting").first->second;
  if (state != from || !legal.contains({from, to})) {
    book_.fail("a session in " + state + " goes from " + from + " to " + to);
  }
  state = to;
  const auto link = book_.by_session.find(session);
  if (link == book_.by_session.end()) return;
  LinkRecord& record = book_.links[link->second];
  for (const std::string& address : record.held) promises_.moved(address);
  if (to == "disconnecting") begin_ending(record, book_.turn_began);
  if (to == "disconnected") over(record);
}

void Oracle::actor_event(std::string_view event, const std::string& session,
                         const std::string& address, Micros at) {
  promises_.moved(address);
  if (event == "actor_expired") return membership_.expired(address);
  if (event == "actor_away") return membership_.away(address, at);
  promises_.returned(address);
  const auto link = book_.by_session.find(session);
  if (link == book_.by_session.end()) return;
  if (event == "actor_registered") membership_.registered(link->second, address);
  if (event == "actor_unregistered") membership_.unregistered(link->second, address);
  if (event == "actor_replaced") membership_.moved_away(link->second, address);
}

void Oracle::turn_ended(const core::Stats& stats, Micros at) {
  membership_.time_passed(at);
  for (const std::uint32_t n : std::exchange(concluding_, {})) {
    Request& request = book_.request(n);
    if (request.in_work()) continue;  // it was refused for now, and has come again in this turn
    deliveries_.conclude(request);
    deliveries_.resolve(book_.links[request.handed.back().link], request);
  }
  const auto dropped = [&stats](core::DropReason reason) {
    return stats.dropped[static_cast<std::size_t>(reason)];
  };
  const std::uint64_t drops =
      dropped(core::DropReason::mailbox_full) + dropped(core::DropReason::memory_limit);
  deliveries_.turn_ended(std::exchange(mail_drops_, drops) != drops);
  promises_.turn_ended();
  check_budgets(stats);
  check_lag(stats, at);
  book_.turn_began = ++book_.step;
}

void Oracle::check_budgets(const core::Stats& stats) const {
  const std::size_t slack = (open_links_ + 1) * frame_slack;
  const std::size_t most = plan_.hub.max_queue_bytes * open_links_ + slack;
  const std::size_t kept = stats.mail_messages + stats.acks_pending + stats.retries_pending;
  if (stats.queued_bytes > most && kept == 0) {
    book_.fail("outboxes hold " + std::to_string(stats.queued_bytes) + " bytes");
  }
  if (stats.queued_bytes + stats.reassembly_bytes > plan_.hub.memory_limit + slack) {
    book_.fail("memory limit passed: " + std::to_string(stats.queued_bytes) + " bytes queued");
  }
}

/// What is older than the lag must survive a crash; while the store is well the lag is bounded.
void Oracle::check_lag(const core::Stats& stats, Micros at) {
  lag_ = stats.journal_lag;
  last_turn_ = at;
  turns_.push_back({at, book_.step});
  while (turns_.size() > 2 && turns_[1].at + lag_ < at) turns_.pop_front();
  const Micros commit = plan_.store.commit_max * (plan_.store.slow_percent == 0 ? 1 : 20);
  const Micros interval = plan_.server.checkpoint_interval;
  const Micros bound = std::max(interval, commit) + commit + Micros{10'000};
  if (plan_.store.fail_percent == 0 && lag_ > bound) {
    book_.fail("the journal lags " + std::to_string(lag_.count()) + " ms behind");
  }
}

/// An answer that says stored has just left: it must be so.
void Oracle::check_stored(const Request& request) {
  if (!plan_.store.persistent || request.refused) return;
  if (request.is_stored() && !disk_.saw_message("m" + std::to_string(request.n))) {
    book_.fail("queued, but not on disk: " + describe(request));
  }
  const bool once = request.handed.size() == 1;
  if (request.durable && once) {
    membership_.check_durable(request, request.handed.front().link, disk_);
  }
}

void Oracle::died(bool clean) {
  ++book_.step;
  for (auto& [serial, link] : book_.links) {
    link.ending = std::min(link.ending, book_.step);
    link.ended = std::min(link.ended, book_.step);
    link.obligations.clear();
  }
  open_links_ = 0;
  concluding_.clear();
  states_.clear();
  if (plan_.store.persistent) {
    const auto safe = std::find_if(turns_.rbegin(), turns_.rend(), [&](const Moment& turn) {
      return turn.at + lag_ + Micros{1'000} < last_turn_;
    });
    // After a clean stop everything is there; what ended by itself meanwhile may be, too.
    if (safe != turns_.rend()) {
      membership_.check_disk(disk_, clean ? turns_.back().step : safe->step, safe->step);
    }
    deliveries_.check_disk(disk_);
  } else {
    versions_.clear();
  }
  turns_.clear();
  promises_.died(clean);
  membership_.died();
}

void Oracle::check_quiet(const core::Stats& stats) {
  promises_.check_quiet();
  if (stats.acks_pending + stats.retries_pending != 0) {
    book_.fail(std::to_string(stats.acks_pending) + " deliveries are out and " +
               std::to_string(stats.retries_pending) + " pause, though all is acknowledged");
  }
  answers_.check_complete();
  deliveries_.check_complete(disk_, plan_.store.persistent);
  deliveries_.check_topic_orders();
}

void Oracle::check_empty(const core::Stats& stats) {
  const std::pair<std::string_view, std::size_t> figures[] = {
      {"connections", stats.connections},
      {"connected sessions", stats.sessions_connected},
      {"actors", stats.actors},
      {"topics", stats.topics},
      {"subscriptions", stats.subscriptions},
      {"queued bytes", stats.queued_bytes},
      {"reassembly bytes", stats.reassembly_bytes},
      {"fan-outs", stats.running_fanouts},
      {"dormant actors", stats.actors_dormant},
      {"waiting messages", stats.mail_messages},
      {"deliveries that are out", stats.acks_pending},
      {"deliveries that pause", stats.retries_pending},
      {"open breakers", stats.breakers_open},
      {"answers that wait for a commit", stats.commit_waits},
      {"rows on disk", disk_.rows()},
      {"remembered requests", stats.dedupe_entries}};
  for (const auto& [name, value] : figures) {
    if (value != 0) {
      book_.fail("everybody has left, but " + std::to_string(value) + " " + std::string(name) +
                 " are left");
    }
  }
}

}  // namespace signal_hub::sim

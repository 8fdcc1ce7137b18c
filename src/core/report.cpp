#include "core/report.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "core/state.hpp"
#include "core/upkeep.hpp"

namespace signal_hub::core {
namespace {

constexpr std::size_t sessions_told = 10;

std::int64_t figure(std::uint64_t n) { return static_cast<std::int64_t>(n); }

Event summary(const Stats& s, Now now) {
  return {LogEvent::state_summary,
          {{"uptime", (now.wall - s.started).count()},
           {"connections", figure(s.connections)},
           {"sessionsConnected", figure(s.sessions_connected)},
           {"sessionsStale", figure(s.sessions_stale)},
           {"actors", figure(s.actors)},
           {"actorsAway", figure(s.actors_away)},
           {"actorsDormant", figure(s.actors_dormant)},
           {"topics", figure(s.topics)},
           {"subscriptions", figure(s.subscriptions)},
           {"messagesReceived", figure(s.messages_received)},
           {"deliveries", figure(s.deliveries)},
           {"queueDepth", figure(s.queued_frames)},
           {"queueBytes", figure(s.queued_bytes)},
           {"reassemblyBytes", figure(s.reassembly_bytes)},
           {"fanouts", figure(s.running_fanouts)},
           {"mailboxMessages", figure(s.mail_messages)},
           {"deadLetters", figure(s.dead_lettered)},
           {"dedupeEntries", figure(s.dedupe_entries)},
           {"journalBacklog", figure(s.journal_backlog)},
           {"journalLag", s.journal_lag.count()},
           {"commitWaits", figure(s.commit_waits)},
           {"storeFailing", s.store_failing},
           {"draining", s.draining}}};
}

Event line_of(const Session& session, Now now) {
  const Traffic& traffic = session.traffic;
  Event event{LogEvent::state_session, {}};
  event.fields = {{"sessionId", session.session_id},
                  {"actorAddress", session.identity},
                  {"ip", session.ip},
                  {"state", std::string(name(session.state))},
                  {"duration", (now.mono - session.opened).count()},
                  {"idle", (now.mono - traffic.last_active).count()},
                  {"messagesIn", figure(traffic.frames_in)},
                  {"messagesOut", figure(traffic.frames_out)},
                  {"queueDepth", figure(session.outbox.frames())},
                  {"queueBytes", figure(session.outbox.bytes())},
                  {"rateLimited", figure(traffic.rate_limited)},
                  {"readingPaused", session.reading_paused}};
  if (traffic.round_trip_us != 0) {
    event.fields.push_back({"roundTripUs", figure(traffic.round_trip_us)});
  }
  return event;
}

}  // namespace

void report(State& state, Now now) {
  state.events.push_back(summary(snapshot(state, now.mono), now));
  std::vector<const Session*> all;
  state.sessions.for_each([&all](ConnId, const Session& session) { all.push_back(&session); });
  const auto most = static_cast<std::ptrdiff_t>(std::min(sessions_told, all.size()));
  std::partial_sort(all.begin(), all.begin() + most, all.end(),
                    [](const Session* a, const Session* b) {
                      if (a->outbox.bytes() != b->outbox.bytes()) {
                        return a->outbox.bytes() > b->outbox.bytes();
                      }
                      return a->traffic.frames_in > b->traffic.frames_in;
                    });
  std::for_each(all.begin(), all.begin() + most,
                [&](const Session* session) { state.events.push_back(line_of(*session, now)); });
}

}  // namespace signal_hub::core

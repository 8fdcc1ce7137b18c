#include "core/recovery.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/limits.hpp"
#include "core/dead_letters.hpp"
#include "core/lifecycle.hpp"
#include "core/mailroom.hpp"
#include "core/shared_tail.hpp"

namespace signal_hub::core {
namespace {

Uuid uuid_of(std::string_view text) {
  Uuid id{};
  std::copy_n(text.begin(), std::min(text.size(), id.text.size()), id.text.begin());
  return id;
}

/// Long enough for every session to come back at the accept rate, twice over.
Millis grace_for(const HubSettings& settings, const std::vector<ActorRow>& actors) {
  if (settings.accept_rate == 0) return settings.grace;
  std::unordered_set<std::string_view> sessions;
  for (const ActorRow& row : actors) sessions.insert(row.connection_id);
  const auto seconds = 2.0 * static_cast<double>(sessions.size()) / settings.accept_rate;
  return std::max(settings.grace, Millis{static_cast<std::int64_t>(seconds * 1000)});
}

class Recovery {
 public:
  Recovery(State& state, const Recovered& from, Now now) : state_(state), from_(from), now_(now) {}

  Restored run() {
    done_.grace = grace_for(state_.settings, from_.actors);
    state_.registry.begin_run(from_.run, from_.crashes * limits::version_raise);
    state_.last_position = from_.run << 32U;
    state_.crashes = from_.crashes;
    for (const Recovered::Version& v : from_.versions) {
      state_.registry.restore_version(v.address, v.version + raise(v.crashes), later(v.until));
    }
    for (const ActorRow& row : from_.actors) put_back(row);
    for (const SubscriptionRow& row : from_.subscriptions) put_back(row);
    for (const Recovered::Waiting& waiting : from_.messages) put_back(waiting);
    for (const ActorRow& row : from_.actors) retire_if_expired(row);
    state_.topics.reap(state_.topics.size() + from_.subscriptions.size());
    return done_;
  }

 private:
  /// What a version gains by the crashes since it was recorded.
  std::uint64_t raise(std::uint64_t crashes) const {
    return from_.crashes > crashes ? (from_.crashes - crashes) * limits::version_raise : 0;
  }

  MonoTime later(WallTime at) const { return now_.mono + (at - now_.wall); }

  void put_back(const ActorRow& row) {
    const ActorId id = state_.registry.restore(row, raise(row.crashes));
    Actor& actor = *state_.registry.find(id);
    actor.offline_since = row.offline_since.value_or(now_.wall);
    if (actor.registered) {
      actor.offline_until = now_.mono + done_.grace;
      // What has not ended by now does not end before its owner had the time to come back.
      actor.expires = row.expires_at <= now_.wall
                          ? now_.mono
                          : std::max(later(row.expires_at), now_.mono + done_.grace);
      actor.expires_at = now_.wall + (actor.expires - now_.mono);
      ++done_.actors;
    } else {
      const Millis kept = state_.settings.durable_ttl;
      actor.offline_until = kept == 0ms ? never : later(actor.offline_since + kept);
      ++done_.dormant;
    }
    arm_actor(state_, id, actor);
  }

  void put_back(const SubscriptionRow& row) {
    const ActorId id = addressee(state_, row.address);
    Actor* actor = state_.registry.find(id);
    if (actor == nullptr || state_.topics.of(*actor, row.topic).valid()) return;
    state_.topics.restore(id, *actor, row.topic, uuid_of(row.public_id), row.durable);
    ++done_.subscriptions;
  }

  void put_back(const Recovered::Waiting& waiting) {
    Held held{};
    held.position = waiting.position;
    held.bytes = waiting.bytes;
    held.expires = waiting.expires_at;
    held.promised = waiting.promised;
    held.committed = waiting.promised;
    if (!waiting.promised) held.tail = count_shared(state_, waiting.tail);
    held.sender = waiting.sender;
    held.message_id = waiting.message_id;
    Actor* actor = state_.registry.find(addressee(state_, waiting.target));
    if (actor == nullptr) {
      ++done_.expired;
      if (held.promised) bury(state_, held, waiting.target, "target_gone", now_);
      return;
    }
    put_mail(state_, *actor, std::move(held));
    ++done_.messages;
  }

  void retire_if_expired(const ActorRow& row) {
    const ActorId id = addressee(state_, row.address);
    const Actor* actor = state_.registry.find(id);
    if (actor == nullptr) return;
    if (actor->registered && actor->expires <= now_.mono) {
      ++done_.expired;
      --done_.actors;
      retire_actor(state_, id, "expired", now_);
    } else if (!actor->registered && actor->offline_until <= now_.mono) {
      ++done_.expired;
      --done_.dormant;
      remove_actor(state_, id, "durable_ttl", now_);
    }
  }

  State& state_;
  const Recovered& from_;
  Now now_;
  Restored done_;
};

}  // namespace

Restored restore(State& state, const Recovered& recovered, Now now) {
  return Recovery(state, recovered, now).run();
}

void journal_everything(State& state, Now now) {
  state.journal.begin_again(now.mono);
  state.registry.for_each_retired(
      [&](const std::string& address, std::uint64_t version, MonoTime until) {
        const WallTime at = now.wall + (until - now.mono) - limits::version_kept;
        state.journal.append(ActorGone{address, version, at, state.crashes}, now.mono);
      });
  state.registry.for_each([&](ActorId, const Actor& actor) {
    if (actor.is_guest()) return;
    journal_actor(state, actor, now);
    for (const Actor::Membership& m : actor.subscriptions) {
      journal_subscription(state, actor, m.subscription, now);
    }
  });
  ++state.stats.journal_restarts;
}

}  // namespace signal_hub::core

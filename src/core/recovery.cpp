#include "core/recovery.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/limits.hpp"
#include "core/dead_letters.hpp"
#include "core/lifecycle.hpp"
#include "core/mailroom.hpp"
#include "core/position.hpp"
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

MonoTime later(WallTime at, Now now) { return now.mono + (at - now.wall); }

class Recovery {
 public:
  Recovery(State& state, const Recovered& from, Now now) : state_(state), from_(from), now_(now) {}

  Restored run() {
    done_.grace = grace_for(state_.settings, from_.actors);
    state_.registry.begin_run(from_.run, from_.crashes * limits::version_raise);
    state_.last_position = position_at(from_.run, 0);
    state_.crashes = from_.crashes;
    for (const Recovered::Version& v : from_.versions) {
      state_.registry.restore_version(v.address, v.version + raise(v.crashes), later(v.until));
    }
    for (const ActorRow& row : from_.actors) put_back(row);
    for (const SubscriptionRow& row : from_.subscriptions) put_back(row);
    for (const std::string& sender : from_.receipts_due) state_.absent_senders.insert(sender);
    return done_;
  }

 private:
  /// What a version gains by the crashes since it was recorded.
  std::uint64_t raise(std::uint64_t crashes) const {
    return from_.crashes > crashes ? (from_.crashes - crashes) * limits::version_raise : 0;
  }

  MonoTime later(WallTime at) const { return core::later(at, now_); }

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
    state_.topics.restore(id, *actor, row.topic, uuid_of(row.public_id), row.durable, row.acks);
    ++done_.subscriptions;
  }

  State& state_;
  const Recovered& from_;
  Now now_;
  Restored done_;
};

Held held_of(State& state, const RecoveredMessage& message, Now now) {
  Held held;
  held.position = message.position;
  held.bytes = static_cast<std::uint32_t>(message.bytes);
  if (message.expires_at) held.expires = later(*message.expires_at, now);
  held.promised = held.committed = message.promised;
  held.asked = message.asked;
  held.reliable = message.reliable;
  held.publication = message.publication;
  held.priority = message.priority;
  held.attempts = static_cast<std::uint16_t>(message.attempts);
  if (message.promised) return held;
  held.letter = std::make_unique<Letter>();
  held.letter->tail = count_shared(state, message.tail);
  held.bytes = static_cast<std::uint32_t>(message.tail.size());
  return held;
}

void put_back(State& state, const RecoveredMessage& message, Restored& done, Now now) {
  Held held = held_of(state, message, now);
  Actor* actor = state.registry.find(addressee(state, message.target));
  if (actor == nullptr) {
    ++done.expired;
    if (held.promised) bury(state, held, message.target, name(DropReason::target_gone), now);
    return;
  }
  if (held.publication && held.letter) {
    held.letter->subscription = state.topics.of(*actor, message.topic);
  }
  put_mail(state, *actor, std::move(held));
  ++done.messages;
}

void retire_if_expired(State& state, ActorId id, Restored& done, Now now) {
  const Actor& actor = *state.registry.find(id);
  if (actor.registered && actor.expires <= now.mono) {
    ++done.expired;
    --done.actors;
    retire_actor(state, id, "expired", now);
  } else if (!actor.registered && actor.offline_until <= now.mono) {
    ++done.expired;
    --done.dormant;
    remove_actor(state, id, "durable_ttl", now);
  }
}

}  // namespace

Restored restore(State& state, const Recovered& recovered, Now now) {
  return Recovery(state, recovered, now).run();
}

void restore_messages(State& state, std::span<const RecoveredMessage> messages, Restored& done,
                      Now now) {
  const HubSettings& settings = state.settings;
  for (const RecoveredMessage& message : messages) {
    const Millis window = settings.dedupe_window;
    const MonoTime until = window == 0ms ? never : later(message.accepted_at + window, now);
    // A publication is remembered as such, not by those it is for.
    if (message.reliable && !message.publication && until > now.mono) {
      const std::uint64_t hash = RememberedIds::hash(message.sender, message.message_id);
      state.remembered.add(hash, 0, message.position, until, settings.dedupe_limit);
    }
    if (message.waiting) put_back(state, message, done, now);
  }
}

void finish_restore(State& state, Restored& done, Now now) {
  std::vector<ActorId> all;
  state.registry.for_each([&all](ActorId id, const Actor&) { all.push_back(id); });
  for (const ActorId id : all) retire_if_expired(state, id, done, now);
  state.topics.reap(state.topics.subscription_count() + state.topics.size());
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

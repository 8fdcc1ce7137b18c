// Actors, their mailboxes, topics and subscriptions as the operator sees them.
#include <algorithm>

#include "base/limits.hpp"
#include "core/admin.hpp"
#include "core/state.hpp"

namespace signal_hub::core {
namespace {

/// What an actor has not had, or has not acknowledged.
struct Backlog {
  std::size_t messages = 0;
  std::size_t bytes = 0;
  std::size_t stored = 0;
};

Backlog backlog_of(const Actor& actor) {
  Backlog all;
  if (actor.mailbox) {
    all = {actor.mailbox->size(), actor.mailbox->bytes(), actor.mailbox->promised()};
  }
  if (actor.reliable) {
    all.messages += actor.reliable->size();
    all.bytes += actor.reliable->bytes();
    all.stored += actor.reliable->size();
  }
  return all;
}

ActorView view_of(const Actor& actor) {
  ActorView view{};
  view.address = actor.address;
  view.status = actor.status;
  if (actor.online()) view.session_id = actor.session_id;
  view.version = actor.version;
  view.registered = actor.registered;
  view.registered_at = actor.registered_at;
  view.expires_at = actor.expires_at;
  if (!actor.online()) view.offline_since = actor.offline_since;
  view.subscriptions = actor.subscriptions.size();
  const Backlog backlog = backlog_of(actor);
  view.waiting = backlog.messages;
  view.waiting_bytes = backlog.bytes;
  return view;
}

bool matches(const Actor& actor, const ActorFilter& filter) {
  if (filter.status && *filter.status != actor.status) return false;
  return filter.search.empty() || filter.search.matches_address(actor.address);
}

/// Registered ones. False: there are more.
bool add_registered(const State& state, const ActorFilter& filter, const PageStart& start,
                    std::size_t limit, Page<ActorView>& page) {
  const auto& all = state.registry.by_address();
  auto at = start.address.empty() ? all.begin() : all.upper_bound(start.address);
  for (std::size_t seen = 0; at != all.end(); ++at) {
    const Actor& actor = *state.registry.find(at->second);
    if (matches(actor, filter)) page.items.push_back(view_of(actor));
    if (++seen < limits::admin_scan && page.items.size() < limit) continue;
    page.next = PageStart{0, actor.address, false};
    return false;
  }
  return true;
}

}  // namespace

Page<ActorView> Admin::actors(const ActorFilter& filter, const PageStart& start,
                              std::size_t limit) const {
  Page<ActorView> page;
  const bool wanted = filter.status != ActorStatus::dormant;
  if (!start.by_slot && wanted && !add_registered(state_, filter, start, limit, page)) return page;
  if (state_.registry.dormant() == 0) return page;
  const auto next = state_.registry.walk(
      start.by_slot ? start.slot : 0, limits::admin_scan, [&](ActorId, const Actor& actor) {
        if (actor.status == ActorStatus::dormant && matches(actor, filter)) {
          page.items.push_back(view_of(actor));
        }
        return page.items.size() < limit;
      });
  if (next) page.next = PageStart{*next, {}, true};
  return page;
}

std::optional<ActorView> Admin::actor(std::string_view address) const {
  const ActorId registered = state_.registry.find_address(address);
  const Actor* actor =
      state_.registry.find(registered.valid() ? registered : state_.registry.find_dormant(address));
  if (actor == nullptr) return std::nullopt;
  ActorView view = view_of(*actor);
  view.identity = actor->identity;
  view.capabilities = actor->capabilities;
  view.metadata = actor->metadata.empty() ? "{}" : actor->metadata;
  for (const Actor::Membership& m : actor->subscriptions) {
    if (view.topics.size() == limits::listing) break;
    view.topics.emplace_back(state_.topics.name_of(m.subscription));
  }
  return view;
}

Page<TopicView> Admin::topics(const TextFilter& search, const PageStart& start,
                              std::size_t limit) const {
  Page<TopicView> page;
  const auto next =
      state_.topics.walk(start.slot, limits::admin_scan, [&](TopicId, const Topic& topic) {
        if (search.empty() || search.matches(topic.name)) {
          page.items.push_back({topic.name, topic.glob, topic.members.size()});
        }
        return page.items.size() < limit;
      });
  if (next) page.next = PageStart{*next};
  return page;
}

Page<SubscriptionView> Admin::subscriptions(std::string_view name, const PageStart& start,
                                            std::size_t limit) const {
  Page<SubscriptionView> page;
  const Topic* topic = state_.topics.named(name);
  if (topic == nullptr) return page;
  std::size_t at = start.slot;
  for (; at < topic->members.size() && page.items.size() < limit; ++at) {
    const Topic::Member& member = topic->members[at];
    const Actor* actor = state_.registry.find(member.actor);
    if (actor == nullptr) continue;  // gone, and not taken out of the topic yet
    const Subscription& s = *state_.topics.find(member.subscription);
    page.items.push_back({actor->address, s.public_id.str(), s.durable, actor->status});
  }
  if (at < topic->members.size()) page.next = PageStart{static_cast<std::uint32_t>(at)};
  return page;
}

Page<QueueView> Admin::queues(const TextFilter& search, const PageStart& start,
                              std::size_t limit) const {
  Page<QueueView> page;
  const auto next =
      state_.registry.walk(start.slot, limits::admin_scan, [&](ActorId, const Actor& actor) {
        const Backlog backlog = backlog_of(actor);
        if (backlog.messages != 0 && (search.empty() || search.matches_address(actor.address))) {
          page.items.push_back(
              {actor.address, actor.status, backlog.messages, backlog.bytes, backlog.stored});
        }
        return page.items.size() < limit;
      });
  if (next) page.next = PageStart{*next};
  return page;
}

}  // namespace signal_hub::core

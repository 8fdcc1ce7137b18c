// hub:unregister, hub:renew, hub:discover, hub:list_actors (PROTOCOL.md §4 Registry).
#include <algorithm>
#include <vector>

#include "base/glob.hpp"
#include "core/answers.hpp"
#include "core/commits.hpp"
#include "core/handlers/handlers.hpp"
#include "core/handlers/renewal.hpp"
#include "core/lifecycle.hpp"

namespace signal_hub::core {
namespace {

wire::ActorListing listing(const Actor& actor) {
  return {actor.address,       actor.capabilities, actor.metadata, actor.session_id,
          actor.registered_at, actor.expires_at,   actor.version,  actor.online()};
}

bool offers(const Actor& actor, const std::optional<std::string>& capability) {
  if (!capability) return true;
  const auto& all = actor.capabilities;
  return std::find(all.begin(), all.end(), *capability) != all.end();
}

/// One page of matches in byte order of the addresses, and whether more follow.
struct Page {
  std::vector<wire::ActorListing> actors;
  bool more = false;
};

Page match_exact(const State& state, const wire::Discover& discover) {
  Page page;
  const Actor* actor = state.registry.find(state.registry.find_address(discover.glob));
  const bool past = discover.cursor && discover.glob <= *discover.cursor;
  if (actor != nullptr && !past && offers(*actor, discover.capability)) {
    page.actors.push_back(listing(*actor));
  }
  return page;
}

Page match_glob(const State& state, const wire::Discover& discover) {
  Page page;
  const auto& all = state.registry.by_address();
  // All matches begin with what precedes the first `*`: only that range is walked.
  const std::string_view glob = discover.glob;
  const std::string_view prefix = glob.substr(0, glob.find('*'));
  auto at = all.lower_bound(prefix);
  if (discover.cursor)
    at = std::max(*discover.cursor, std::string(prefix)) == prefix
             ? at
             : all.upper_bound(*discover.cursor);
  for (; at != all.end() && at->first.starts_with(prefix); ++at) {
    const Actor& actor = *state.registry.find(at->second);
    if (!glob_match(glob, at->first) || !offers(actor, discover.capability)) continue;
    if (page.actors.size() == discover.limit) {
      page.more = true;
      break;
    }
    page.actors.push_back(listing(actor));
  }
  return page;
}

}  // namespace

void handle(Context& c, const wire::Unregister& unregister) {
  if (unregister.durable && refuse_promise(c.state, c.request, c.now)) return;
  const std::uint64_t since = c.state.journal.last_seq();
  const std::string address = unregister.address.value_or(c.from);
  const ActorId id = c.state.registry.find_address(address);
  const Actor* actor = c.state.registry.find(id);
  if (actor != nullptr && actor->conn != c.session.id) {
    return refuse_unauthorized(c.state, c.request, c.envelope.type, "PERMISSION_DENIED",
                               address + " is registered by another session.", c.now);
  }
  // Giving up what one does not have is no error: a retry finds the wished state.
  if (actor != nullptr) {
    c.state.events.push_back({LogEvent::actor_unregistered,
                              {{"sessionId", c.session.session_id}, {"actorAddress", address}}});
    retire_actor(c.state, id, "unregistered", c.now);
  }
  if (!c.is_ask()) return;
  conclude(c.state, std::move(c.request), unregister.durable, wire::Unregistered{address}, since,
           c.now);
}

void handle(Context& c, const wire::Renew& request) {
  if (request.durable && refuse_promise(c.state, c.request, c.now)) return;
  const std::uint64_t since = c.state.journal.last_seq();
  Actor* actor = c.state.registry.find(holder_of(c.state, request.renewal_token));
  if (actor == nullptr) {
    return refuse(c.state, c.request,
                  Error{ErrorCode::invalid_token,
                        "The renewal token is unknown, was replaced or has expired.",
                        {},
                        R"({"field":"payload.renewalToken"})"},
                  c.now);
  }
  const std::string token = renew(c.state, *actor, c.now);
  conclude(c.state, std::move(c.request), request.durable, wire::Renewed{actor->expires_at, token},
           since, c.now);
}

void handle(Context& c, const wire::Discover& discover) {
  const Page page =
      is_glob(discover.glob) ? match_glob(c.state, discover) : match_exact(c.state, discover);
  std::optional<std::string_view> cursor;
  if (page.more) cursor = page.actors.back().address;
  answer(c.state, c.request, wire::Discovered{page.actors, page.more, cursor}, c.now);
}

void handle(Context& c, const wire::ListActors& list) {
  const auto& all = c.state.registry.by_address();
  std::vector<wire::ActorListing> page;
  auto at = all.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(std::min(list.offset, all.size())));
  for (; at != all.end() && page.size() < list.limit; ++at) {
    page.push_back(listing(*c.state.registry.find(at->second)));
  }
  answer(c.state, c.request, wire::ActorList{page, all.size(), list.offset, list.limit}, c.now);
}

}  // namespace signal_hub::core

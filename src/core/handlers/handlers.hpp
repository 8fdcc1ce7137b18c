// One overload per request type; dispatch visits the variant, so a missing one does not compile.
//
// A handler changes state, appends to the journal and puts frames into outboxes. The session may be
// closing afterwards, but exists.
#pragma once

#include "core/handlers/context.hpp"
#include "wire/requests.hpp"

namespace signal_hub::core {

void handle(Context& context, const wire::Connect& connect);
void handle(Context& context, const wire::Heartbeat& heartbeat);
void handle(Context& context, const wire::Disconnect& disconnect);
void handle(Context& context, const wire::RefreshToken& refresh);
void handle(Context& context, const wire::Register& registration);
void handle(Context& context, const wire::Unregister& unregister);
void handle(Context& context, const wire::Renew& renew);
void handle(Context& context, const wire::Discover& discover);
void handle(Context& context, const wire::ListActors& list);
void handle(Context& context, const wire::Send& send);
void handle(Context& context, const wire::Broadcast& broadcast);
void handle(Context& context, const wire::Subscribe& subscribe);
void handle(Context& context, const wire::Publish& publish);
void handle(Context& context, const wire::Unsubscribe& unsubscribe);
void handle(Context& context, const wire::Ack& ack);
void handle(Context& context, const wire::Nack& nack);
void handle(Context& context, const wire::Status& status);
void handle(Context& context, const wire::QueueStats& stats);
void handle(Context& context, const wire::Metrics& metrics);

}  // namespace signal_hub::core

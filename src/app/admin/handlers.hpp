// One function an operation of docs/openapi.yaml, by resource. The route table calls them.
#pragma once

#include <string>

#include "app/admin/call.hpp"

namespace signal_hub::app::admin {

Answer get_stats(Call& call);
std::string stats_json(Controls& controls, Now now);
Answer list_events(Call& call);

Answer list_sessions(Call& call);
Answer list_slow_consumers(Call& call);
Answer get_session(Call& call);
Answer kick_session(Call& call);

Answer list_actors(Call& call);
Answer get_actor(Call& call);
Answer kick_actor(Call& call);
Answer list_topics(Call& call);
Answer list_subscriptions(Call& call);

Answer list_queues(Call& call);
Answer get_message(Call& call);
Answer list_dead_letters(Call& call);
Answer get_dead_letter(Call& call);
Answer requeue_dead_letter(Call& call);
Answer purge_dead_letter(Call& call);
Answer requeue_dead_letters(Call& call);
Answer purge_dead_letters(Call& call);

Answer publish(Call& call);
Answer send(Call& call);

Answer drain(Call& call);
Answer reload(Call& call);
Answer get_log_level(Call& call);
Answer set_log_level(Call& call);

}  // namespace signal_hub::app::admin

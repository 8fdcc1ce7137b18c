#include "wire/requests.hpp"

#include <array>

#include "wire/decoders.hpp"

namespace signal_hub::wire {
namespace {

struct Row {
  RequestType type;
  Decoded (*decode)(const Envelope&);
};

constexpr std::array rows{
    Row{{Connect::type, "Opens the session: who the client is and what it speaks."},
        decode_connect},
    Row{{Heartbeat::type, "Asks for the hub's time and renews what wants renewal."},
        decode_heartbeat},
    Row{{Disconnect::type, "Ends the session cleanly."}, decode_disconnect},
    Row{{RefreshToken::type, "Replaces the session's token by a younger one."},
        decode_refresh_token},
    Row{{Register::type, "Registers one or more addresses, or renews them."}, decode_register},
    Row{{Unregister::type, "Gives an address up."}, decode_unregister},
    Row{{Renew::type, "Extends a registration by its renewal token."}, decode_renew},
    Row{{Discover::type, "Finds actors by address pattern and capability."}, decode_discover},
    Row{{ListActors::type, "Lists all actors, a page at a time."}, decode_list_actors},
    Row{{Send::type, "Sends a message to one actor."}, decode_send},
    Row{{Broadcast::type, "Sends a message to every registered actor."}, decode_broadcast},
    Row{{Subscribe::type, "Subscribes to topics or topic patterns."}, decode_subscribe},
    Row{{Publish::type, "Sends a message to every subscriber of a topic."}, decode_publish},
    Row{{Unsubscribe::type, "Ends one subscription."}, decode_unsubscribe},
    Row{{Ack::type, "Says that reliable messages have arrived."}, decode_ack},
    Row{{Nack::type, "Gives a reliable message back, for another attempt or for good."},
        decode_nack},
    Row{{Status::type, "Asks what became of a stored message."}, decode_status},
    Row{{QueueStats::type, "Asks for the session's own outbound queue."}, decode_queue_stats},
    Row{{Metrics::type, "Asks for hub-wide counters."}, decode_metrics},
};

template <std::size_t... I>
constexpr bool in_order(std::index_sequence<I...>) {
  return ((rows[I].type.name == std::variant_alternative_t<I, Request>::type) && ...);
}
static_assert(rows.size() == std::variant_size_v<Request>);
static_assert(in_order(std::make_index_sequence<rows.size()>()),
              "metrics index the table by the variant");

constexpr auto make_types() {
  std::array<RequestType, rows.size()> types{};
  for (std::size_t i = 0; i < rows.size(); ++i) types[i] = rows[i].type;
  return types;
}
constexpr auto types = make_types();

}  // namespace

std::span<const RequestType> request_types() { return types; }

Result<Request, Error> decode_request(const Envelope& envelope) {
  for (const Row& row : rows) {
    if (row.type.name == envelope.type) return row.decode(envelope);
  }
  return fail(Error{ErrorCode::unknown_type,
                    "The hub knows no message type " + std::string(envelope.type) + ".",
                    {},
                    {}});
}

}  // namespace signal_hub::wire

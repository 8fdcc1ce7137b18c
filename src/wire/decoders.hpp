// The decoders behind decode_request(), one per request type. Internal to wire.
#pragma once

#include "base/result.hpp"
#include "wire/requests.hpp"

namespace signal_hub::wire {

using Decoded = Result<Request, Error>;

Decoded decode_connect(const Envelope& envelope);
Decoded decode_heartbeat(const Envelope& envelope);
Decoded decode_disconnect(const Envelope& envelope);
Decoded decode_refresh_token(const Envelope& envelope);
Decoded decode_register(const Envelope& envelope);
Decoded decode_unregister(const Envelope& envelope);
Decoded decode_renew(const Envelope& envelope);
Decoded decode_discover(const Envelope& envelope);
Decoded decode_list_actors(const Envelope& envelope);
Decoded decode_send(const Envelope& envelope);
Decoded decode_broadcast(const Envelope& envelope);
Decoded decode_subscribe(const Envelope& envelope);
Decoded decode_publish(const Envelope& envelope);
Decoded decode_unsubscribe(const Envelope& envelope);
Decoded decode_ack(const Envelope& envelope);
Decoded decode_nack(const Envelope& envelope);
Decoded decode_status(const Envelope& envelope);
Decoded decode_queue_stats(const Envelope& envelope);
Decoded decode_metrics(const Envelope& envelope);

/// The end of every decoder: the request, or the first fault.
template <class T>
Decoded decoded(T request, std::optional<Error>& fault) {
  if (fault) return fail(std::move(*fault));
  return Request(std::move(request));
}

}  // namespace signal_hub::wire

// hub:ack, hub:nack, hub:status (PROTOCOL.md §7).
#include "base/limits.hpp"
#include "wire/decoders.hpp"
#include "wire/fields.hpp"

namespace signal_hub::wire {
namespace {

void read_bulk(Fields& payload, const JsonView& ids, Ack& ack) {
  constexpr std::string_view wanted = "an array of 1 to 1000 strings";
  ack.bulk = true;
  if (ids.kind() != JsonView::Kind::array) {
    return payload.object_to("deliveryIds", "must be an array.", wanted);
  }
  std::size_t index = 0;
  for (ArrayCursor c(ids); c.next(); ++index) {
    if (index == limits::acks) {
      for (++index; c.next();) ++index;
      return payload.fault(over_limit("payload.deliveryIds", limits::acks, index));
    }
    auto id = c.value().string();
    if (!id) return payload.object_to("deliveryIds", "must hold strings only.", wanted);
    ack.delivery_ids.push_back(std::move(*id));
  }
  if (ack.delivery_ids.empty()) payload.object_to("deliveryIds", "is empty.", wanted);
}

}  // namespace

Decoded decode_ack(const Envelope& envelope) {
  std::optional<Error> fault;
  Fields payload = payload_fields(envelope, fault);
  Ack ack;
  if (const auto ids = payload.any("deliveryIds"); ids && !ids->is_null()) {
    read_bulk(payload, *ids, ack);
  } else {
    ack.delivery_ids.push_back(payload.required_text("deliveryId", limits::id_bytes));
  }
  return decoded(std::move(ack), fault);
}

Decoded decode_nack(const Envelope& envelope) {
  std::optional<Error> fault;
  Fields payload = payload_fields(envelope, fault);
  Nack nack;
  nack.delivery_id = payload.required_text("deliveryId", limits::id_bytes);
  nack.reason = payload.text("reason");
  if (nack.reason && nack.reason->size() > limits::nack_reason_bytes) {
    payload.fault(
        over_limit("payload.reason bytes", limits::nack_reason_bytes, nack.reason->size()));
  }
  nack.requeue = payload.flag("requeue").value_or(true);
  return decoded(std::move(nack), fault);
}

Decoded decode_status(const Envelope& envelope) {
  std::optional<Error> fault;
  Fields payload = payload_fields(envelope, fault);
  return decoded(Status{payload.required_text("messageId", limits::id_bytes)}, fault);
}

}  // namespace signal_hub::wire

// hub:register, hub:unregister, hub:renew, hub:discover, hub:list_actors.
#include <cmath>

#include "base/limits.hpp"
#include "wire/address.hpp"
#include "wire/decoders.hpp"
#include "wire/fields.hpp"

namespace signal_hub::wire {
namespace {

constexpr std::size_t renewal_token_bytes = 256;

std::string read_address(Fields& fields, std::string_view name) {
  std::string address = fields.required_text(name, limits::address_path_bytes + 3);
  if (!is_concrete(address)) {
    fields.object_to(name, "is not a canonical address without `*`.",
                     "@(path), path 1 to 256 bytes");
  }
  return address;
}

void read_ttl(Fields& fields, Registration& registration) {
  const auto seconds = fields.number("ttlSeconds");
  if (!seconds) return;
  // Anything beyond a day is clamped by the registry anyway; here only overflow is avoided.
  const double bounded = std::fmax(-1.0, std::fmin(*seconds, 86'400.0));
  registration.ttl = Millis{static_cast<std::int64_t>(bounded * 1000)};
}

/// True: the oldest make room.
bool read_overflow(Fields& fields) {
  const auto overflow = fields.text("overflow");
  if (!overflow || *overflow == "reject") return false;
  if (*overflow == "drop_oldest") return true;
  fields.object_to("overflow", "must be \"reject\" or \"drop_oldest\".",
                   "\"reject\" or \"drop_oldest\"");
  return false;
}

Registration read_registration(Fields& fields) {
  Registration r;
  r.address = read_address(fields, "actorAddress");
  r.capabilities = read_capabilities(fields);
  if (const auto metadata = fields.object("metadata")) r.metadata = metadata->raw();
  if (r.metadata.size() > limits::actor_metadata_bytes) {
    fields.fault(over_limit(fields.path_of("metadata") + " bytes", limits::actor_metadata_bytes,
                            r.metadata.size()));
  }
  read_ttl(fields, r);
  r.renewal_token = fields.text("renewalToken");
  r.drop_oldest = read_overflow(fields);
  return r;
}

/// One element of `actors`, judged for itself.
Element<Registration> read_element(const JsonView& value, std::size_t index) {
  std::optional<Error> fault;
  const std::string path = "payload.actors[" + std::to_string(index) + "]";
  if (!value.is_object()) {
    return {"", fail(invalid_field(path, path + " must be an object.",
                                   "Send each element as an object with actorAddress and "
                                   "capabilities."))};
  }
  Fields fields(value, path, fault);
  Registration r = read_registration(fields);
  std::string name = r.address;
  if (fault) return {std::move(name), fail(std::move(*fault))};
  return {std::move(name), std::move(r)};
}

void read_bulk(Fields& payload, const JsonView& actors, Register& request) {
  request.bulk = true;
  if (actors.kind() != JsonView::Kind::array) {
    return payload.object_to("actors", "must be an array.", "an array of objects");
  }
  std::size_t index = 0;
  for (ArrayCursor c(actors); c.next(); ++index) {
    if (index == limits::bulk_elements) {
      for (++index; c.next();) ++index;
      return payload.fault(over_limit("payload.actors", limits::bulk_elements, index));
    }
    request.actors.push_back(read_element(c.value(), index));
  }
  if (request.actors.empty()) {
    payload.object_to("actors", "is empty.", "an array of 1 to 100 objects");
  }
}

std::size_t read_limit(Fields& payload) {
  const std::size_t limit = payload.count("limit").value_or(limits::listing);
  if (limit > limits::listing) {
    payload.fault(over_limit("payload.limit", limits::listing, limit));
  }
  if (limit == 0) payload.object_to("limit", "must be at least 1.", "a number from 1 to 100");
  return limit;
}

}  // namespace

Decoded decode_register(const Envelope& envelope) {
  std::optional<Error> fault;
  Fields metadata = metadata_fields(envelope, fault);
  Fields payload = payload_fields(envelope, fault);
  Register request;
  request.renew_on_heartbeat = metadata.flag("renewOnHeartbeat").value_or(false);
  request.durable = read_durable(metadata);
  request.acks = metadata.flag("acks").value_or(false);
  if (fault) return fail(std::move(*fault));
  if (const auto actors = payload.any("actors")) {
    read_bulk(payload, *actors, request);
  } else {
    Registration r = read_registration(payload);
    std::string name = r.address;
    request.actors.push_back({std::move(name), std::move(r)});
  }
  return decoded(std::move(request), fault);
}

Decoded decode_unregister(const Envelope& envelope) {
  std::optional<Error> fault;
  Fields metadata = metadata_fields(envelope, fault);
  Unregister request;
  request.durable = read_durable(metadata);
  if (!envelope.payload.is_null()) {
    Fields payload = payload_fields(envelope, fault);
    request.address = read_address(payload, "actorAddress");
  }
  return decoded(std::move(request), fault);
}

Decoded decode_renew(const Envelope& envelope) {
  std::optional<Error> fault;
  Fields metadata = metadata_fields(envelope, fault);
  Renew request{payload_fields(envelope, fault).required_text("renewalToken", renewal_token_bytes),
                read_durable(metadata)};
  return decoded(std::move(request), fault);
}

Decoded decode_discover(const Envelope& envelope) {
  std::optional<Error> fault;
  Fields payload = payload_fields(envelope, fault);
  const std::string pattern = payload.required_text("pattern", limits::address_path_bytes + 3);
  const auto glob = discovery_glob(pattern);
  if (!glob) {
    payload.object_to("pattern", "is neither a path pattern nor one inside @(…).",
                      "a glob such as service/* or @(service/*)");
  }
  Discover request{glob.value_or(""), payload.text("capability"), read_limit(payload),
                   payload.text("cursor")};
  return decoded(std::move(request), fault);
}

Decoded decode_list_actors(const Envelope& envelope) {
  std::optional<Error> fault;
  ListActors request{0, limits::listing};
  if (envelope.payload.is_null()) return decoded(request, fault);
  Fields payload = payload_fields(envelope, fault);
  request.offset = payload.count("offset").value_or(0);
  request.limit = read_limit(payload);
  return decoded(request, fault);
}

}  // namespace signal_hub::wire

// Fields: typed reading of a request's payload and metadata, with errors that name the path.
//
// Internal to wire's request decoders. The first fault is kept, later reads are harmless, so that a
// decoder reads all it needs and asks once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "wire/envelope.hpp"
#include "wire/member_index.hpp"
#include "wire/requests.hpp"

namespace signal_hub::wire {

class Fields {
 public:
  /// `path` is the prefix of field names in errors: `payload`, `metadata`, `payload.actors[3]`.
  Fields(JsonView object, std::string path, std::optional<Error>& fault)
      : Fields(MemberIndex(object), std::move(path), fault) {}
  Fields(MemberIndex members, std::string path, std::optional<Error>& fault)
      : members_(members), path_(std::move(path)), fault_(fault) {}

  // Missing or null: nullopt (optional ones) or a fault (required ones). Another kind: a fault.
  std::optional<std::string> text(std::string_view name);
  std::string required_text(std::string_view name, std::size_t most_bytes);
  std::optional<bool> flag(std::string_view name);
  std::optional<double> number(std::string_view name);
  std::optional<std::size_t> count(std::string_view name);  // an integer, 0 or more
  std::optional<std::vector<std::string>> texts(std::string_view name);
  std::optional<JsonView> object(std::string_view name);
  std::optional<JsonView> any(std::string_view name) const { return members_.find(name); }

  /// A fault for this field: `<path> <complaint>`.
  void object_to(std::string_view name, std::string_view complaint, std::string_view wanted);
  void fault(Error error);

  std::string path_of(std::string_view name) const { return path_ + "." + std::string(name); }

 private:
  std::optional<JsonView> present(std::string_view name) const;
  void wrong_kind(std::string_view name, std::string_view wanted);

  MemberIndex members_;
  std::string path_;
  std::optional<Error>& fault_;
};

/// The payload as fields; a fault if it is no object.
Fields payload_fields(const Envelope& envelope, std::optional<Error>& fault);
Fields metadata_fields(const Envelope& envelope, std::optional<Error>& fault);

/// A non-empty list of capabilities within the bounds (PROTOCOL.md §4).
std::vector<std::string> read_capabilities(Fields& fields);

/// metadata.durable: the answer is to leave after the commit.
bool read_durable(Fields& metadata);

/// metadata.delivery and metadata.priority.
Delivery read_delivery(Fields& metadata);

}  // namespace signal_hub::wire

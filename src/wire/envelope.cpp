#include "wire/envelope.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>

#include "base/limits.hpp"
#include "wire/address.hpp"

namespace signal_hub::wire {
namespace {

enum class Name : std::uint8_t {
  id,
  from,
  to,
  type,
  payload,
  pattern,
  correlation_id,
  timestamp,
  metadata,
  ttl,
  signature,
  unknown
};

/// REQUIRES: the key is as long as each name.
template <std::size_t N>
Name one_of(std::string_view key, const char (&a)[N], Name if_a, const char (&b)[N], Name if_b) {
  if (std::memcmp(key.data(), a, N - 1) == 0) return if_a;
  return std::memcmp(key.data(), b, N - 1) == 0 ? if_b : Name::unknown;
}

Name name_of(std::string_view key) {
  switch (key.size()) {
    case 2: return one_of(key, "id", Name::id, "to", Name::to);
    case 3: return one_of(key, "ttl", Name::ttl, "ttl", Name::ttl);
    case 4: return one_of(key, "from", Name::from, "type", Name::type);
    case 7: return one_of(key, "payload", Name::payload, "pattern", Name::pattern);
    case 8: return one_of(key, "metadata", Name::metadata, "metadata", Name::metadata);
    case 9: return one_of(key, "timestamp", Name::timestamp, "signature", Name::signature);
    case 13: return key == "correlationId" ? Name::correlation_id : Name::unknown;
    default: return Name::unknown;
  }
}

/// The members the hub knows, last one winning, before any type is checked.
class Members {
 public:
  explicit Members(const JsonOutline& outline) : inner_(outline.inner) {
    for (const JsonOutline::Outer& m : outline.members) {
      place(m.key_has_escapes ? name_of(unescape(m.key)) : name_of(m.key)) = &m;
    }
  }

  std::optional<JsonView> operator[](Name name) const {
    const JsonOutline::Outer* m = found_[static_cast<std::size_t>(name)];
    if (m == nullptr) return std::nullopt;
    return JsonView::exactly(m->value);
  }

  /// Those of an object among them.
  MemberIndex inside(Name name) const {
    const JsonOutline::Outer* m = found_[static_cast<std::size_t>(name)];
    return MemberIndex(m == nullptr ? inner_.first(0) : inner_.subspan(m->first, m->count));
  }

 private:
  using Found = const JsonOutline::Outer*;
  Found& place(Name name) { return found_[static_cast<std::size_t>(name)]; }

  std::array<Found, static_cast<std::size_t>(Name::unknown) + 1> found_{};
  std::span<const JsonMember> inner_;
};

std::string_view kind_name(const JsonView& v) {
  switch (v.kind()) {
    case JsonView::Kind::null: return "null";
    case JsonView::Kind::boolean: return "a boolean";
    case JsonView::Kind::number: return "a number";
    case JsonView::Kind::string: return "a string";
    case JsonView::Kind::array: return "an array";
    case JsonView::Kind::object: return "an object";
  }
  return "";
}

Error wrong(std::string_view field, std::string_view wanted, const std::optional<JsonView>& got) {
  const std::string name(field);
  const std::string found = got ? "is " + std::string(kind_name(*got)) : "is missing";
  return invalid_field(field, name + " " + found + "; it must be " + std::string(wanted) + ".",
                       "Send " + name + " as " + std::string(wanted) + ".");
}

/// Reads the members into an envelope; stops at the first that is wrong.
class Reader {
 public:
  /// `unescaped` takes the strings that had escapes; null: the text has none.
  Reader(const Members& members, std::string* unescaped) : m_(members), unescaped_(unescaped) {}

  std::optional<Error> read(Envelope& e) {
    text("id", m_[Name::id], limits::id_bytes, e.id);
    address(e);
    plain("to", m_[Name::to], e.to);
    text("type", m_[Name::type], limits::type_bytes, e.type);
    pattern(e);
    times(e);
    if (const auto value = m_[Name::payload]) e.payload = *value;
    e.payload_members = m_.inside(Name::payload);
    metadata(e);
    nullable("correlationId", m_[Name::correlation_id], limits::id_bytes, e.correlation_id);
    nullable("signature", m_[Name::signature], std::numeric_limits<std::size_t>::max(),
             e.signature);
    return std::move(error_);
  }

 private:
  void fault(Error error) {
    if (!error_) error_ = std::move(error);
  }

  /// Any string, in place where it has no escapes.
  std::optional<std::string_view> string_of(const JsonView& v) {
    if (v.kind() != JsonView::Kind::string) return std::nullopt;
    if (unescaped_ == nullptr) return v.raw().substr(1, v.raw().size() - 2);
    if (const auto plain = v.plain_string()) return plain;
    const std::size_t at = unescaped_->size();
    *unescaped_ += *v.string();  // reserved for the whole frame: earlier views stay valid
    return std::string_view(*unescaped_).substr(at);
  }

  void plain(std::string_view field, const std::optional<JsonView>& v, std::string_view& out) {
    const auto text = v ? string_of(*v) : std::nullopt;
    if (!text) return fault(wrong(field, "a string", v));
    out = *text;
  }

  bool sized(std::string_view field, std::string_view value, std::size_t most) {
    if (!value.empty() && value.size() <= most) return true;
    fault(invalid_field(
        field,
        std::string(field) + " has " + std::to_string(value.size()) + " bytes; it must have 1 to " +
            std::to_string(most) + ".",
        "Send " + std::string(field) + " with 1 to " + std::to_string(most) + " bytes."));
    return false;
  }

  void text(std::string_view field, const std::optional<JsonView>& v, std::size_t most,
            std::string_view& out) {
    plain(field, v, out);
    if (!error_) sized(field, out, most);
  }

  void nullable(std::string_view field, const std::optional<JsonView>& v, std::size_t most,
                std::optional<std::string_view>& out) {
    if (!v || v->is_null()) return;
    std::string_view value;
    plain(field, v, value);
    if (!error_ && sized(field, value, most)) out = value;
  }

  void address(Envelope& e) {
    plain("from", m_[Name::from], e.from);
    if (error_ || is_canonical(e.from)) return;
    fault(invalid_field("from", "from is not a canonical address.",
                        "Send from as @(path), path 1 to 256 bytes without parentheses or control "
                        "characters."));
  }

  void pattern(Envelope& e) {
    std::string_view value;
    plain("pattern", m_[Name::pattern], value);
    if (error_) return;
    if (value == "ask") {
      e.pattern = Pattern::ask;
    } else if (value != "tell") {
      fault(invalid_field("pattern", "pattern must be \"tell\" or \"ask\".",
                          "Send pattern as \"tell\" or \"ask\"."));
    }
  }

  std::optional<std::int64_t> millis(std::string_view field, const std::optional<JsonView>& v) {
    constexpr double most = 9.0e15;  // far beyond any date, and exact as a double
    // As they come almost always; an integer is read in a third of a double's time.
    if (const auto whole = v ? v->integer() : std::nullopt;
        whole && std::abs(static_cast<double>(*whole)) <= most) {
      return whole;
    }
    const auto value = v ? v->number() : std::nullopt;
    if (!value || std::abs(*value) > most) {
      fault(wrong(field, "a number of milliseconds", v));
      return std::nullopt;
    }
    return static_cast<std::int64_t>(std::floor(*value));
  }

  void times(Envelope& e) {
    if (const auto ms = millis("timestamp", m_[Name::timestamp])) e.timestamp = from_epoch_ms(*ms);
    const auto value = m_[Name::ttl];
    if (!value || value->is_null()) return;
    if (const auto ms = millis("ttl", value)) e.ttl = Millis{*ms};
  }

  void metadata(Envelope& e) {
    e.metadata = m_[Name::metadata].value_or(JsonView("{}"));
    e.metadata_members = m_.inside(Name::metadata);
    if (!e.metadata.is_object()) fault(wrong("metadata", "an object", m_[Name::metadata]));
  }

  const Members& m_;
  std::string* unescaped_;
  std::optional<Error> error_;
};

BadEnvelope not_json(JsonVerdict verdict) {
  BadEnvelope bad{{ErrorCode::invalid_json, {}, {}, {}}, {}, {}, false};
  switch (verdict) {
    case JsonVerdict::too_deep: bad.error.message = "The JSON is nested deeper than 256."; break;
    case JsonVerdict::bad_utf8:
      bad.error.message = "The frame is not valid UTF-8.";
      bad.bad_utf8 = true;
      break;
    default: bad.error.message = "The frame is not valid JSON."; break;
  }
  return bad;
}

/// What can be read of a faulty envelope, so that its sender can tell which it was.
BadEnvelope faulty(Error error, const Members& m) {
  BadEnvelope bad{std::move(error), {}, {}, false};
  if (const auto id = m[Name::id]) bad.id = id->string();
  if (bad.id && (bad.id->empty() || bad.id->size() > limits::id_bytes)) bad.id.reset();
  if (const auto from = m[Name::from]) bad.from = from->string();
  if (bad.from && !is_canonical(*bad.from)) bad.from.reset();
  return bad;
}

// Scratch memory beyond this is given back after the message that needed it.
constexpr std::size_t kept_scratch = std::size_t{256} * 1024;

}  // namespace

bool Envelope::expired(WallTime now) const { return ttl && timestamp + *ttl < now; }

std::optional<Millis> Envelope::remaining_ttl(WallTime now) const {
  if (!ttl) return std::nullopt;
  return timestamp + *ttl - now;
}

Result<Envelope, BadEnvelope> EnvelopeDecoder::decode(std::string_view bytes) {
  if (frame_.capacity() > kept_scratch && bytes.size() < kept_scratch / 2) {
    frame_ = {};
    outline_ = {};
  }
  frame_.reserve(bytes.size() + JsonChecker::padding);
  frame_.assign(bytes);
  const std::string_view text(frame_);
  const JsonVerdict verdict = checker_.check(text, outline_);
  if (verdict != JsonVerdict::valid) return fail(not_json(verdict));
  if (!JsonView(text).is_object()) {
    return fail(BadEnvelope{
        {ErrorCode::invalid_message, "The message is not a JSON object.", {}, {}}, {}, {}, false});
  }
  const Members members(outline_);
  if (outline_.escapes) {
    unescaped_.clear();
    unescaped_.reserve(text.size());
  }
  Envelope envelope;
  if (auto error = Reader(members, outline_.escapes ? &unescaped_ : nullptr).read(envelope)) {
    return fail(faulty(std::move(*error), members));
  }
  return envelope;
}

}  // namespace signal_hub::wire

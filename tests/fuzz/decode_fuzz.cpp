// Any frame decodes or is refused; whatever would be forwarded or answered is valid JSON.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "wire/answers.hpp"
#include "wire/envelope.hpp"
#include "wire/forward.hpp"
#include "wire/requests.hpp"

namespace {

using namespace signal_hub;
using namespace signal_hub::wire;

void must_be_valid(const std::string& text) {
  if (check_grammar(text) != JsonVerdict::valid) std::abort();
}

void check_error(const Error& error) {
  std::string text;
  JsonWriter out(text);
  write_error(out, error);
  must_be_valid(text);
}

void check_forward(const Envelope& e, const Content& content) {
  const std::string metadata = send_metadata(e.metadata, "@(hub)", e.id, false);
  std::string text;
  write_head(text, "id", e.to);
  write_tail(text, {e.from, content.type, content.data, e.correlation_id, e.timestamp, metadata,
                    e.remaining_ttl(e.timestamp)});
  must_be_valid(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static EnvelopeDecoder decoder;
  const auto envelope = decoder.decode({reinterpret_cast<const char*>(data), size});
  if (!envelope) {
    check_error(envelope.error().error);
    return 0;
  }
  must_be_valid(trace_metadata(envelope->metadata));
  const auto request = decode_request(*envelope);
  if (!request) {
    check_error(request.error());
  } else if (const auto* send = std::get_if<Send>(&*request)) {
    check_forward(*envelope, send->content);
  }
  return 0;
}

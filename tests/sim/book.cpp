#include "book.hpp"

#include <charconv>

namespace signal_hub::sim {

std::optional<std::uint32_t> request_of_id(std::string_view id) {
  if (!id.starts_with('m')) return std::nullopt;
  std::uint32_t n = 0;
  const char* end = id.data() + id.size();
  const auto [at, error] = std::from_chars(id.data() + 1, end, n);
  if (error != std::errc{} || at != end) return std::nullopt;
  return n;
}

bool Request::is_stored() const {
  return kind == Kind::send && answer.find(R"("status":"queued")") != std::string::npos;
}

std::string describe(const Request& request) {
  std::string out = "m" + std::to_string(request.n) + " " + request.text.substr(0, 300);
  for (const Request::Handover& h : request.handed) {
    out += "\n    handed over on link " + std::to_string(h.link) + " at step " +
           std::to_string(h.at) + ", answers " + std::to_string(h.answers);
  }
  if (request.answered != open_end) {
    out += "\n    answered at step " + std::to_string(request.answered) + ": " +
           request.answer_type + " " + request.answer.substr(0, 200);
  }
  return out;
}

}  // namespace signal_hub::sim

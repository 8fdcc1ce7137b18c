#include "adapters/ws/library_log.hpp"

#include <libwebsockets.h>

#include <string_view>

namespace signal_hub::adapters {
namespace {

app::TransportEvents* sink = nullptr;

void emit(int, const char* line) {
  if (sink == nullptr) return;
  std::string_view text(line);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  sink->library_log(text);
}

}  // namespace

LibraryLog::LibraryLog(app::TransportEvents& events) {
  sink = &events;
  lws_set_log_level(LLL_ERR | LLL_WARN, emit);
}

LibraryLog::~LibraryLog() {
  sink = nullptr;
  lws_set_log_level(0, nullptr);
}

}  // namespace signal_hub::adapters

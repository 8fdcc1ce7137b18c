#include "app/admin/streams.hpp"

#include "base/limits.hpp"

namespace signal_hub::app::admin {
namespace {

constexpr Millis interval{1'000};
constexpr unsigned missed_most = 10;

std::string event(const std::string& stats) { return "event: stats\ndata: " + stats + "\n\n"; }

}  // namespace

bool Streams::has_room() const { return readers_.size() < limits::admin_streams; }

HttpResponse Streams::begin(HttpId http, const std::string& stats, Now now) {
  if (readers_.empty()) next_ = now.mono + interval;
  readers_.push_back({http});
  HttpResponse response;
  response.content_type = "text/event-stream";
  response.stream = true;
  response.body = event(stats);
  response.headers.emplace_back("X-Accel-Buffering", "no");  // nginx would hold it back
  return response;
}

void Streams::gone(HttpId http) {
  std::erase_if(readers_, [http](const Reader& reader) { return reader.http == http; });
  if (readers_.empty()) next_ = never;
}

void Streams::run(HttpAnswers& answers, const std::function<std::string()>& stats, Now now) {
  if (now.mono < next_) return;
  next_ = now.mono + interval;
  const std::string text = event(stats());
  for (Reader& reader : readers_) {
    reader.missed = answers.stream(reader.http, text) ? 0 : reader.missed + 1;
    if (reader.missed == missed_most) answers.hang_up(reader.http);
  }
}

}  // namespace signal_hub::app::admin

// The administration API: access, routing, and answers that come later (docs/openapi.yaml).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/admin/controls.hpp"
#include "app/admin/refusal.hpp"
#include "app/admin/streams.hpp"
#include "app/admin/waiting.hpp"
#include "app/archive.hpp"
#include "app/event_ring.hpp"
#include "app/ports.hpp"
#include "core/hub.hpp"

namespace signal_hub::app::admin {

class Api {
 public:
  struct Parts {
    core::Hub& hub;
    Controls& controls;
    Archive& archive;
    const EventRing& events;
    HttpAnswers& answers;
  };
  explicit Api(Parts parts) : parts_(parts) {}

  /// Empty: there is no administration over the network.
  void set_token(std::string token) { token_ = std::move(token); }

  /// As TransportEvents, for paths that is_api_path() takes.
  std::size_t body_limit(const HttpRequest& request) const;
  std::optional<HttpResponse> http(HttpId id, const HttpRequest& request, Now now);
  void http_gone(HttpId id);

  /// Before the turn's effects are carried out: what is due by time, and the archive's replies.
  void run(Now now);
  /// After them: what the hub has answered.
  void answer();
  /// When run() has something to do although nothing happens; `never`: nothing.
  MonoTime next_deadline() const;

 private:
  Checked<bool> admit(const HttpRequest& request) const;
  void note_refused(const HttpRequest& request, Now now);
  std::optional<HttpResponse> respond(HttpId id, const HttpRequest& request, Now now);
  HttpResponse open_stream(HttpId id, const HttpRequest& request, Now now);
  void hand_out(const Waiting::Answered& answered);

  Parts parts_;
  std::string token_;
  Waiting waiting_;
  Streams streams_;
  std::size_t refused_ = 0;  // wrong tokens not yet told of
  MonoTime refusals_told_ = MonoTime::min();
};

}  // namespace signal_hub::app::admin

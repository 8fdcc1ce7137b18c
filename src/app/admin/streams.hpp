// /stream: readers of the live figures.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/ports.hpp"
#include "base/time.hpp"

namespace signal_hub::app::admin {

class Streams {
 public:
  bool has_room() const;

  /// The answer's beginning, with the first event; its connection is a reader from now on.
  HttpResponse begin(HttpId http, const std::string& stats, Now now);

  void gone(HttpId http);

  /// Sends what is due; `stats` is asked once, and only if somebody reads.
  void run(HttpAnswers& answers, const std::function<std::string()>& stats, Now now);

  MonoTime next_deadline() const { return next_; }

 private:
  struct Reader {
    HttpId http;
    unsigned missed = 0;  // in a row
  };
  std::vector<Reader> readers_;
  MonoTime next_ = never;
};

}  // namespace signal_hub::app::admin

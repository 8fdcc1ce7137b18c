#include "driver.hpp"

#include <algorithm>

namespace hub_bench {
namespace {

constexpr Nanos longest_wait = second / 20;

}  // namespace

std::optional<Sample> Driver::look() const {
  if (context_.options.pid == 0) return std::nullopt;
  return sample(context_.options.pid);
}

void Driver::turn(Nanos timeout) {
  context_.loop.turn(timeout);
  scenario_.every_turn();
  context_.loop.flush();
  progress_.tick();
}

template <typename Done>
bool Driver::turn_until(Done done) {
  context_.tally.news(now());
  while (!done()) {
    if (now() - context_.tally.last_news() > context_.options.timeout) return false;
    turn(longest_wait);
  }
  return true;
}

bool Driver::prepare() {
  const Nanos began = now();
  scenario_.prepare();
  const bool went = turn_until([&] { return scenario_.ready() || !context_.tally.clean(); });
  if (!went) context_.tally.fault(Tally::Fault::refused, "no answer while connecting");
  course_.prepared_in = now() - began;
  return context_.tally.clean();
}

bool Driver::all_sent() const {
  if (limit_ != 0) return context_.tally.sent_count() >= limit_;
  if (now() < course_.measured_until) return false;
  // What was due in time is sent, however late; unless the hub lets nobody send.
  return context_.options.rate == 0 || next_due() >= course_.measured_until ||
         !scenario_.open(next_sender());
}

Nanos Driver::next_due() const {
  return began_ + static_cast<Nanos>(static_cast<double>(context_.tally.sent_count()) * second /
                                     static_cast<double>(context_.options.rate));
}

std::size_t Driver::next_sender() const {
  const std::size_t senders = scenario_.senders();
  return senders == 0 ? 0 : context_.tally.sent_count() % senders;
}

void Driver::send_by_window() {
  // One each in turn, so that the first does not use up what is left of a limit.
  for (bool sent = true; sent;) {
    sent = false;
    for (std::size_t i = 0; i < scenario_.senders() && !all_sent(); ++i) {
      if (!scenario_.has_room(i)) continue;
      scenario_.send(i, now());
      sent = true;
    }
  }
}

void Driver::send_by_rate() {
  while (scenario_.senders() > 0 && !all_sent()) {
    // What is late is sent at once, and counts from when it was due.
    const Nanos due = next_due();
    if (due > now() || due >= course_.measured_until || !scenario_.open(next_sender())) return;
    scenario_.send(next_sender(), due);
  }
}

void Driver::watch_span() {
  const Nanos at = now();
  if (!course_.at_from && at >= course_.measured_from) course_.at_from = look();
  if (!course_.at_until && limit_ == 0 && at >= course_.measured_until) course_.at_until = look();
}

void Driver::load() {
  const Options& options = context_.options;
  limit_ = options.messages != 0 ? options.messages : scenario_.limit();
  if (scenario_.limit() != 0) limit_ = std::min(limit_, scenario_.limit());
  if (scenario_.senders() == 0) limit_ = 0;
  began_ = now();
  course_.measured_from = limit_ == 0 ? began_ + options.warm_up : began_;
  course_.measured_until = limit_ == 0 ? course_.measured_from + options.duration : INT64_MAX;
  context_.tally.measure_from(course_.measured_from);
  context_.tally.measure_until(course_.measured_until);
  context_.tally.news(began_);
  while (!all_sent()) {
    // Silence is a fault only of a hub that owes something.
    const bool owes = !scenario_.settled();
    if (!owes) context_.tally.news(now());
    if (owes && now() - context_.tally.last_news() > options.timeout) break;
    watch_span();
    options.rate != 0 ? send_by_rate() : send_by_window();
    context_.loop.flush();
    const Nanos beat = options.rate == 0 ? longest_wait : second / static_cast<Nanos>(options.rate);
    turn(std::min(longest_wait, beat));
  }
  watch_span();
}

Course Driver::run() {
  course_.before = look();
  if (prepare()) {
    load();
    const bool settled = turn_until([&] { return scenario_.settled(); });
    if (limit_ != 0) {
      course_.measured_until = context_.tally.last_news();
      course_.at_until = look();
    }
    if (settled) {
      scenario_.finish();
      turn_until([&] { return scenario_.finished(); });
    }
    scenario_.close_books();
  }
  progress_.end();
  return course_;
}

}  // namespace hub_bench

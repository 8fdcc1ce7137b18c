#include "process.hpp"

#include <csignal>
#include <functional>
#include <utility>

namespace signal_hub::sim {
namespace {

constexpr Micros turn_takes{20};        // before the next one can begin
constexpr Micros poll_takes_most{300};  // events of this long may come in one turn

/// The monotonic clock of another boot starts elsewhere.
Millis boot(std::uint64_t run) { return Millis{static_cast<std::int64_t>(1'000'000 * run)}; }

/// Keyed by a constant, as by a key that is kept in the database.
std::string mac(std::string_view text) {
  std::uint64_t h = 0x9e3779b97f4a7c15U;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return std::to_string(h);
}

Settings settings_of(const Plan& plan) {
  Settings settings;
  settings.hub = plan.hub;
  settings.server = plan.server;
  return settings;
}

}  // namespace

Process::Process(Around around, Disk& disk, app::Transport& transport, std::uint64_t run)
    : around_(around),
      run_(run),
      loop_time_(around.schedule.now()),
      loop_wall_(around.schedule.wall()),
      settings_(settings_of(around.plan)),
      store_(around.plan.store, disk, around.schedule, around.dice, around.trace,
             [this] { wake(around_.schedule.now()); }),
      hub_(settings_.hub, nullptr, mac, around.plan.seed * 1'000 + run, now()),
      server_({hub_, store_, *this, *this, *this, [] { return app::ProcessFigures{}; },
               [this]() -> Result<app::Server::Reloaded, std::string> {
                 return app::Server::Reloaded{settings_, {}};
               },
               [this] { stopped_ = true; }},
              settings_) {
  recover(disk);
  server_.start(transport);
  wake(around_.schedule.now());
}

Process::~Process() = default;

void Process::recover(Disk& disk) {
  struct Into final : core::RecoveredMessages {
    Into(core::Hub& h, core::Restored d, Now n) : hub(h), done(d), now(n) {}
    void take(std::span<core::RecoveredMessage> messages) override {
      hub.restore_messages(messages, done, now);
    }
    core::Hub& hub;
    core::Restored done;
    Now now;
  };
  Into into(hub_, hub_.restore(disk.begin_run(now().wall), now()), now());
  disk.recover_messages(into);
  hub_.finish_restore(into.done, now());
}

Now Process::now() const {
  const auto since = std::chrono::duration_cast<Millis>(loop_time_);
  return {MonoTime{boot(run_) + since}, loop_wall_};
}

void Process::post(HubEvent event) {
  inbox_.push_back(std::move(event));
  wake(around_.schedule.now() + around_.dice.between(Micros{0}, poll_takes_most));
}

void Process::terminate() {
  post([this](app::TransportEvents&) { server_.signal(SIGTERM); });
}

void Process::wake(Micros at) {
  if (stopped_ || (next_turn_ && *next_turn_ <= at)) return;
  next_turn_ = at;
  around_.schedule.at(at, [this, at, alive = std::weak_ptr(alive_)] {
    if (!alive.expired() && next_turn_ == at) turn();
  });
}

/// When the armed timer has the loop turn.
void Process::wake_for_deadline() {
  if (deadline_ == never) return;
  const Micros soonest = loop_time_ + turn_takes;
  if (deadline_ <= now().mono) return wake(soonest);
  wake(std::max(soonest, Micros{deadline_.time_since_epoch() - boot(run_)}));
}

/// As the loop does it: I/O, end of turn, timers, end of turn, and then it waits.
void Process::turn() {
  next_turn_.reset();
  loop_time_ = around_.schedule.now();
  loop_wall_ = around_.schedule.wall();
  working_.swap(inbox_);
  for (const HubEvent& event : working_) event(server_);
  working_.clear();
  server_.end_of_turn();
  if (!stopped_ && deadline_ <= now().mono) {
    if (deadline_ != MonoTime::min()) deadline_ = never;
    server_.timer();
  }
  if (!stopped_) server_.end_of_turn();
  around_.events.turn_ended(stats(), loop_time_);
  if (stopped_) return around_.events.exited(server_.exit_code());
  if (!inbox_.empty()) wake(loop_time_ + turn_takes);
  wake_for_deadline();
}

void Process::write(WallTime, app::Level, std::string_view event,
                    std::span<const app::LogField> fields) {
  std::string text(event);
  for (const app::LogField& field : fields) {
    text.append(1, ' ').append(field.name).append(1, '=');
    if (const auto* s = std::get_if<std::string>(&field.value)) text += *s;
    if (const auto* i = std::get_if<std::int64_t>(&field.value)) text += std::to_string(*i);
  }
  around_.trace.note(around_.schedule.now(), "log", run_, text);
  around_.events.logged(event, fields);
}

}  // namespace signal_hub::sim

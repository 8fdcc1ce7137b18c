#include "world.hpp"

#include <algorithm>
#include <utility>

namespace signal_hub::sim {
namespace {

constexpr Micros second{1'000'000};
constexpr Micros settling = 70 * second;     // after the last deed: idle timeouts, throttles, cuts
constexpr Micros forgetting = 400 * second;  // longer than any idle timeout, TTL or memory
constexpr Micros jump_most = 3 * 3'600 * second;
constexpr Micros downtime_most = 2 * second;
constexpr std::size_t events_most = 3'000'000;  // more: somebody runs in circles

class World final : private ClientEvents, private RunEvents {
 public:
  World(const Plan& plan, std::ostream* trace)
      : plan_(plan),
        disk_(app::Retention{plan.hub.receipt_ttl, plan.hub.dedupe_window}),
        dice_(plan.seed ^ 0x5bd1e995U),
        trace_(trace),
        oracle_(plan_, book_, disk_, schedule_),
        network_(plan_, schedule_, dice_, trace_, *this, oracle_,
                 [this](HubEvent event) { return post(std::move(event)); }) {}

  Outcome run() {
    disk_.watch([this](const Disk::News& news) { oracle_.committed(news); });
    start_hub();
    for (std::uint32_t i = 0; i < plan_.clients; ++i) {
      clients_.push_back(
          std::make_unique<Client>(Client::Around{plan_, schedule_, dice_, network_, book_}, i));
      clients_.back()->start();
    }
    plan_ends();
    pass(plan_.duration);
    quieten();
    empty();
    return {trace_.hash(), book_.fault, book_.requests.size(), deliveries_, oracle_.tally()};
  }

 private:
  bool well() const { return book_.fault.empty(); }

  bool post(HubEvent event) {
    if (process_ == nullptr) return false;
    process_->post(std::move(event));
    return true;
  }

  /// Time passes, up to a fault.
  void pass(Micros time) {
    const Micros until = schedule_.now() + time;
    while (well() && schedule_.step(until)) {
      if (++events_ > events_most) book_.fail("the world does not come to rest");
    }
  }

  void plan_ends() {
    for (std::size_t i = 0; i < plan_.crashes + plan_.stops; ++i) {
      const bool crash = i < plan_.crashes;
      schedule_.at(dice_.between(Micros{0}, plan_.duration), [this, crash] {
        if (process_ == nullptr) return;
        crash ? end_hub("crash") : process_->terminate();
      });
    }
    for (std::size_t i = 0; i < plan_.clock_jumps; ++i) {
      schedule_.at(dice_.between(Micros{0}, plan_.duration), [this] { jump(); });
    }
  }

  void jump() {
    const bool forwards = dice_.chance(50);
    const Millis by = std::chrono::duration_cast<Millis>(dice_.between(Micros{0}, jump_most));
    schedule_.jump_wall(forwards ? by : -by);
    if (!forwards) jumped_back_ += by;
    trace_.note(schedule_.now(), forwards ? "clock forwards" : "clock backwards",
                static_cast<std::uint64_t>(by.count()), {});
    oracle_.tally().add(forwards ? Situation::clock_forwards : Situation::clock_backwards);
  }

  /// A run is about to end.
  void count_run() {
    const core::Stats stats = process_->stats();
    deliveries_ += stats.deliveries;
    oracle_.tally().add(Situation::ack_timeout, stats.ack_timeouts);
    oracle_.tally().add(Situation::attempt_lost_with_its_link, stats.attempts_lost);
  }

  void start_hub() {
    ++run_;
    trace_.note(schedule_.now(), "start", run_, {});
    if (!plan_.store.persistent) disk_.wipe();
    oracle_.started(schedule_.wall(), schedule_.now());
    process_ = std::make_unique<Process>(Process::Around{plan_, schedule_, dice_, trace_, *this},
                                         disk_, network_, run_);
    network_.listen();
  }

  void end_hub(std::string_view how) {
    trace_.note(schedule_.now(), how, run_, {});
    count_run();
    const bool clean = how == "stopped";
    if (!clean) process_->crash();
    process_.reset();
    network_.hub_died(dice_.chance(80));
    oracle_.died(clean);
    schedule_.after(dice_.between(Micros{1}, downtime_most), [this] { start_hub(); });
  }

  void quieten() {
    for (const auto& client : clients_) client->rest();
    network_.calm();
    pass(settling);
    for (const auto& client : clients_) client->settle();
    pass(settling);
    if (!well() || process_ == nullptr) return;
    oracle_.check_quiet(process_->stats());
    for (const auto& client : clients_) {
      if (!client->paused().empty()) {
        book_.fail("a sender to " + *client->paused().begin() + " was never resumed");
      }
    }
    for (const auto& link : network_.links()) {
      if (link->hub_end && link->paused) {
        book_.fail("link " + std::to_string(link->serial) + " is not read any more");
      }
    }
  }

  void empty() {
    for (const auto& client : clients_) client->leave();
    pass(forgetting + jumped_back_);
    if (!well() || process_ == nullptr) return;
    count_run();
    oracle_.check_empty(process_->stats());
  }

  // ClientEvents
  void opened(Link& link) override { clients_[link.client]->opened(link); }
  void refused(Link& link) override { clients_[link.client]->refused(link); }
  void received(Link& link, const std::string& text) override {
    clients_[link.client]->received(link, text);
  }
  void ended(Link& link, unsigned) override { clients_[link.client]->ended(link); }

  // RunEvents
  void logged(std::string_view event, std::span<const app::LogField> fields) override {
    oracle_.logged(event, fields, schedule_.now());
  }
  void turn_ended(const core::Stats& stats, Micros at) override { oracle_.turn_ended(stats, at); }
  void exited(int code) override {
    const bool unsaved = code == app::exit_unsaved;
    const bool slow = plan_.store.fail_percent != 0 || plan_.store.slow_percent != 0;
    if (code != app::exit_ok && !(unsaved && slow)) {
      book_.fail("exit code " + std::to_string(code));
    }
    schedule_.after(Micros{0}, [this, unsaved] {
      if (process_ != nullptr) end_hub(unsaved ? "unsaved" : "stopped");
    });
  }

  Plan plan_;
  Disk disk_;
  Schedule schedule_;
  Dice dice_;
  Trace trace_;
  Book book_;
  Oracle oracle_;
  Network network_;
  std::unique_ptr<Process> process_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::uint64_t run_ = 0;
  std::size_t events_ = 0;
  std::uint64_t deliveries_ = 0;
  Micros jumped_back_{0};  // the wall clock, in all
};

}  // namespace

Outcome run_plan(const Plan& plan, std::ostream* trace) { return World(plan, trace).run(); }

Outcome run_seed(std::uint64_t seed, std::ostream* trace) {
  return run_plan(make_plan(seed), trace);
}

}  // namespace signal_hub::sim

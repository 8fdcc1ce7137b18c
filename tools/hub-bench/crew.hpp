#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "client.hpp"
#include "scenario.hpp"

namespace hub_bench {

/// Clients of one role. Refusals, damage and connections that end are booked here; what else
/// arrives goes to the hooks.
class Crew : private Client::Listener {
 public:
  struct Hooks {
    std::function<void(Client&, Nanos at)> ready;
    std::function<void(Client&, const Stamp&, Nanos at)> delivery;
    /// Instead of `delivery`, for those who look at what came with it.
    std::function<void(Client&, const Stamp&, std::string_view text, Nanos at)> message;
    std::function<void(Client&, const Answer&, Nanos at)> answer;
    /// Whether it was to be expected that the hub refuses this.
    std::function<bool(const Answer&)> expects;
    /// Without it, an end is a fault.
    std::function<void(Client&, const std::string& why)> ended;
  };

  Crew(Context& context, Hooks hooks) : context_(context), hooks_(std::move(hooks)) {}

  void add(Client::Role role);
  void start(std::size_t index);
  /// Starts all, some at a time.
  void start_all();
  void cut_all();
  void fence();

  [[nodiscard]] bool ready() const { return ready_ == clients_.size(); }
  [[nodiscard]] bool fenced() const { return fences_ == 0; }
  [[nodiscard]] std::size_t size() const { return clients_.size(); }
  Client& operator[](std::size_t index) { return *clients_[index]; }

 private:
  void ready(Client& client, Nanos at) override;
  void delivery(Client& client, const Stamp& stamp, bool whole, std::string_view text,
                Nanos at) override;
  void answer(Client& client, const Answer& answer, Nanos at) override;
  void ended(Client& client, const std::string& why) override;

  Context& context_;
  Hooks hooks_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::optional<in_addr>> sources_;
  std::size_t ready_ = 0;
  std::size_t starting_all_ = 0;  // how many of start_all() are started
  bool all_ = false;
  std::size_t fences_ = 0;  // not yet answered
};

/// Whether the answer says that something was not done.
bool refuses(const Answer& answer);

}  // namespace hub_bench

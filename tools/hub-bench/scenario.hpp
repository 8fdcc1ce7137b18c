#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "endpoint.hpp"
#include "loop.hpp"
#include "options.hpp"
#include "peers/dialect.hpp"
#include "tally.hpp"

namespace hub_bench {

/// What every scenario of one run shares.
struct Context {
  Loop& loop;
  const Options& options;
  const Endpoint& endpoint;
  Tally& tally;
  const Dialect* dialect;         ///< null: the server is a hub
  std::string name;               ///< begins every address and topic, so that runs do not meet
  std::uint32_t connections = 0;  ///< made so far, which spreads them over source addresses
};

/// A figure that only one scenario has.
struct Extra {
  std::string name;  ///< as in the JSON report
  double value;
};

/// One kind of load. Says who may send what when; the driver decides when who does.
class Scenario {
 public:
  Scenario() = default;
  Scenario(const Scenario&) = delete;
  Scenario& operator=(const Scenario&) = delete;
  virtual ~Scenario() = default;

  /// Starts to open what the load needs.
  virtual void prepare() = 0;
  [[nodiscard]] virtual bool ready() const = 0;
  /// Once a turn, for what must not be done while something is received.
  virtual void every_turn() {}

  [[nodiscard]] virtual std::size_t senders() const = 0;
  /// How many messages there are in all; 0: as many as time allows.
  [[nodiscard]] virtual std::uint64_t limit() const { return 0; }
  /// Whether the sender's window has room. At a fixed rate only `open` counts: whether it could.
  [[nodiscard]] virtual bool has_room(std::size_t sender) const = 0;
  [[nodiscard]] virtual bool open(std::size_t sender) const = 0;
  virtual void send(std::size_t sender, Nanos intended) = 0;
  /// All that was sent has come to its end.
  [[nodiscard]] virtual bool settled() const = 0;

  /// After that: makes sure that nothing comes that should not.
  virtual void finish() {}
  [[nodiscard]] virtual bool finished() const { return true; }
  /// Books what has not come.
  virtual void close_books() = 0;
  [[nodiscard]] virtual std::vector<Extra> extras() const { return {}; }
  /// Whether memory grows by nothing but the connections.
  [[nodiscard]] virtual bool weighs_connections() const { return false; }
};

/// By the name in the options.
std::unique_ptr<Scenario> make_scenario(Context& context);

/// `window` of the options, or where that is 0 `usual`, but not more than a megabyte.
std::uint64_t window_of(const Options& options, std::uint64_t usual);

}  // namespace hub_bench

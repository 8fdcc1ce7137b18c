#include "options.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "envelopes.hpp"
#include "peers/dialect.hpp"

namespace hub_bench {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

/// Digits and, where there are units, one of them.
std::optional<std::int64_t> number(std::string_view text, std::span<const Unit> units) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || value < 0) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const Unit& known : units) {
    if (unit == known.name && value <= INT64_MAX / known.factor) return value * known.factor;
  }
  return std::nullopt;
}

constexpr std::array<Unit, 1> plain{{{"", 1}}};
constexpr std::array<Unit, 3> sizes{{{"", 1}, {"KiB", 1024}, {"MiB", std::int64_t{1024} * 1024}}};
constexpr std::array<Unit, 4> times{
    {{"ms", second / 1000}, {"s", second}, {"m", 60 * second}, {"h", 3600 * second}}};

template <auto Member, std::int64_t Least>
bool count(Options& options, std::string_view value) {
  const auto read = number(value, plain);
  if (!read || *read < Least || *read > INT32_MAX) return false;
  options.*Member = static_cast<std::remove_reference_t<decltype(options.*Member)>>(*read);
  return true;
}

template <auto Member>
bool time(Options& options, std::string_view value) {
  const auto read = number(value, times);
  if (read) options.*Member = *read;
  return read.has_value();
}

template <auto Member>
bool flag(Options& options, std::string_view) {
  return options.*Member = true;
}

bool size(Options& options, std::string_view value) {
  const auto read = number(value, sizes);
  constexpr std::int64_t largest = std::int64_t{1} << 30;
  if (!read || *read < static_cast<std::int64_t>(least_data_size) || *read > largest) return false;
  options.size = static_cast<std::uint64_t>(*read);
  return true;
}

bool url(Options& options, std::string_view value) {
  options.url = value;
  return true;
}

bool peer(Options& options, std::string_view value) {
  options.peer = value;
  return value == "hub" || make_dialect(value) != nullptr;
}

constexpr std::array<Flag, 17> flags{{
    {"url", "URL", "ws://127.0.0.1:8787/ws", "The hub; other servers also as tcp://HOST:PORT.",
     url},
    {"peer", "KIND", "hub",
     "What is there: hub, or for a comparison mqtt, nats, redis or socketio, which fanout and p2p "
     "load with the same envelopes as payloads.",
     peer},
    {"connections", "N", "100", "Receivers, pairs or clients, as the scenario says.",
     count<&Options::connections, 1>},
    {"senders", "N", "1", "Publishers or broadcasters.", count<&Options::senders, 1>},
    {"slow", "N", "1", "Subscribers that do not read, in the scenario slow.",
     count<&Options::slow, 1>},
    {"size", "BYTES", "200",
     "JSON of each message's data; at least 55. KiB and MiB are understood.", size},
    {"window", "N", "0",
     "Messages each sender has under way; 0 means what suits the scenario. In storm: clients that "
     "connect at a time, 0 means all.",
     count<&Options::window, 0>},
    {"rate", "N", "0",
     "Messages a second of all senders together, sent on time however late the hub is, with "
     "latency counted from the moment each was due; 0 means as fast as the window lets.",
     count<&Options::rate, 0>},
    {"messages", "N", "0", "Stop after that many messages, without a warm-up; 0 means by time.",
     count<&Options::messages, 0>},
    {"duration", "TIME", "5s", "How long is measured. Times take ms, s, m and h.",
     time<&Options::duration>},
    {"warm-up", "TIME", "1s", "How long load runs before that.", time<&Options::warm_up>},
    {"timeout", "TIME", "10s", "Give up when nothing has arrived for that long.",
     time<&Options::timeout>},
    {"pid", "PID", "0", "Process of the hub, whose CPU time and memory are reported; 0 means none.",
     count<&Options::pid, 0>},
    {"sources", "N", "0",
     "Addresses 127.0.x.y the connections to a hub on this machine come from; 0 means one for "
     "every 100.",
     count<&Options::sources, 0>},
    {"json", "", "", "Print the report as one JSON object.", flag<&Options::json>},
    {"quiet", "", "", "Print no progress.", flag<&Options::quiet>},
    {"help", "", "", "Print this.", flag<&Options::help>},
}};

constexpr std::array<ScenarioText, 11> scenarios{{
    {"fanout", "Publishers publish to a topic; each of the connections subscribes to it."},
    {"p2p", "Each connection is sent messages as tells by a sender of its own."},
    {"ask", "The same as asks; the latency is that of the receipt."},
    {"durable",
     "At-least-once asks to actors that are away, answered as queued once they are on disk; in the "
     "end the actors return and collect. The hub needs a grace and no queue limit."},
    {"life",
     "At-least-once asks to actors that acknowledge, each under way until its sender is told so: "
     "stored, promised, delivered, acknowledged, removed."},
    {"broadcast", "Senders broadcast; each of the connections is a registered actor."},
    {"storm", "The connections connect and register, all at once."},
    {"idle", "The connections connect, register, subscribe, and do nothing."},
    {"churn", "Each of the connections connects, registers, subscribes and leaves, over and over."},
    {"slow", "A fan-out with further subscribers that do not read until the end."},
    {"mixed",
     "A fan-out, tells, asks and churn at the same time, a quarter of the connections each."},
}};

bool known_scenario(std::string_view name) {
  for (const ScenarioText& scenario : scenarios) {
    if (scenario.name == name) return true;
  }
  return false;
}

const Flag* find_flag(std::string_view name) {
  for (const Flag& candidate : flags) {
    if (candidate.name == name) return &candidate;
  }
  return nullptr;
}

std::string unfit(std::string_view name, std::string_view value) {
  return "--" + std::string(name) + ": \"" + std::string(value) + "\" does not fit";
}

}  // namespace

std::span<const Flag> flag_table() { return flags; }
std::span<const ScenarioText> scenario_table() { return scenarios; }

bool parse(std::span<const std::string_view> arguments, Options& options, std::string& fault) {
  for (const Flag& each : flags) {
    if (!each.fallback.empty()) each.set(options, each.fallback);
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string_view word = arguments[i];
    if (!word.starts_with("--")) {
      fault = options.scenario.empty() ? "no scenario \"" + std::string(word) + '"'
                                       : "a second scenario \"" + std::string(word) + '"';
      if (!options.scenario.empty() || !known_scenario(word)) return false;
      options.scenario = word;
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(2, equals == word.npos ? word.npos : equals - 2);
    const Flag* found = find_flag(name);
    fault = "no flag --" + std::string(name);
    if (found == nullptr) return false;
    std::string_view value;
    if (equals != word.npos) {
      value = word.substr(equals + 1);
      fault = unfit(name, value);
      if (found->metavar.empty()) return false;
    } else if (!found->metavar.empty()) {
      fault = "--" + std::string(name) + " takes a value";
      if (++i == arguments.size()) return false;
      value = arguments[i];
    }
    fault = unfit(name, value);
    if (!found->set(options, value)) return false;
  }
  fault = "which scenario?";
  return options.help || !options.scenario.empty();
}

}  // namespace hub_bench

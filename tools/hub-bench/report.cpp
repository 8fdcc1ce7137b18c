#include "report.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

namespace hub_bench {
namespace {

/// One figure: its key in JSON, and how a person reads it.
struct Figure {
  std::string key;
  double value;
  const char* unit;
};

constexpr std::array<std::pair<const char*, double>, 4> quantiles{
    {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99_9", 0.999}}};

double micros(std::uint64_t nanos) { return static_cast<double>(nanos) / 1000; }

std::vector<Figure> load_figures(const Tally& tally, const Course& course) {
  std::vector<Figure> out{
      {"sent", static_cast<double>(tally.sent_count()), ""},
      {"arrived", static_cast<double>(tally.arrived_count()), ""},
      {"measured", static_cast<double>(tally.measured_count()), ""},
      {"measuredSeconds", course.seconds(), "s"},
      {"prepareSeconds", static_cast<double>(course.prepared_in) / second, "s"},
      {"perSecond",
       course.seconds() > 0 ? static_cast<double>(tally.measured_count()) / course.seconds() : 0,
       "/s"}};
  for (std::size_t i = 0; i < Tally::fault_kinds; ++i) {
    const auto kind = static_cast<Tally::Fault>(i);
    out.push_back({std::string(name_of(kind)), static_cast<double>(tally.faults(kind)), ""});
  }
  return out;
}

std::vector<Figure> latency_figures(const Histogram& latencies) {
  std::vector<Figure> out;
  out.reserve(quantiles.size() + 1);
  for (const auto& [name, share] : quantiles) {
    out.push_back({name, micros(latencies.quantile(share)), "us"});
  }
  out.push_back({"max", micros(latencies.max()), "us"});
  return out;
}

std::vector<Figure> server_figures(const Context& context, const Scenario& scenario,
                                   const Course& course) {
  std::vector<Figure> out;
  if (!course.before || !course.at_from || !course.at_until) return out;
  const double cpu = course.at_until->cpu_seconds - course.at_from->cpu_seconds;
  out.push_back({"cpuSeconds", cpu, "s"});
  if (context.tally.measured_count() > 0) {
    out.push_back(
        {"cpuMicrosEach", cpu * 1e6 / static_cast<double>(context.tally.measured_count()), "us"});
  }
  out.push_back({"rssBytes", static_cast<double>(course.at_until->rss), "B"});
  if (scenario.weighs_connections() && context.connections > 0) {
    const double grown =
        static_cast<double>(course.at_until->rss) - static_cast<double>(course.before->rss);
    out.push_back({"rssBytesPerConnection", grown / context.connections, "B"});
  }
  return out;
}

std::vector<Figure> own_figures(const Scenario& scenario) {
  std::vector<Figure> out;
  for (const Extra& extra : scenario.extras()) out.push_back({extra.name, extra.value, ""});
  return out;
}

std::string number(double value) {
  std::array<char, 64> out{};
  const bool whole = value == std::floor(value) && std::abs(value) < 1e15;
  const int digits = whole ? 0 : std::abs(value) < 1 ? 6 : 3;
  std::snprintf(out.data(), out.size(), "%.*f", digits, value);
  return out.data();
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

std::string members(const std::vector<Figure>& figures) {
  std::string out;
  for (const Figure& figure : figures) {
    if (!out.empty()) out += ',';
    out += quoted(figure.key) + ":" + number(figure.value);
  }
  return out;
}

void rows(std::string& out, const char* title, const std::vector<Figure>& figures) {
  if (figures.empty()) return;
  out += title;
  out += '\n';
  for (const Figure& figure : figures) {
    std::array<char, 128> line{};
    std::snprintf(line.data(), line.size(), "  %-24s %16s %s", figure.key.c_str(),
                  number(figure.value).c_str(), figure.unit);
    const std::string_view text(line.data());
    out.append(text.substr(0, text.find_last_not_of(' ') + 1)) += '\n';
  }
}

}  // namespace

std::string table(const Context& context, const Scenario& scenario, const Course& course) {
  const Options& options = context.options;
  std::string out = options.scenario + ": " + std::to_string(options.connections) +
                    " connections, " + std::to_string(options.size) + " bytes\n";
  rows(out, "messages", load_figures(context.tally, course));
  rows(out, "latency", latency_figures(context.tally.latencies()));
  rows(out, "hub process", server_figures(context, scenario, course));
  rows(out, "of this scenario", own_figures(scenario));
  out += context.tally.clean() ? "every message once and in order\n"
                               : "FAILED, first " + context.tally.first_fault() + "\n";
  return out;
}

std::string json(const Context& context, const Scenario& scenario, const Course& course) {
  const Options& options = context.options;
  std::string out = "{\"scenario\":" + quoted(options.scenario);
  out += ",\"connections\":" + std::to_string(options.connections);
  out += ",\"senders\":" + std::to_string(options.senders);
  out += ",\"size\":" + std::to_string(options.size);
  out += ",\"window\":" + std::to_string(options.window);
  out += ",\"rate\":" + std::to_string(options.rate);
  out += "," + members(load_figures(context.tally, course));
  out += ",\"latencyMicros\":{" + members(latency_figures(context.tally.latencies())) + "}";
  out += ",\"server\":{" + members(server_figures(context, scenario, course)) + "}";
  out += ",\"extra\":{" + members(own_figures(scenario)) + "}";
  out += ",\"fault\":" +
         (context.tally.clean() ? std::string("null") : quoted(context.tally.first_fault()));
  return out + "}\n";
}

}  // namespace hub_bench

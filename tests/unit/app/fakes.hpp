// What the app layer's tests use in place of the machine.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/log.hpp"
#include "app/ports.hpp"

namespace signal_hub::app {

struct FakeClock final : Clock {
  Now now() const override { return {MonoTime{at}, WallTime{Millis{1'700'000'000'000} + at}}; }
  std::uint64_t stopwatch_us() const override { return us += 10; }
  Millis at{1'000};
  mutable std::uint64_t us = 1;
};

struct FakeLogger final : Logger {
  bool enabled(Level) const override { return true; }
  void set_level(Level to) override { level = to; }
  void write(WallTime, Level, std::string_view event, std::span<const LogField>) override {
    events.emplace_back(event);
  }
  void flush() override {}
  std::uint64_t dropped() const override { return 0; }
  std::size_t count(std::string_view event) const {
    return static_cast<std::size_t>(std::count(events.begin(), events.end(), event));
  }
  std::vector<std::string> events;
  Level level = Level::info;
};

}  // namespace signal_hub::app

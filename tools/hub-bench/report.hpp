#pragma once

#include <string>

#include "driver.hpp"

namespace hub_bench {

/// What a run has shown, as a table for people.
std::string table(const Context& context, const Scenario& scenario, const Course& course);

/// The same as one JSON object on one line.
std::string json(const Context& context, const Scenario& scenario, const Course& course);

}  // namespace hub_bench

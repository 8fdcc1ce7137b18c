#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "app/server.hpp"
#include "cli/commands.hpp"
#include "database_tools.hpp"
#include "serve.hpp"

namespace {

int run(const std::vector<std::string>& arguments) {
  using namespace signal_hub;
  if (arguments.empty() || arguments.front().starts_with('-')) return serve(arguments);
  if (const cli::Command* command = cli::find_command(arguments.front())) {
    const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
    if (command->run_on_database != nullptr) {
      return command->run_on_database(rest, database_tools(), std::cout, std::cerr);
    }
    return command->run(rest, std::cin, std::cout, std::cerr);
  }
  std::cerr << "signal-hub: there is no command \"" << arguments.front()
            << "\"; see signal-hub --help.\n";
  return app::exit_usage;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    std::cerr << "signal-hub: " << error.what() << "\n";
    return signal_hub::app::exit_failed;
  }
}

// signal-hub dead-letters: what will not be delivered, straight from the file.
#include <chrono>
#include <optional>
#include <vector>

#include "app/dead_letters.hpp"
#include "cli/admin_client.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/database_place.hpp"
#include "cli/dead_letter_lines.hpp"
#include "cli/dead_letters_live.hpp"
#include "cli/texts.hpp"
#include "config/values.hpp"

namespace signal_hub::cli {
namespace {

constexpr std::size_t listed = 100;

/// What the user has typed to choose some.
struct Wish {
  std::vector<std::string> ids;
  std::string target;
  std::string reason;
  std::string older_than;
  std::string newer_than;
  std::string limit;
  bool all = false;
  bool json = false;
  DatabasePlace place;
  AdminOptions door;

  /// The hub that has the database is to do it.
  bool live() const { return !door.socket.empty() || !door.token_file.empty(); }
  bool chooses() const {
    return all || !ids.empty() || !target.empty() || !reason.empty() || !older_than.empty() ||
           !newer_than.empty() || !limit.empty();
  }
};

WallTime machine_time() {
  using namespace std::chrono;
  return WallTime{duration_cast<Millis>(system_clock::now().time_since_epoch())};
}

void add_filters(CLI::App& command, Wish& wish) {
  command.add_option("--target", wish.target, "Glob over the target's address");
  command.add_option("--reason", wish.reason, "Exactly this reason");
  command.add_option("--older-than", wish.older_than, "Dead for at least this long: 30s, 5m, 24h");
  command.add_option("--newer-than", wish.newer_than, "Dead for less than this long");
}

void add_choice(CLI::App& command, Wish& wish) {
  command.add_option("ID", wish.ids, "As list prints it");
  add_filters(command, wish);
  command.add_option("--limit", wish.limit, "At most so many, the oldest");
  command.add_flag("--all", wish.all, "All there are");
  wish.place.add_to(command);
  wish.door.add_to(command);
}

/// Nullopt: done. Otherwise a sentence.
std::optional<std::string> parse_age(const char* flag, const std::string& text, WallTime now,
                                     std::optional<WallTime>& time) {
  if (text.empty()) return std::nullopt;
  const auto ms = config::parse_duration_ms(text);
  if (!ms || *ms > static_cast<std::uint64_t>(epoch_ms(now))) {
    return std::string(flag) + " must be a duration such as 30s, 5m or 24h.";
  }
  time = now - Millis{static_cast<std::int64_t>(*ms)};
  return std::nullopt;
}

Result<app::DeadLetterChoice> choice_of(const Wish& wish, WallTime now) {
  app::DeadLetterChoice choice;
  for (const std::string& id : wish.ids) {
    const auto position = parse_count(id);
    if (!position)
      return fail(id + " is no id of a dead letter; see signal-hub dead-letters list.");
    choice.positions.push_back(*position);
  }
  if (!wish.target.empty()) choice.target = canonical_address(wish.target);
  choice.reason = wish.reason;
  if (auto fault = parse_age("--older-than", wish.older_than, now, choice.dead_until)) {
    return fail(std::move(*fault));
  }
  if (auto fault = parse_age("--newer-than", wish.newer_than, now, choice.dead_after)) {
    return fail(std::move(*fault));
  }
  if (!wish.limit.empty()) {
    const auto most = parse_count(wish.limit);
    if (!most) return fail(std::string("--limit must be a whole number, 0 for all."));
    choice.most = *most;
  }
  return choice;
}

/// What a command works with, read from the arguments.
struct Order {
  const CLI::App& app;
  const Wish& wish;
  const DatabaseTools& tools;
  std::string path;
  app::DeadLetterChoice choice;
  WallTime now;
  std::ostream& out;
  std::ostream& err;
};

int list(Order& order) {
  app::DeadLetterChoice choice = order.choice;
  if (order.wish.limit.empty()) choice.most = listed;
  const std::size_t most = choice.most;
  if (most != 0) ++choice.most;
  auto letters = order.tools.dead_letters(order.path, choice, false);
  if (!letters) return complain(order.err, order.app, letters.error());
  const bool more = most != 0 && letters->size() > most;
  if (more) letters->pop_back();
  if (order.wish.json) {
    for (const auto& letter : *letters) order.out << dead_letter_json(letter, false) << "\n";
  } else {
    print_table(*letters, order.out);
  }
  if (more) order.err << "signal-hub dead-letters: there are older ones; see --limit.\n";
  return exit_ok;
}

/// Some of those named are none.
int missing(const Order& order, std::size_t found) {
  const std::size_t named = order.choice.positions.size();
  if (found >= named) return exit_ok;
  return complain(order.err, order.app,
                  {std::to_string(named - found) + " of " + std::to_string(named) +
                       " ids are of no dead letter in " + order.path,
                   false});
}

int show(Order& order) {
  const auto letters = order.tools.dead_letters(order.path, order.choice, true);
  if (!letters) return complain(order.err, order.app, letters.error());
  for (const app::DeadLetter& letter : *letters) {
    order.out << (order.wish.json ? dead_letter_json(letter, true) + "\n"
                                  : dead_letter_text(letter));
  }
  return missing(order, letters->size());
}

int requeue(Order& order) {
  const auto outcome = order.tools.requeue(order.path, order.choice, order.now);
  if (!outcome) return complain(order.err, order.app, outcome.error());
  order.out << "requeued " << outcome->done << "\n";
  for (const app::Requeued::Left& left : outcome->left) {
    complain(
        order.err, order.app,
        {std::to_string(left.position) + " stays: nobody is registered as " + left.target, false});
  }
  const int code = missing(order, outcome->done + outcome->left.size());
  return outcome->left.empty() ? code : exit_failed;
}

int purge(Order& order) {
  const auto gone = order.tools.purge(order.path, order.choice);
  if (!gone) return complain(order.err, order.app, gone.error());
  order.out << "purged " << *gone << "\n";
  return missing(order, *gone);
}

struct Subcommand {
  const char* name;
  const char* help;
  bool changes;
  int (*run)(Order& order);
};

constexpr std::array subcommands{
    Subcommand{"list", "List them, the newest first.", false, list},
    Subcommand{"show", "Print some with their history and message.", false, show},
    Subcommand{"requeue", "Let some wait for their target again.", true, requeue},
    Subcommand{"purge", "Delete some.", true, purge},
};

void describe(CLI::App& command, const Subcommand& subcommand, Wish& wish) {
  if (subcommand.changes) return add_choice(command, wish);
  if (subcommand.run == show) {
    command.add_option("ID", wish.ids, "As list prints it")->required();
  } else {
    add_filters(command, wish);
    command.add_option("--limit", wish.limit, "At most so many, the newest; 0: all")
        ->default_str(std::to_string(listed));
  }
  command.add_flag("--json", wish.json, "One JSON object a line");
  wish.place.add_to(command);
}

}  // namespace

int dead_letters_command(std::span<const std::string> arguments, const DatabaseTools& tools,
                         std::ostream& out, std::ostream& err) {
  CLI::App app("List, show, requeue or delete messages that will not be delivered.",
               "dead-letters");
  app.require_subcommand(1);
  Wish wish;
  for (const Subcommand& s : subcommands) describe(*app.add_subcommand(s.name, s.help), s, wish);
  if (const auto code = parse_arguments(app, arguments, out, err)) return *code;
  const std::string name = app.get_subcommands().front()->get_name();
  const auto* chosen = std::find_if(subcommands.begin(), subcommands.end(),
                                    [&name](const Subcommand& s) { return name == s.name; });
  if (chosen->changes && !wish.chooses()) {
    return usage(err, app, name + " wants ids, a filter, or --all.");
  }
  const WallTime now = machine_time();
  const auto choice = choice_of(wish, now);
  if (!choice) return usage(err, app, choice.error());
  if (chosen->changes && wish.live()) {
    if (choice->most != 0) return usage(err, app, "--limit is for a database without a hub.");
    return change_in_hub(wish.door, name, *choice, now, out, err);
  }
  const auto path = wish.place.path();
  if (!path) return usage(err, app, path.error());
  Order order{app, wish, tools, *path, *choice, now, out, err};
  return chosen->run(order);
}

}  // namespace signal_hub::cli

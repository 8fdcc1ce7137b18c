#include "cli/dead_letters_live.hpp"

#include "cli/arguments.hpp"

namespace signal_hub::cli {
namespace {

using Json = AdminClient::Json;

Json body_of(const app::DeadLetterChoice& choice, WallTime now) {
  Json body = Json::object();
  for (const std::uint64_t position : choice.positions) {
    body["ids"].push_back(std::to_string(position));
  }
  if (!choice.target.empty()) body["target"] = choice.target;
  if (!choice.reason.empty()) body["reason"] = choice.reason;
  if (choice.dead_until) body["olderThan"] = (now - *choice.dead_until).count();
  if (choice.dead_after) body["newerThan"] = (now - *choice.dead_after).count();
  if (body.empty()) body["all"] = true;
  return body;
}

int complain(std::ostream& err, const std::string& message) {
  err << "signal-hub dead-letters: " << message << "\n";
  return exit_failed;
}

}  // namespace

int change_in_hub(const AdminOptions& door, const std::string& verb,
                  const app::DeadLetterChoice& choice, WallTime now, std::ostream& out,
                  std::ostream& err) {
  const auto client = AdminClient::open(door);
  if (!client) return complain(err, client.error());
  const Json body = body_of(choice, now);
  std::uint64_t count = 0;
  std::uint64_t failed = 0;
  for (bool more = true; more;) {
    const auto answer = client->call("POST", "/dead-letters/" + verb, body);
    if (!answer) return complain(err, answer.error().message);
    const auto done = answer->at("count").get<std::uint64_t>();
    count += done;
    failed += answer->at("failed").get<std::uint64_t>();
    more = answer->value("more", false) && done > 0;
  }
  out << verb << "d " << count << "\n";
  if (failed > 0) {
    return complain(err, std::to_string(failed) +
                             " stay: nobody is registered as their target, or its queue is full.");
  }
  if (count < choice.positions.size()) {
    return complain(err, std::to_string(choice.positions.size() - count) +
                             " of the ids are of no dead letter.");
  }
  return exit_ok;
}

}  // namespace signal_hub::cli

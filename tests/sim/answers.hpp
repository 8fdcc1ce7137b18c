// Every ask is answered, once, with what its kind may be answered with; a retry with the same.
#pragma once

#include <cstdint>
#include <vector>

#include "base/settings.hpp"
#include "book.hpp"
#include "message.hpp"
#include "schedule.hpp"

namespace signal_hub::sim {

class Answers {
 public:
  Answers(Book& book, const HubSettings& settings, const Schedule& schedule)
      : book_(book), settings_(settings), schedule_(schedule) {}

  /// A message of the hub itself left for this link. Returns the request whose first answer it is;
  /// nullptr if it is anything else.
  Request* take(LinkRecord& link, const Message& message);

  /// All is quiet: whoever is still there has its answers.
  void check_complete() const;

 private:
  void note_dead_letter(const LinkRecord& link, Request& request);
  Request* first(Request& request, const Message& message);
  void again(const Request& request, const Message& message);
  bool may_be_forgotten(const Request& request) const;

  Book& book_;
  const HubSettings& settings_;
  const Schedule& schedule_;
};

bool is_refusal(std::string_view type);

/// What became of a message that is to be delivered at least once, after its answer.
bool is_receipt(const Request& request, const Message& message);

}  // namespace signal_hub::sim

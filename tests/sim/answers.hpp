// Every ask is answered, once, with what its kind may be answered with; a retry with the same.
#pragma once

#include <cstdint>
#include <vector>

#include "book.hpp"
#include "message.hpp"

namespace signal_hub::sim {

class Answers {
 public:
  explicit Answers(Book& book) : book_(book) {}

  /// A message of the hub itself left for this link. Returns the request whose first answer it is;
  /// nullptr if it is anything else.
  Request* take(LinkRecord& link, const Message& message);

  /// All is quiet: whoever is still there has its answers.
  void check_complete() const;

 private:
  void note_dead_letter(const LinkRecord& link, Request& request);
  Request* first(Request& request, const Message& message);
  void again(const Request& request, const Message& message);

  Book& book_;
};

bool is_refusal(std::string_view type);

/// What became of a message that is to be delivered at least once, after its answer.
bool is_receipt(const Request& request, const Message& message);

}  // namespace signal_hub::sim

// The book: every request the clients made and every link, with what was seen of them at the hub's
// boundary. Plain data; the checks write and read it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fact.hpp"
#include "network.hpp"

namespace signal_hub::sim {

enum class Kind : std::uint8_t {
  connect,
  register_,
  unregister,
  renew,
  subscribe,
  unsubscribe,
  send,
  broadcast,
  publish,
  discover,
  heartbeat,
  figures,
  ack,
  nack,
  disconnect,
};

struct Request {
  std::uint32_t n = 0;  // its id is m<n>
  Kind kind{};
  bool ask = true;
  std::string from;
  std::string about;  // target, topic, address or renewal token
  std::string data;   // what is forwarded, as JSON
  bool exclude_self = false;
  bool durable = false;                 // its answer speaks of the disk
  bool lasting = false;                 // a subscription that outlives the registration
  bool reliable = false;                // a message: at least once
  bool acks = false;                    // a registration or subscription: acknowledges
  bool drop_oldest = false;             // a registration
  std::optional<Millis> ttl;            // of a message
  unsigned priority = 1;                // of a message
  std::vector<std::string> deliveries;  // an ack or nack: which ones
  bool requeue = false;                 // a nack
  std::string text;                     // the whole frame

  struct Handover {
    std::uint32_t link;
    Step at;
    std::size_t place;  // among what that link handed over
    unsigned run;       // of the hub
    unsigned answers = 0;
  };
  std::vector<Handover> handed;  // more than one: it was tried again
  Micros came{0};                // for the first time
  bool perhaps_anew = false;     // a retry came after --dedupe-window
  Step began = open_end;         // the handover that counts
  unsigned run = 0;              // of the hub, then
  Step answered = open_end;
  bool refused = false;
  bool may_try_again = false;  // refused for now
  bool dead = false;           // stored, and said to be dead-lettered
  std::string answer_type;     // of the first answer
  std::string answer;          // its payload
  struct Change {
    Fact* fact;
    std::size_t mark;
    bool retried;   // by a later handover, which does nothing if an earlier one did it
    bool supposed;  // the answer will tell
  };
  std::vector<Change> changes;  // what it asks for

  /// Handed over, and no answer has settled it yet.
  bool in_work() const { return began != open_end && answered == open_end; }
  /// The hub has taken it into storage.
  bool is_stored() const;
  bool is_message() const {
    return kind == Kind::send || kind == Kind::broadcast || kind == Kind::publish;
  }
};

/// A message that a link must still get, unless it ends.
struct Obligation {
  std::uint32_t n;
  std::string to;
  Step since;  // certainly accepted by then
};

struct LinkRecord {
  const Link* link = nullptr;
  std::string identity;
  std::string session_id;
  Step ending = open_end;               // the first sign of its end
  Step ended = open_end;                // the hub has let go of it
  std::set<std::string> asked_for;      // addresses it asked to register
  std::set<std::string> held;           // addresses it holds, by the hub's log
  std::vector<std::uint32_t> sequence;  // requests, as handed over
  std::size_t resolved = 0;             // of the sequence: tells whose acceptance is known
  std::deque<Obligation> obligations;
  // sender's link, recipient → place of the last message
  std::map<std::pair<std::uint32_t, std::string>, std::size_t> last_from;

  bool lives() const { return ending == open_end; }
};

struct Book {
  std::deque<Request> requests;               // by n; never moved
  std::map<std::uint32_t, LinkRecord> links;  // by serial
  std::map<std::string, std::uint32_t> by_session;
  Step step = 1;
  Step turn_began = 1;
  unsigned run = 0;
  bool failing = false;        // the hub says that it cannot store
  Step failed_until = 0;       // when it last said that it can again
  bool store_refuses = false;  // rows, or to be read
  bool forgetful = false;      // the hub remembers too few requests for retries to be recognised
  std::string fault;           // the first one

  Request& request(std::uint32_t n) { return requests[n]; }

  Request& add(Kind kind) {
    requests.emplace_back();
    Request& made = requests.back();
    made.n = static_cast<std::uint32_t>(requests.size() - 1);
    made.kind = kind;
    return made;
  }

  void fail(std::string what) {
    if (fault.empty()) fault = std::move(what);
  }
};

/// The request of the id `m<n>`; nullopt for anything else.
std::optional<std::uint32_t> request_of_id(std::string_view id);

/// What is printed of a request when something is wrong with it.
std::string describe(const Request& request);

}  // namespace signal_hub::sim

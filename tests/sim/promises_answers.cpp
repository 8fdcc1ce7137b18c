// Acks, and what senders are told.
#include <algorithm>
#include <utility>

#include "promises.hpp"
#include "wire/json_view.hpp"

namespace signal_hub::sim {
namespace {

using wire::JsonView;

bool flag(const JsonView& json, std::string_view name) {
  const auto value = json.member(name);
  return value && value->boolean().value_or(false);
}

std::string text(const JsonView& json, std::string_view name) {
  const auto value = json.member(name);
  return value ? value->string().value_or("") : std::string();
}

std::int64_t number(const JsonView& json, std::string_view name) {
  const auto value = json.member(name);
  return value ? value->integer().value_or(-1) : -1;
}

}  // namespace

void Promises::handed(const Request& request, const LinkRecord&) {
  if (request.kind == Kind::register_) {
    if (!request.acks) plain_.insert(request.about);
    if (request.drop_oldest) droppers_.insert(request.about);
  }
  if (request.reliable) {
    first_handed_.try_emplace(request.n, around_.schedule.now());
    if (request.handed.size() > 1) {
      const Request::Handover& before = request.handed[request.handed.size() - 2];
      count(before.run != around_.book.run ? Situation::retry_after_a_restart
            : before.answers == 0          ? Situation::retry_before_the_answer
                                           : Situation::retry_after_the_answer);
    }
  }
  for (const std::string& id : request.deliveries) {
    Parcel* parcel = find(id);
    if (parcel == nullptr) continue;
    parcel->answered = true;
    parcel->answered_at = around_.book.step;
    if (request.kind == Kind::ack) parcel->ack_handed = true;
    if (request.kind != Kind::nack) continue;
    count(request.requeue ? Situation::nack_that_gives_back : Situation::nack_for_good);
    if (!request.requeue)
      parcel->nack_reasons.insert(request.about.empty() ? "nack" : request.about);
  }
}

void Promises::answered(const Request& request, const LinkRecord& link) {
  if (request.kind == Kind::ack || request.kind == Kind::nack) {
    return request.refused ? void() : ack_answered(request, link);
  }
  if (!request.reliable) return;
  if (request.refused) {
    const std::string code = text(JsonView(request.answer), "code");
    if (code == "queue_full") count(Situation::refused_queue_full);
    if (code == "internal_error") count(Situation::refused_internal_error);
    if (code == "message_expired") count(Situation::refused_message_expired);
    return;
  }
  request.kind == Kind::send ? send_answered(request) : publish_answered(request);
}

void Promises::ack_answered(const Request& request, const LinkRecord& link) {
  const JsonView payload(request.answer);
  std::vector<std::pair<std::string, bool>> all;
  if (const auto list = payload.member("deliveries")) {
    count(Situation::acked_in_bulk);
    for (wire::ArrayCursor c(*list); c.next();) {
      all.emplace_back(text(c.value(), "deliveryId"), flag(c.value(), "known"));
    }
  } else {
    all.emplace_back(text(payload, "deliveryId"), flag(payload, "known"));
  }
  if (all.size() != request.deliveries.size()) {
    around_.book.fail("an ack is answered by half: " + describe(request));
  }
  for (const auto& [id, known] : all) {
    Parcel* parcel = find(id);
    if (parcel == nullptr) continue;
    known ? ack_known(*parcel, request, link) : ack_unknown(*parcel, request, link);
  }
}

void Promises::ack_known(Parcel& parcel, const Request& request, const LinkRecord& link) {
  if (request.kind == Kind::nack) {
    if (request.requeue) return;
    parcel.ended_run = around_.book.run;
    parcel.ended = around_.schedule.now();
    return;
  }
  if (parcel.ended_run == around_.book.run) fail("acknowledged a second time, and known", parcel);
  parcel.ended_run = around_.book.run;
  parcel.ended = around_.schedule.now();
  if (parcel.copies.empty()) return fail("known before it was delivered", parcel);
  const Copy& copy = parcel.copies.back();
  const Copy& first = parcel.copies.front();
  if (first.run != around_.book.run) {
    count(Situation::acked_in_a_later_run);
  } else if (first.link != link.link) {
    count(Situation::acked_on_a_later_link);
  }
  if (copy.at + around_.plan.hub.ack_timeout < around_.schedule.now()) {
    count(Situation::acked_after_the_timeout);
  }
}

/// It is known to nobody, or not to who says so: then nothing of it comes here any more.
void Promises::ack_unknown(Parcel& parcel, const Request& request, const LinkRecord& link) {
  if (request.kind == Kind::nack) return;
  if (parcel.ended_run == around_.book.run || !parcel.outcome.empty()) {
    return count(Situation::acked_again);
  }
  const auto holder = around_.membership.holder(parcel.to, request.began, around_.book.step);
  if (holder != link.link->serial) return count(Situation::ack_by_somebody_else);
  if (parcel.topic.empty() && !link.link->backlog_since) parcel.ignored_run = around_.book.run;
}

bool Promises::is_duplicate(const Request& request, unsigned stored_in) {
  const bool said = flag(JsonView(request.answer), "duplicate");
  if (said) count(Situation::duplicate_answer);
  if (said && request.handed.size() == 1) {
    around_.book.fail("a duplicate of nothing: " + describe(request));
  }
  if (!said && stored_in != around_.book.run) {
    around_.book.fail("stored before, but no duplicate: " + describe(request));
  }
  return said;
}

void Promises::send_answered(const Request& request) {
  const auto found = of_request_.find(request.n);
  if (found == of_request_.end()) {
    return around_.book.fail("queued, but not stored: " + describe(request));
  }
  const Parcel& parcel = parcels_.at(found->second.back());
  if (text(JsonView(request.answer), "status") != "queued") {
    fail("answered otherwise than queued", parcel);
  }
  if (parcel.to != request.about) fail("stored for somebody else", parcel);
  count(Situation::reliable_send_queued);
  const bool duplicate = is_duplicate(request, parcel.run);
  if (!duplicate && parcel.outcome.empty()) expect_prompt(parcel);
}

/// The count of those it is stored for is true.
void Promises::publish_answered(const Request& request) {
  const auto found = publications_.find(request.n);
  if (found == publications_.end()) {
    return around_.book.fail("published, but not stored: " + describe(request));
  }
  is_duplicate(request, found->second.run);
  const auto& all = of_request_[request.n];
  std::int64_t stored = 0;
  for (const std::uint64_t position : all) stored += position > found->second.position ? 1 : 0;
  if (stored != 0) count(Situation::reliable_publication_stored);
  const std::int64_t said = number(JsonView(request.answer), "queuedCount");
  const bool exact = !flag(JsonView(request.answer), "duplicate");
  // Those count for whom an attempt was stored that was refused as a whole.
  const bool with_before =
      request.handed.size() > 1 && said == static_cast<std::int64_t>(all.size());
  if (exact && said != stored && !with_before) {
    around_.book.fail("stored for " + std::to_string(stored) + ": " + describe(request));
  }
}

/// A retry that came after --dedupe-window is a message of its own: which one has ended so, and its
/// sender has not heard of it yet?
const Promises::Parcel& Promises::told_of(const std::vector<std::uint64_t>& positions,
                                          const std::string& outcome,
                                          const std::string& reason) const {
  for (const std::uint64_t position : positions) {
    const auto before = told_run_.find(position);
    const bool heard = before != told_run_.end() && before->second == around_.book.run;
    const Parcel& parcel = parcels_.at(position);
    if (!heard && parcel.outcome == outcome && parcel.reason == reason) return parcel;
  }
  return parcels_.at(positions.back());
}

void Promises::told(const LinkRecord& link, const Request& request, const Message& message) {
  const bool dead = message.type == "hub:error";
  const std::string outcome = dead ? "dead_lettered" : message.text_of("status").value_or("");
  const auto of_it = of_request_.find(request.n);
  if (of_it == of_request_.end()) {
    // Its target left before the store refused it.
    if (dead && around_.plan.store.refuse_percent != 0) return;
    return around_.book.fail("told of what is not stored: " + message.text);
  }
  const auto details = JsonView(message.payload).member("details");
  const std::string reason = dead && details ? text(*details, "reason") : std::string();
  const Parcel& parcel = told_of(of_it->second, outcome, reason);
  const std::uint32_t serial = link.link->serial;
  if (request.kind != Kind::send || !request.ask) fail("nobody wants to hear of it", parcel);
  if (parcel.outcome != outcome) fail("told before it is so, " + message.text, parcel);
  if (dead && reason != parcel.reason) fail("told another reason, " + message.text, parcel);
  const Request::Handover& last = request.handed.back();
  if (last.link == serial && request.handed.size() == 1 && last.answers == 0) {
    fail("told before it was queued", parcel);
  }
  if (!told_.insert({serial, parcel.position}).second) fail("told twice", parcel);
  unsigned& told_run = told_run_[parcel.position];
  if (told_run == around_.book.run) fail("told again in one run", parcel);
  told_run = around_.book.run;
  count(dead                        ? Situation::receipt_dead_lettered
        : outcome == "acknowledged" ? Situation::receipt_acknowledged
                                    : Situation::receipt_delivered);
  if (parcel.run != around_.book.run) {
    count(Situation::receipt_after_a_restart);
  } else if (request.handed.front().link != serial) {
    count(Situation::receipt_after_coming_back);
  }
}

}  // namespace signal_hub::sim

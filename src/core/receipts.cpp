#include "core/receipts.hpp"

#include <optional>
#include <utility>

#include "core/answers.hpp"
#include "core/deliveries.hpp"

namespace signal_hub::core {
namespace {

std::optional<DeliveryReceipt> take(State& state, ReceiptId id) {
  auto node = state.receipts.extract(id);
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
}

ReceiptId keep(State& state, DeliveryReceipt receipt) {
  const ReceiptId id = ++state.last_receipt;
  state.receipts.emplace(id, std::move(receipt));
  return id;
}

void written(State& state, const AskReceipt& receipt, Now now) {
  const OpenRequest& request = receipt.request;
  answer(state, request, wire::DeliveryAck{request.message_id, now.wall, "delivered"}, now);
  paid_answer(state, request.reply_to.conn);
}

void written(State& state, const HeldReceipt& receipt, Now now) {
  state.journal.append(
      MessageDone{receipt.held.position, DeliveryOutcome::delivered, 1, now.wall, now.wall, false},
      now.mono);
}

void written(State& state, const AttemptReceipt& attempt, Now now) {
  attempt_written(state, attempt, now);
}

void lost(State& state, const AskReceipt& receipt, Now now) {
  refuse_unknown(state, receipt.request, receipt.target, now);
  paid_answer(state, receipt.request.reply_to.conn);
}

}  // namespace

ReceiptId await_written(State& state, OpenRequest request, std::string_view target) {
  owe_answer(state, request.reply_to.conn);
  return keep(state, AskReceipt{std::move(request), std::string(target)});
}

ReceiptId await_written(State& state, Held held, std::string_view target) {
  return keep(state, HeldReceipt{std::move(held), std::string(target)});
}

ReceiptId await_written(State& state, AttemptReceipt attempt) { return keep(state, attempt); }

void receipts_written(State& state, const std::vector<ReceiptId>& ids, Now now) {
  for (const ReceiptId id : ids) {
    if (const auto receipt = take(state, id)) {
      std::visit([&](const auto& r) { written(state, r, now); }, *receipt);
    }
  }
}

void receipts_lost(State& state, const std::vector<ReceiptId>& ids, Now now) {
  for (const ReceiptId id : ids) {
    auto receipt = take(state, id);
    if (!receipt) continue;
    if (auto* held = std::get_if<HeldReceipt>(&*receipt)) {
      state.returned_mail.push_back(std::move(*held));
    } else if (const auto* ask = std::get_if<AskReceipt>(&*receipt)) {
      lost(state, *ask, now);
    }
  }
}

void return_stored(State& state, const Session& session) {
  session.outbox.for_each_receipt([&state](ReceiptId id) {
    const auto found = state.receipts.find(id);
    if (found == state.receipts.end()) return;
    auto* held = std::get_if<HeldReceipt>(&found->second);
    if (held == nullptr) return;
    state.returned_mail.push_back(std::move(*held));
    state.receipts.erase(found);
  });
}

void receipt_refused(State& state, ReceiptId id, const Error& error, Now now) {
  const auto receipt = take(state, id);
  if (!receipt) return;
  const auto& request = std::get<AskReceipt>(*receipt).request;
  refuse(state, request, error, now);
  paid_answer(state, request.reply_to.conn);
}

void owe_answer(State& state, ConnId conn) {
  if (Session* session = state.sessions.find(conn)) ++session->open_answers;
}

void paid_answer(State& state, ConnId conn) {
  Session* session = state.sessions.find(conn);
  if (session == nullptr || session->open_answers == 0) return;
  --session->open_answers;
}

}  // namespace signal_hub::core

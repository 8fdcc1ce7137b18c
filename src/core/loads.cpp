#include "core/loads.hpp"

#include "base/limits.hpp"
#include "core/commits.hpp"
#include "core/duplicates.hpp"
#include "core/mail_texts.hpp"
#include "core/notices.hpp"
#include "core/status.hpp"

namespace signal_hub::core {
namespace {

struct Taker {
  State& state;
  const LoadRequest& request;
  Loaded& loaded;
  Now now;

  void operator()(const TextsLoad& load) const {
    texts_loaded(state, std::get<LoadRequest::Texts>(request.what), load, std::move(loaded), now);
  }
  void operator()(const ReceiptsLoad& load) const {
    receipts_loaded(state, load.sender, loaded, now);
  }
  void operator()(const NoticeLoad& load) const { notice_loaded(state, load.notice, loaded, now); }
  void operator()(DuplicateLoad& load) const {
    duplicate_loaded(state, std::move(load), loaded, now);
  }
  void operator()(RefusedLoad& load) const { refused_loaded(state, std::move(load), loaded, now); }
  void operator()(const StatusLoad& load) const { status_loaded(state, load, loaded, now); }
};

void arm_retry(State& state, Now now) {
  state.timers.arm(now.mono + limits::load_retry, {TimerKind::loads, 0, 0});
}

/// What senders are told, and the log, waits until the store can be read. False: too much does.
bool put_off(State& state, Load& load, Now now) {
  const bool told = std::holds_alternative<NoticeLoad>(load.purpose) ||
                    std::holds_alternative<ReceiptsLoad>(load.purpose);
  if (!told || state.put_off.size() >= limits::loads_put_off) return false;
  if (state.put_off.empty()) arm_retry(state, now);
  state.put_off.push_back(std::move(load));
  return true;
}

}  // namespace

void ask_store(State& state, Load load) {
  const std::uint64_t id = load.request.id = ++state.last_load;
  state.load_requests.push_back(load.request);
  state.loads.emplace(id, std::move(load));
}

void take_loaded(State& state, Loaded loaded, Now now) {
  auto load = state.loads.extract(loaded.id);
  if (load.empty()) return;
  Load& asked = load.mapped();
  if (loaded.failed && put_off(state, asked, now)) return;
  std::visit(Taker{state, asked.request, loaded, now}, asked.purpose);
}

void ask_again(State& state, Now now) {
  for (std::size_t i = 0; i < limits::loads_asked_again && !state.put_off.empty(); ++i) {
    Load load = std::move(state.put_off.front());
    state.put_off.pop_front();
    ask_store(state, std::move(load));
  }
  if (!state.put_off.empty()) arm_retry(state, now);
}

}  // namespace signal_hub::core

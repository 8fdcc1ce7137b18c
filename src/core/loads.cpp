#include "core/loads.hpp"

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
  void operator()(const StatusLoad& load) const { status_loaded(state, load, loaded, now); }
};

}  // namespace

void take_loaded(State& state, Loaded loaded, Now now) {
  auto load = state.loads.extract(loaded.id);
  if (load.empty()) return;
  Load& asked = load.mapped();
  std::visit(Taker{state, asked.request, loaded, now}, asked.purpose);
}

}  // namespace signal_hub::core

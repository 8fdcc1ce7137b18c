// Result<T>: a value or the reason there is none.
//
// Core and wire report failure by value; exceptions are caught at the adapter edge and turned into
// one of these. A Result is always one of both, never empty.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace signal_hub {

/// Wraps the error of a Result so that `return fail(e)` works for any T.
template <class E>
struct Failed {
  E error;
};

template <class E>
[[nodiscard]] Failed<std::decay_t<E>> fail(E&& error) {
  return {std::forward<E>(error)};
}

template <class T, class E = std::string>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Failed<E> failed) : state_(std::in_place_index<1>, std::move(failed.error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  bool ok() const { return state_.index() == 0; }

  // REQUIRES: ok()
  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }

  // REQUIRES: !ok()
  E& error() & { return std::get<1>(state_); }
  const E& error() const& { return std::get<1>(state_); }
  E&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, E> state_;
};

}  // namespace signal_hub

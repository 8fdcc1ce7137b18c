#pragma once

#include "peers/dialect.hpp"

namespace hub_bench {

/// Redis publish/subscribe in RESP 2.
class Redis : public Dialect {
 public:
  [[nodiscard]] std::string hello() const override;
  [[nodiscard]] std::string subscribe(std::string_view topic) const override;
  [[nodiscard]] std::string publish(std::string_view topic,
                                    std::string_view payload) const override;
  [[nodiscard]] std::string fence() const override { return hello(); }
  [[nodiscard]] Event next(std::string_view bytes) const override;
};

}  // namespace hub_bench

#pragma once

#include "peers/dialect.hpp"

namespace hub_bench {

/// MQTT 3.1.1 with QoS 0.
class Mqtt : public Dialect {
 public:
  [[nodiscard]] std::string hello() const override;
  [[nodiscard]] std::string subscribe(std::string_view topic) const override;
  [[nodiscard]] std::string publish(std::string_view topic,
                                    std::string_view payload) const override;
  [[nodiscard]] std::string fence() const override;
  [[nodiscard]] std::string_view subprotocol() const override { return "mqtt"; }
  [[nodiscard]] Event next(std::string_view bytes) const override;
};

}  // namespace hub_bench

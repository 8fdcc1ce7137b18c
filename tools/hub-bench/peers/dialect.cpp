#include "peers/dialect.hpp"

#include "peers/mqtt.hpp"
#include "peers/nats.hpp"
#include "peers/redis.hpp"

namespace hub_bench {

std::unique_ptr<Dialect> make_dialect(std::string_view name) {
  if (name == "mqtt") return std::make_unique<Mqtt>();
  if (name == "nats") return std::make_unique<Nats>();
  if (name == "redis") return std::make_unique<Redis>();
  return nullptr;
}

}  // namespace hub_bench

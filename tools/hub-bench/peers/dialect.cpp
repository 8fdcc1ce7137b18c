#include "peers/dialect.hpp"

#include "peers/mqtt.hpp"
#include "peers/nats.hpp"
#include "peers/redis.hpp"
#include "peers/socketio.hpp"

namespace hub_bench {

std::unique_ptr<Dialect> make_dialect(std::string_view name) {
  if (name == "mqtt") return std::make_unique<Mqtt>();
  if (name == "nats") return std::make_unique<Nats>();
  if (name == "redis") return std::make_unique<Redis>();
  if (name == "socketio") return std::make_unique<SocketIo>();
  return nullptr;
}

}  // namespace hub_bench

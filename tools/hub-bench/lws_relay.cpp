// The least that libwebsockets can do about a message from one client to another: lws-relay PORT.
//
// Speaks as much of NATS's protocol as hub-bench needs, so that it can be put under the same load
// as a hub; written as libwebsockets' own examples are. What a hub costs beyond it is the hub.
#include <libwebsockets.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <string_view>

namespace {

struct Client {
  std::string topic;
  std::string in;
  std::deque<std::string> out;  // with LWS_PRE bytes in front
};

class Relay {
 public:
  int on(lws* wsi, lws_callback_reasons reason, Client* client, std::string_view in) {
    switch (reason) {
      case LWS_CALLBACK_ESTABLISHED: new (client) Client(); return 0;
      case LWS_CALLBACK_RECEIVE: receive(wsi, *client, in); return 0;
      case LWS_CALLBACK_SERVER_WRITEABLE: return write(wsi, *client);
      case LWS_CALLBACK_CLOSED:
        subscribers_.erase(client->topic);
        client->~Client();
        return 0;
      default: return 0;
    }
  }

 private:
  static void queue(lws* wsi, Client& client, std::string_view text) {
    client.out.emplace_back(LWS_PRE, '\0').append(text);
    lws_callback_on_writable(wsi);
  }

  static int write(lws* wsi, Client& client) {
    if (client.out.empty()) return 0;
    std::string& text = client.out.front();
    auto* bytes = reinterpret_cast<unsigned char*>(text.data()) + LWS_PRE;
    if (lws_write(wsi, bytes, text.size() - LWS_PRE, LWS_WRITE_BINARY) < 0) return -1;
    client.out.pop_front();
    if (!client.out.empty()) lws_callback_on_writable(wsi);
    return 0;
  }

  void receive(lws* wsi, Client& client, std::string_view in) {
    client.in.append(in);
    std::string_view rest = client.in;
    while (const std::size_t taken = command(wsi, client, rest)) rest.remove_prefix(taken);
    client.in.erase(0, client.in.size() - rest.size());
  }

  /// How long the first command is; 0: not all of it is there.
  std::size_t command(lws* wsi, Client& client, std::string_view text) {
    const std::size_t end = text.find("\r\n");
    if (end == std::string_view::npos) return 0;
    const std::string_view line = text.substr(0, end);
    if (line.starts_with("PING")) queue(wsi, client, "PONG\r\n");
    if (line.starts_with("SUB ")) {
      client.topic = line.substr(4, line.find(' ', 4) - 4);
      subscribers_[client.topic] = wsi;
    }
    return line.starts_with("PUB ") ? publish(text, end) : end + 2;
  }

  std::size_t publish(std::string_view text, std::size_t end) {
    const std::size_t space = text.find(' ', 4);
    std::size_t size = 0;
    std::from_chars(text.data() + space + 1, text.data() + end, size);
    const std::size_t whole = end + 2 + size + 2;
    if (text.size() < whole) return 0;
    const std::string topic(text.substr(4, space - 4));
    const auto found = subscribers_.find(topic);
    if (found == subscribers_.end()) return whole;
    std::string message = "MSG " + topic + " 1 " + std::to_string(size);
    message.append(text.substr(end, whole - end));
    queue(found->second, *static_cast<Client*>(lws_wsi_user(found->second)), message);
    return whole;
  }

  std::map<std::string, lws*, std::less<>> subscribers_;
};

int callback(lws* wsi, lws_callback_reasons reason, void* user, void* in, std::size_t size) {
  auto* relay = static_cast<Relay*>(lws_context_user(lws_get_context(wsi)));
  return relay->on(wsi, reason, static_cast<Client*>(user), {static_cast<const char*>(in), size});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  lws_set_log_level(LLL_ERR, nullptr);
  Relay relay;
  const lws_protocols protocols[] = {{"relay", callback, sizeof(Client), 16384, 0, nullptr, 0}, {}};
  lws_context_creation_info info{};
  info.port = std::atoi(argv[1]);
  info.iface = "127.0.0.1";
  info.options = LWS_SERVER_OPTION_DISABLE_IPV6;
  info.protocols = protocols;
  info.user = &relay;
  lws_context* context = lws_create_context(&info);
  if (context == nullptr) return 1;
  while (lws_service(context, 0) >= 0) {
  }
  lws_context_destroy(context);
  return 0;
}

// A hub that does what a test says, on a thread of its own, for one client after another.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace signal_hub::cli::test {

/// The hub's end of one connection; used by the script only. Calls fail with an exception once the
/// client has gone, which ends the script.
class Line {
 public:
  explicit Line(int fd) : fd_(fd) {}

  /// Answers the upgrade; the request is kept for the test.
  std::string upgrade();
  /// Refuses it with this response.
  std::string refuse(std::string_view response);

  void send(std::string_view text);
  void close_with(std::uint16_t code, std::string_view reason);

  /// The next message; nullopt: the client has closed or gone.
  std::optional<nlohmann::json> receive();

  /// Reads on until the client has gone.
  void wait_gone();

  /// An answer of the hub to `request`.
  void answer(const nlohmann::json& request, std::string_view type, std::string_view payload,
              std::string_view metadata = "{}");
  /// Serves hub:connect.
  void welcome(std::string_view metadata = "{}");
  /// Serves hub:disconnect, which must come next, and closes.
  void farewell();

 private:
  void write(std::string_view bytes);
  std::optional<char> byte();
  void frame(unsigned opcode, std::string_view payload);

  int fd_;
};

class FakeHub {
 public:
  using Script = std::function<void(Line&)>;

  explicit FakeHub(Script script);
  /// On a unix socket.
  FakeHub(Script script, const std::string& path);
  ~FakeHub();
  FakeHub(const FakeHub&) = delete;
  FakeHub& operator=(const FakeHub&) = delete;

  std::string url() const;
  std::uint16_t port() const { return port_; }

  /// Ends the script and waits for it; everything a test looks at is there afterwards.
  void finish();

 private:
  void serve();

  Script script_;
  int listening_;
  std::uint16_t port_ = 0;
  std::atomic<int> client_{-1};
  std::thread thread_;
};

}  // namespace signal_hub::cli::test

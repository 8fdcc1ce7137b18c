#include "adapters/ws/listener.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "temporary_directory.hpp"
#include "test_loop.hpp"
#include "ws_peer.hpp"

namespace signal_hub::adapters {
namespace {

using test::Peer;

class ListenerTest : public testing::Test {
 protected:
  void TearDown() override {
    for (const int fd : accepted_) close(fd);
  }
  Result<std::unique_ptr<Listener>> open(const std::string& address) {
    const auto parsed = parse_listen_address(address);
    if (!parsed) throw std::runtime_error(parsed.error());
    return Listener::open(loop_.raw(), *parsed, [this](int fd, const ListenAddress&) {
      if (fd < 0) {
        ++unheard_;
      } else {
        accepted_.push_back(fd);
      }
    });
  }
  /// The complaint names the address and says `why`.
  void refused(const std::string& address, const std::string& why) {
    const auto opened = open(address);
    ASSERT_FALSE(opened.ok()) << address;
    EXPECT_NE(opened.error().find(address), std::string::npos) << opened.error();
    EXPECT_NE(opened.error().find(why), std::string::npos) << opened.error();
  }
  std::string path(const std::string& name) const { return files_.path() + "/" + name; }

  signal_hub::test::TemporaryDirectory files_;
  test::TestLoop loop_;
  std::vector<int> accepted_;
  int unheard_ = 0;  // closed for lack of descriptors
};

/// Whether a TCP connection to that address and port is taken.
bool answers(const char* host, std::uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  inet_pton(AF_INET, host, &name.sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const bool taken = connect(fd, reinterpret_cast<sockaddr*>(&name), sizeof(name)) == 0;
  close(fd);
  return taken;
}

/// A socket file without a listener, as a crash leaves it.
void leave_socket(const std::string& path, int type = SOCK_STREAM) {
  const int fd = socket(AF_UNIX, type, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, path.c_str(), path.size() + 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&name), sizeof(name)), 0);
  close(fd);
}

TEST_F(ListenerTest, PortZeroIsReplacedByTheRealOne) {
  const auto opened = open("127.0.0.1:0");
  ASSERT_TRUE(opened.ok()) << opened.error();
  const std::uint16_t port = (*opened)->address().port;
  ASSERT_NE(port, 0);
  const Peer peer(port);
  EXPECT_TRUE(loop_.until([this] { return accepted_.size() == 1; }));
}

TEST_F(ListenerTest, APortInUseIsAnErrorThatNamesTheAddress) {
  const auto first = open("127.0.0.1:0");
  ASSERT_TRUE(first.ok());
  refused("127.0.0.1:" + std::to_string((*first)->address().port), "in use");
}

TEST_F(ListenerTest, AnAddressOfAnotherMachineIsAnErrorThatNamesIt) {
  refused("192.0.2.1:1234", "assign");  // TEST-NET-1; the rest is the system's sentence
}

TEST_F(ListenerTest, AnIpv4LoopbackAddressIsBoundAloneAndNotAllOfThem) {
  const auto opened = open("127.0.0.1:0");
  ASSERT_TRUE(opened.ok());
  const std::uint16_t port = (*opened)->address().port;
  EXPECT_TRUE(answers("127.0.0.1", port));
  EXPECT_FALSE(answers("127.0.0.2", port));
}

TEST_F(ListenerTest, Ipv4AndIpv6ListenOnOnePort) {
  const auto six = open("[::1]:0");
  if (!six) GTEST_SKIP() << six.error();
  const auto four = open("127.0.0.1:" + std::to_string((*six)->address().port));
  EXPECT_TRUE(four.ok()) << four.error();
  refused("[::1]:" + std::to_string((*six)->address().port), "in use");
}

TEST_F(ListenerTest, AClosedListenerTakesNobody) {
  auto opened = open("127.0.0.1:0");
  ASSERT_TRUE(opened.ok());
  const std::uint16_t port = (*opened)->address().port;
  opened->reset();
  EXPECT_FALSE(answers("127.0.0.1", port));
}

TEST_F(ListenerTest, AUnixSocketIsForOwnerAndGroupAndGoesWithItsListener) {
  auto opened = open("unix:" + path("hub"));
  ASSERT_TRUE(opened.ok()) << opened.error();
  struct stat file {};
  ASSERT_EQ(stat(path("hub").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0660U);
  const Peer peer(path("hub"));
  EXPECT_TRUE(loop_.until([this] { return accepted_.size() == 1; }));
  opened->reset();
  EXPECT_FALSE(std::filesystem::exists(path("hub")));
}

TEST_F(ListenerTest, ASocketFileLeftByACrashIsReplaced) {
  leave_socket(path("hub"));
  const auto opened = open("unix:" + path("hub"));
  ASSERT_TRUE(opened.ok()) << opened.error();
  const Peer peer(path("hub"));
  EXPECT_TRUE(loop_.until([this] { return accepted_.size() == 1; }));
}

TEST_F(ListenerTest, ASocketFileInUseIsAnErrorAndStaysInUse) {
  const auto first = open("unix:" + path("hub"));
  ASSERT_TRUE(first.ok());
  refused("unix:" + path("hub"), "in use");
  const Peer peer(path("hub"));
  EXPECT_TRUE(loop_.until([this] { return !accepted_.empty(); }));
}

TEST_F(ListenerTest, AFileThatIsNoSocketIsNeverDeleted) {
  const std::string file = files_.write("hub.db", "precious");
  refused("unix:" + file, "no socket");
  EXPECT_EQ(std::filesystem::file_size(file), 8U);
}

TEST_F(ListenerTest, ADirectoryOrALinkIsNeverDeleted) {
  std::filesystem::create_directory(path("folder"));
  leave_socket(path("target"));
  std::filesystem::create_symlink(path("target"), path("link"));
  refused("unix:" + path("folder"), "no socket");
  refused("unix:" + path("link"), "no socket");
  EXPECT_TRUE(std::filesystem::is_directory(path("folder")));
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_TRUE(std::filesystem::exists(path("target")));
}

TEST_F(ListenerTest, ASocketOfAnotherKindIsNeverDeleted) {
  const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, path("log").c_str(), path("log").size() + 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&name), sizeof(name)), 0);
  refused("unix:" + path("log"), "in use");
  EXPECT_TRUE(std::filesystem::exists(path("log")));
  close(fd);
}

TEST_F(ListenerTest, AMissingFolderIsAnErrorThatNamesThePath) {
  refused("unix:" + path("nowhere/hub"), "there is no such folder");
}

TEST_F(ListenerTest, AFileThatTookTheSocketsPlaceStays) {
  auto opened = open("unix:" + path("hub"));
  ASSERT_TRUE(opened.ok());
  std::filesystem::remove(path("hub"));
  leave_socket(path("hub"));  // of a hub that was started since
  opened->reset();
  EXPECT_TRUE(std::filesystem::exists(path("hub")));
}

/// Lowers the number of descriptors so that not one more can be opened.
class NoDescriptorsLeft {
 public:
  NoDescriptorsLeft() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int next = dup(STDERR_FILENO);  // the lowest that is free
    close(next);
    rlimit now = before_;
    now.rlim_cur = static_cast<rlim_t>(next);
    setrlimit(RLIMIT_NOFILE, &now);
  }
  ~NoDescriptorsLeft() { setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptorsLeft(const NoDescriptorsLeft&) = delete;
  NoDescriptorsLeft& operator=(const NoDescriptorsLeft&) = delete;

 private:
  rlimit before_{};
};

/// The one socket of this process that accepts connections.
int listening_socket() {
  for (int fd = 0; fd < 256; ++fd) {
    int listens = 0;
    socklen_t length = sizeof(listens);
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) == 0 && listens != 0) {
      return fd;
    }
  }
  return -1;
}

TEST_F(ListenerTest, WithoutDescriptorsTheSurplusIsClosedAndTheListenerRecovers) {
  const auto opened = open("127.0.0.1:0");
  ASSERT_TRUE(opened.ok());
  const std::uint16_t port = (*opened)->address().port;
  Peer first(port);
  Peer second(port);
  {
    const NoDescriptorsLeft none;
    EXPECT_TRUE(loop_.until([&] {
      first.pump();
      second.pump();
      return first.ended() && second.ended();
    }));
    EXPECT_TRUE(accepted_.empty());
    EXPECT_EQ(unheard_, 2);
    // Nothing is left in the queue: the socket does not wake the loop again.
    pollfd listening{listening_socket(), POLLIN, 0};
    ASSERT_GE(listening.fd, 0);
    EXPECT_EQ(poll(&listening, 1, 0), 0);
  }
  const Peer third(port);
  EXPECT_TRUE(loop_.until([this] { return accepted_.size() == 1; }));
}

}  // namespace
}  // namespace signal_hub::adapters

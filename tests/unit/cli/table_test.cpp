// Tables and figures for people.
#include "cli/table.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "cli/admin_client.hpp"

namespace signal_hub::cli {
namespace {

TEST(Table, PadsColumnsByCharactersNotBytes) {
  Table table({"NAME", "N"});
  table.add({"Grüße", "1"});
  table.add({"x", "22"});
  std::ostringstream out;
  table.print(out);
  EXPECT_EQ(out.str(), "NAME   N\nGrüße  1\nx      22\n");
}

TEST(Table, StrangersDoNotSteerTheTerminal) {
  EXPECT_EQ(printable("a\x1b[2Jb\n\x7f"), "a?[2Jb??");
  EXPECT_EQ(printable("\xc2\x9b"
                      "2J"),
            "?2J");
  EXPECT_EQ(printable("ü€"), "ü€");
}

TEST(Table, FiguresAreShort) {
  EXPECT_EQ(span_text(999), "999 ms");
  EXPECT_EQ(span_text(1'000), "1 s");
  EXPECT_EQ(span_text(119'999), "119 s");
  EXPECT_EQ(span_text(120'000), "2 min");
  EXPECT_EQ(span_text(7'200'000), "2 h");
  EXPECT_EQ(span_text(172'800'000), "2 d");
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(std::uint64_t{5} << 30U), "5.0 GiB");
}

TEST(AdminClient, NamesAreEncodedForPaths) {
  EXPECT_EQ(percent_encode("@(a/b c)"), "%40%28a%2Fb%20c%29");
  EXPECT_EQ(percent_encode("Az09-_.~"), "Az09-_.~");
  EXPECT_EQ(percent_encode("\xc3\xbc%&="), "%C3%BC%25%26%3D");
}

TEST(AdminClient, NeedsToKnowWhereTheHubIs) {
  EXPECT_FALSE(AdminClient::open({}));
  AdminOptions options;
  options.socket = "/run/hub.sock";
  EXPECT_TRUE(AdminClient::open(options));
  options.socket.clear();
  options.token_file = "/nonexistent";
  EXPECT_FALSE(AdminClient::open(options));
}

}  // namespace
}  // namespace signal_hub::cli

#include "adapters/jwt/encoding.hpp"

#include <gtest/gtest.h>

#include "adapters/jwt/mac.hpp"

namespace signal_hub::adapters {
namespace {

TEST(Base64Url, TheVectorsOfRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xef\xff", "--__"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(encode_base64url(bytes), text);
    EXPECT_EQ(decode_base64url(text), bytes);
  }
}

TEST(Base64Url, EveryLengthComesBack) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(decode_base64url(encode_base64url(bytes)), bytes);
    bytes += static_cast<char>(i * 7);
  }
}

TEST(Base64Url, IsStrict) {
  for (const auto* text : {"Z", "Zm9vY", "Zg=", "Zg==", "Zm9v=", "Zh", "Zm9", "+/+/", "Zm 9v",
                           "Zm9v\n", "Zm\xc3\xa4"}) {
    EXPECT_EQ(decode_base64url(text), std::nullopt) << text;
  }
  EXPECT_EQ(decode_base64url(std::string_view("Zg\0\0", 4)), std::nullopt);
}

TEST(RenewalMac, IsOfItsKeyAndText) {
  const core::Mac mac = make_mac(new_mac_key());
  EXPECT_EQ(mac("a").size(), 22U);
  EXPECT_EQ(mac("a"), mac("a"));
  EXPECT_NE(mac("a"), mac("b"));
  EXPECT_NE(mac("a"), make_mac(new_mac_key())("a"));
}

}  // namespace
}  // namespace signal_hub::adapters

#include "frames.hpp"

#include <gtest/gtest.h>

namespace hub_bench {
namespace {

/// A client's frame as a server would send it: the mask undone and taken out.
std::string unmasked(std::string frame) {
  const auto length = static_cast<unsigned char>(frame[1]) & 0x7fU;
  const std::size_t header = length < 126 ? 2 : length == 126 ? 4 : 10;
  const std::string key = frame.substr(header, 4);
  EXPECT_NE(static_cast<unsigned char>(frame[1]) & 0x80U, 0U);
  frame[1] = static_cast<char>(length);
  frame.erase(header, 4);
  for (std::size_t i = header; i < frame.size(); ++i) {
    frame[i] = static_cast<char>(frame[i] ^ key[(i - header) % 4]);
  }
  return frame;
}

class FrameSizes : public testing::TestWithParam<std::size_t> {};

TEST_P(FrameSizes, ComeBackWholeAndOnlyWhenWhole) {
  const std::string text(GetParam(), 'a');
  std::string masked;
  append_frame(masked, Opcode::text, text, 0x12345678);
  const std::string bytes = unmasked(masked);
  bool broken = false;
  for (const std::size_t part : {std::size_t{1}, bytes.size() / 2, bytes.size() - 1}) {
    EXPECT_FALSE(first_frame(std::string_view(bytes).substr(0, part), broken));
    EXPECT_FALSE(broken);
  }
  const std::string more = bytes + "next";
  const auto frame = first_frame(more, broken);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->payload, text);
  EXPECT_EQ(frame->size, bytes.size());
  EXPECT_EQ(frame->opcode, Opcode::text);
  EXPECT_TRUE(frame->last);
}

INSTANTIATE_TEST_SUITE_P(Frames, FrameSizes,
                         testing::Values(1, 7, 8, 9, 125, 126, 127, 65'535, 65'536));

TEST(Frames, TheMaskOfTheSpecificationSExample) {
  std::string out;
  append_frame(out, Opcode::text, "Hello", 0x3d21fa37);  // little endian: 37 fa 21 3d
  EXPECT_EQ(out, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
}

TEST(Frames, AFragmentIsNotTheLast) {
  bool broken = false;
  const auto frame = first_frame(std::string_view("\x01\x01x", 3), broken);
  ASSERT_TRUE(frame);
  EXPECT_FALSE(frame->last);
}

TEST(Frames, MaskedOrReservedOrAbsurdlyLongIsBroken) {
  for (const std::string_view bytes :
       {std::string_view("\x81\x81"
                         "1234x",
                         7),
        std::string_view("\xc1\x01x", 3), std::string_view("\x81\x7f\xff\0\0\0\0\0\0\0", 10)}) {
    bool broken = false;
    EXPECT_FALSE(first_frame(bytes, broken));
    EXPECT_TRUE(broken);
  }
}

}  // namespace
}  // namespace hub_bench

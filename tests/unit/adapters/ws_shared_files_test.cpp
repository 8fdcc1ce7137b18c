#include "adapters/ws/shared_files.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

namespace signal_hub::adapters {
namespace {

using core::SharedBytes;

constexpr std::size_t large = std::size_t{100} * 1024;

struct SharedFilesTest : testing::Test {
  /// A text with as many owners as `recipients`, and this one.
  SharedBytes text(std::size_t size, std::size_t recipients, char fill = 'x') {
    SharedBytes made(std::string(size, fill), held);
    owners.insert(owners.end(), recipients, made);
    return made;
  }
  static std::string content(int file, std::size_t size) {
    std::string read(size + 1, '\0');
    const ssize_t got = pread(file, read.data(), read.size(), 0);
    read.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return read;
  }

  std::size_t held = 0;
  std::vector<SharedBytes> owners;
  SharedFiles files;
};

TEST_F(SharedFilesTest, WhatManyAreSentIsAFileWithTheText) {
  const SharedBytes shared = text(large, 10);
  const int file = files.file_of(shared);
  ASSERT_GE(file, 0);
  EXPECT_EQ(content(file, large), *shared);
  EXPECT_EQ(files.file_of(shared), file);
  EXPECT_EQ(files.size(), 1U);
}

TEST_F(SharedFilesTest, AnEqualTextIsAnother) {
  const SharedBytes one = text(large, 10), other = text(large, 10);
  EXPECT_NE(files.file_of(one), files.file_of(other));
}

TEST_F(SharedFilesTest, SmallTextsAndThoseForFewAreSentAsUsual) {
  EXPECT_EQ(files.file_of(text(10'000, 10)), -1);
  EXPECT_EQ(files.file_of(text(large, 1)), -1);
  EXPECT_EQ(files.size(), 0U);
}

TEST_F(SharedFilesTest, ATextNobodyElseHoldsIsForgotten) {
  {
    const SharedBytes shared = text(large, 10);
    ASSERT_GE(files.file_of(shared), 0);
    files.forget_sent();
    EXPECT_EQ(files.size(), 1U);
  }
  owners.clear();
  EXPECT_EQ(held, large);
  files.forget_sent();
  EXPECT_EQ(files.size(), 0U);
  EXPECT_EQ(held, 0U);
}

TEST_F(SharedFilesTest, TheirNumberIsBounded) {
  std::size_t made = 0;
  for (int n = 0; n < 50; ++n) made += files.file_of(text(large, 10)) >= 0 ? 1 : 0;
  EXPECT_EQ(made, files.size());
  EXPECT_LT(made, 10U);
}

TEST_F(SharedFilesTest, WithoutDescriptorsTextsAreSentAsUsual) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  EXPECT_EQ(files.file_of(text(large, 10)), -1);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_GE(files.file_of(text(large, 10)), 0);
}

TEST_F(SharedFilesTest, WithoutRoomTextsAreSentAsUsual) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit little{large / 2, before.rlim_max};
  const auto ignored = signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &little), 0);
  EXPECT_EQ(files.file_of(text(large, 10)), -1);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, ignored);
  EXPECT_EQ(files.size(), 0U);
}

}  // namespace
}  // namespace signal_hub::adapters

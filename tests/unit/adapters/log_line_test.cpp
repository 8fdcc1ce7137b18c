#include "adapters/log/line.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace signal_hub::adapters {
namespace {

using app::Level;
using app::LogField;

// 2023-11-14T22:13:20.007Z
constexpr WallTime at = from_epoch_ms(1'700'000'000'007);

std::string json(const std::vector<LogField>& fields) {
  return format_json(at, Level::info, "an_event", fields);
}

std::string json_text(const std::string& value) { return json({{"x", value}}); }

TEST(LogLine, JsonBeginsWithTimeLevelAndEvent) {
  EXPECT_EQ(json({}),
            R"({"timestamp":"2023-11-14T22:13:20.007Z","level":"info","event":"an_event"})");
  EXPECT_EQ(format_json(from_epoch_ms(0), Level::error, "e", {}),
            R"({"timestamp":"1970-01-01T00:00:00.000Z","level":"error","event":"e"})");
}

TEST(LogLine, FieldsKeepTheirOrderAndType) {
  const std::string line = json({{"z", std::string("text")},
                                 {"a", std::int64_t{-5}},
                                 {"m", 0.25},
                                 {"b", true},
                                 {"big", std::numeric_limits<std::int64_t>::max()}});
  EXPECT_TRUE(line.ends_with(
      R"("event":"an_event","z":"text","a":-5,"m":0.25,"b":true,"big":9223372036854775807})"))
      << line;
}

TEST(LogLine, NumbersThatAreNoneAreNull) {
  const std::string line = json({{"nan", std::numeric_limits<double>::quiet_NaN()},
                                 {"inf", -std::numeric_limits<double>::infinity()},
                                 {"huge", 1e300}});
  const auto read = nlohmann::json::parse(line);
  EXPECT_TRUE(read["nan"].is_null());
  EXPECT_TRUE(read["inf"].is_null());
  EXPECT_EQ(read["huge"].get<double>(), 1e300);
}

TEST(LogLine, WhateverIsInAValueStaysInIt) {
  std::string hostile;
  for (int c = 0; c < 0x80; ++c) hostile += static_cast<char>(c);
  hostile += "\n{\"event\":\"forged\"}\u2028\U0001F600";
  const std::string line = json_text(hostile);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(line)["x"].get<std::string>(), hostile);
}

TEST(LogLine, InvalidUtf8IsReplaced) {
  const std::string mark = "\xef\xbf\xbd";
  const std::pair<std::string, std::string> cases[] = {
      {"a\xff"
       "b",
       "a" + mark + "b"},                               // never a byte of UTF-8
      {"a\x80", "a" + mark},                            // a continuation alone
      {"\xc3", mark},                                   // cut off
      {"\xe2\x82", mark + mark},                        // cut off
      {"\xf0\x9f\x98", mark + mark + mark},             // cut off
      {"\xc0\xaf", mark + mark},                        // overlong
      {"\xe0\x80\x80", mark + mark + mark},             // overlong
      {"\xf0\x80\x80\x80", mark + mark + mark + mark},  // overlong
      {"\xed\xa0\x80", mark + mark + mark},             // a surrogate
      {"\xf4\x90\x80\x80", mark + mark + mark + mark},  // beyond U+10FFFF
      {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},         // U+10FFFF itself
      {"\xed\x9f\xbf\xee\x80\x80", "\xed\x9f\xbf\xee\x80\x80"},
      {"\xc3\"", mark + "\""},  // swallows no quote
  };
  for (const auto& [bytes, wanted] : cases) {
    const auto read = nlohmann::json::parse(json_text(bytes));
    EXPECT_EQ(read["x"].get<std::string>(), wanted);
  }
}

TEST(LogLine, TextForPeople) {
  const std::vector<LogField> fields{{"url", std::string("ws://x")}, {"n", std::int64_t{3}}};
  EXPECT_EQ(format_text(at, Level::warn, "an_event", fields, false),
            R"(2023-11-14T22:13:20.007Z warn  an_event url="ws://x" n=3)");
  EXPECT_EQ(format_text(at, Level::error, "an_event", {}, true),
            "2023-11-14T22:13:20.007Z \x1b[31merror\x1b[0m an_event");
}

TEST(LogLine, TextCannotBeForgedEither) {
  const std::string line = format_text(
      at, Level::info, "e", std::vector<LogField>{{"x", std::string("a\n\x1b[31mb")}}, false);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
}

TEST(LogLine, LevelsByName) {
  EXPECT_EQ(parse_level("debug"), Level::debug);
  EXPECT_EQ(parse_level("error"), Level::error);
  EXPECT_EQ(parse_level("Info"), std::nullopt);
  EXPECT_EQ(parse_level(""), std::nullopt);
}

}  // namespace
}  // namespace signal_hub::adapters

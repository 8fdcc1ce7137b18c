// Validation, views and writing of JSON.
#include <gtest/gtest.h>

#include <string>

#include "base/limits.hpp"
#include "wire/json_check.hpp"
#include "wire/json_view.hpp"
#include "wire/json_writer.hpp"

namespace signal_hub::wire {
namespace {

JsonVerdict check(const std::string& text) {
  static JsonChecker checker;
  std::string padded = text;
  padded.append(JsonChecker::padding, '\0');
  return checker.check(std::string_view(padded).substr(0, text.size()));
}

TEST(JsonCheck, ValidTexts) {
  for (const char* text :
       {"{}", "[]", " [ 1 , 2 ] ", "null", "true", "-0", "1.5e+10", R"("\ud83d\ude00\n")",
        R"({"a":{"b":[{}]},"a":1})", "1e999", "123456789012345678901234567890", R"("\ud800")",
        "-123456789012345678901234567890.5", R"(["\udc00",1e400])"}) {
    EXPECT_EQ(check(text), JsonVerdict::valid) << text;
    EXPECT_EQ(check_grammar(text), JsonVerdict::valid) << text;
  }
}

TEST(JsonCheck, MalformedTexts) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "}",
                           "[1,]",
                           "{,}",
                           R"({"a"})",
                           R"({"a":})",
                           R"({a:1})",
                           "01",
                           "1.",
                           ".5",
                           "+1",
                           "1e",
                           "tru",
                           "nul",
                           "nulll",
                           R"("\q")",
                           R"("\u12g4")",
                           "\"\x01\"",
                           "\"a",
                           "1 2",
                           "[1]]",
                           "'a'",
                           R"({"a":1,})",
                           "-",
                           "\xef\xbb\xbf{}",
                           "NaN",
                           "[1e999,]"}) {
    EXPECT_EQ(check(text), JsonVerdict::malformed) << text;
    EXPECT_EQ(check_grammar(text), JsonVerdict::malformed) << text;
  }
}

TEST(JsonCheck, NulBytesAreMalformed) {
  EXPECT_EQ(check(std::string("{}\0", 3)), JsonVerdict::malformed);
  EXPECT_EQ(check(std::string("\"a\0b\"", 5)), JsonVerdict::malformed);
}

TEST(JsonCheck, BadUtf8) {
  for (const char* text : {"\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"", "\"\xf5\x80\x80\x80\""}) {
    EXPECT_EQ(check(text), JsonVerdict::bad_utf8) << text;
  }
}

TEST(JsonCheck, DepthOf256PassesAnd257DoesNot) {
  const auto arrays = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  std::string objects;
  for (int i = 0; i < 257; ++i) objects += R"({"a":)";
  EXPECT_EQ(check(arrays(limits::json_depth)), JsonVerdict::valid);
  EXPECT_EQ(check(arrays(limits::json_depth + 1)), JsonVerdict::too_deep);
  EXPECT_EQ(check(arrays(100'000)), JsonVerdict::too_deep);
  EXPECT_EQ(check(objects + "1" + std::string(257, '}')), JsonVerdict::too_deep);
}

/// The outline as text, of the text as it is and made long by blanks.
std::string outline(const std::string& text) {
  std::string both;
  for (const std::size_t blanks : {std::size_t{0}, JsonChecker::short_text}) {
    JsonChecker checker;
    std::string padded = text + std::string(blanks + JsonChecker::padding, ' ');
    JsonOutline outline;
    checker.check(std::string_view(padded).substr(0, text.size() + blanks), outline);
    std::string found = outline.escapes ? "escapes " : "";
    for (const JsonOutline::Outer& m : outline.members) {
      found.append(m.key).append(m.key_has_escapes ? "\\=" : "=").append(m.value);
      for (std::size_t i = m.first; i < m.first + m.count; ++i) {
        const JsonMember& in = outline.inner[i];
        found.append("(").append(in.key).append("=").append(in.value).append(")");
      }
      found += ' ';
    }
    EXPECT_TRUE(both.empty() || both == found) << both << " and " << found;
    both = found;
  }
  return both;
}

TEST(JsonCheck, OutlinesTwoLevelsOfObjects) {
  EXPECT_EQ(
      outline(R"( { "a" : 1 , "b":{"c":{"d":2} , "e" : [ {"f":3} ]},"g":[4,{"h":5}],"i":{} })"),
      R"(a=1 b={"c":{"d":2} , "e" : [ {"f":3} ]}(c={"d":2})(e=[ {"f":3} ]) g=[4,{"h":5}] i={} )");
  EXPECT_EQ(outline(R"({"a":1,"a":{"b":"\n"},"\u0061":null})"),
            R"(escapes a=1 a={"b":"\n"}(b="\n") \u0061\=null )");
  EXPECT_EQ(outline(R"([{"a":{"b":1}},2])"), "");
  EXPECT_EQ(outline("3"), "");
  EXPECT_EQ(outline("{}"), "");
}

TEST(JsonCheck, StringsOfEveryLengthEndWhereTheyEnd) {
  for (std::size_t size = 0; size < 70; ++size) {
    const std::string plain(size, 'x');
    EXPECT_EQ(check("\"" + plain + "\""), JsonVerdict::valid) << size;
    EXPECT_EQ(check("\"" + plain + "é\\\"\""), JsonVerdict::valid) << size;
    EXPECT_EQ(check("\"" + plain), JsonVerdict::malformed) << size;
    EXPECT_EQ(check("\"" + plain + "\x1f\""), JsonVerdict::malformed) << size;
    EXPECT_EQ(check("\"" + plain + "\xc3\""), JsonVerdict::bad_utf8) << size;
  }
}

TEST(JsonCheck, GoesOnAfterAGiant) {
  EXPECT_EQ(check("\"" + std::string(3'000'000, 'x') + "\""), JsonVerdict::valid);
  EXPECT_EQ(check("{}"), JsonVerdict::valid);
  EXPECT_EQ(check("{"), JsonVerdict::malformed);
}

TEST(JsonView, SlicesByteForByte) {
  const JsonView root(R"( { "a" : [ 1.10, "x\"}" ] , "b":{ "c" : null } } )");
  EXPECT_EQ(root.member("a")->raw(), R"([ 1.10, "x\"}" ])");
  EXPECT_EQ(root.member("b")->raw(), R"({ "c" : null })");
  EXPECT_FALSE(root.member("c"));
  EXPECT_FALSE(JsonView("[]").member("a"));
}

TEST(JsonView, LastDuplicateWinsAndKeysAreComparedUnescaped) {
  const JsonView root(R"({"k":1,"\u006b":2,"x\\":3})");
  EXPECT_EQ(root.member("k")->raw(), "2");
  EXPECT_EQ(root.member("x\\")->raw(), "3");
}

TEST(JsonView, Strings) {
  EXPECT_EQ(JsonView(R"("plain")").plain_string(), "plain");
  EXPECT_FALSE(JsonView(R"("\n")").plain_string());
  EXPECT_EQ(JsonView(R"("\"\\\/\b\f\n\r\t")").string(), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(JsonView(R"("\u00e9\u20ac\ud83d\ude00")").string(), "é€😀");
  EXPECT_EQ(JsonView(R"("\ud800x\udc00")").string(), "\xef\xbf\xbdx\xef\xbf\xbd");
  EXPECT_EQ(JsonView(R"("\ud800\u0041")").string(),
            "\xef\xbf\xbd"
            "A");
  EXPECT_FALSE(JsonView("1").string());
}

TEST(JsonView, Numbers) {
  EXPECT_EQ(JsonView("1.5").number(), 1.5);
  EXPECT_FALSE(JsonView("1e999").number());
  EXPECT_FALSE(JsonView("\"1\"").number());
  EXPECT_EQ(JsonView("3").integer(), 3);
  EXPECT_EQ(JsonView("3.0").integer(), 3);
  EXPECT_EQ(JsonView("3e2").integer(), 300);
  EXPECT_FALSE(JsonView("3.5").integer());
  EXPECT_EQ(JsonView("9223372036854775807").integer(), INT64_MAX);
  EXPECT_FALSE(JsonView("9223372036854775808").integer());
  EXPECT_EQ(JsonView("true").boolean(), true);
  EXPECT_FALSE(JsonView("1").boolean());
}

TEST(JsonView, ArraysAreWalkedInOrder) {
  std::string seen;
  for (ArrayCursor c(JsonView(R"([ {"a":[1,2]} , "],", 3 ,[],null ])")); c.next();) {
    seen += std::string(c.value().raw()) + "|";
  }
  EXPECT_EQ(seen, R"({"a":[1,2]}|"],"|3|[]|null|)");
  ArrayCursor empty(JsonView("[ ]"));
  EXPECT_FALSE(empty.next());
}

TEST(JsonWriter, EscapesAtEveryPlace) {
  for (std::size_t at = 0; at < 40; ++at) {
    std::string text(40, 'x');
    text[at] = '"';
    std::string out;
    append_quoted(out, text + "é\x7f");
    EXPECT_EQ(JsonView(out).string(), text + "é\x7f");
    EXPECT_EQ(out.size(), text.size() + 6);
  }
}

TEST(JsonWriter, PlacesCommasAndEscapes) {
  std::string out;
  JsonWriter writer(out);
  const std::vector<std::string> texts{"a", "b\n"};
  writer.begin_object().field("s", "q\"\\\x01\té").field("n", -5).field("u", 7U).field("b", true);
  writer.field("d", 0.1).field("t", from_epoch_ms(12)).field("l", std::span(texts));
  writer.key("e").begin_array().end_array().key("z").null().raw_field("r", "[1.10]").end_object();
  EXPECT_EQ(out,
            "{\"s\":\"q\\\"\\\\\\u0001\\té\",\"n\":-5,\"u\":7,\"b\":true,\"d\":0.1,\"t\":12,"
            "\"l\":[\"a\",\"b\\n\"],\"e\":[],\"z\":null,\"r\":[1.10]}");
  EXPECT_EQ(check(out), JsonVerdict::valid);
}

}  // namespace
}  // namespace signal_hub::wire

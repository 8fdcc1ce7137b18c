// Tokens, routes and arguments of the administration API.
#include <gtest/gtest.h>

#include "app/admin/arguments.hpp"
#include "app/admin/routes.hpp"
#include "app/admin/token.hpp"

namespace signal_hub::app::admin {
namespace {

using namespace std::string_literals;

constexpr std::string_view token = "0123456789abcdef";

TEST(AdminToken, IsTheFilesTextWithoutWhiteSpaceAroundIt) {
  EXPECT_EQ(*token_in(" \n0123456789abcdef\r\n"), token);
  EXPECT_FALSE(token_in(""));
  EXPECT_FALSE(token_in("0123456789abcde"));
  EXPECT_FALSE(token_in("0123456789 abcdef"));
  EXPECT_FALSE(token_in("0123456789abcdef\x01"));
}

TEST(AdminToken, OnlyTheWholeTokenIsTheSame) {
  EXPECT_TRUE(same_token(token, token));
  EXPECT_FALSE(same_token("", token));
  EXPECT_FALSE(same_token(token.substr(1), token));
  EXPECT_FALSE(same_token(token.substr(0, 15), token));
  // Twice the token agrees in every byte, not in its length.
  EXPECT_FALSE(same_token("0123456789abcdef0123456789abcdef", token));
  EXPECT_FALSE(same_token("0123456789abcdeF", token));
  EXPECT_FALSE(same_token("x", ""));
}

TEST(AdminToken, TheHeaderIsCheckedAsAWhole) {
  EXPECT_TRUE(check_token("Bearer 0123456789abcdef", token));
  EXPECT_TRUE(check_token("bearer  0123456789abcdef ", token));
  for (const char* wrong : {"", "0123456789abcdef", "Basic 0123456789abcdef", "Bearer", "Bearer ",
                            "Bearer x", "Bearer0123456789abcdef"}) {
    const auto checked = check_token(wrong, token);
    ASSERT_FALSE(checked) << wrong;
    EXPECT_EQ(checked.error().status, 401) << wrong;
  }
}

TEST(AdminToken, WithoutOneNothingOpens) {
  for (const char* header : {"", "Bearer ", "Bearer x"}) {
    const auto checked = check_token(header, "");
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().status, 403);
  }
}

int status_of(std::string_view method, const std::string& path) {
  std::string allow;
  const auto found = find_route(method, "/api/v1" + path, allow);
  return found ? 200 : found.error().status;
}

TEST(AdminRoutes, AreAFixedTable) {
  EXPECT_EQ(status_of("GET", "/stats"), 200);
  EXPECT_EQ(status_of("HEAD", "/stats"), 200);
  EXPECT_EQ(status_of("DELETE", "/sessions/abc"), 200);
  for (const char* path : {"", "/nothing", "/stats/x", "/sessions/a/b", "/statsx"}) {
    EXPECT_EQ(status_of("GET", path), 404) << path;
  }
  for (const std::string& path :
       {"/"s, "//stats"s, "/stats/"s, "/./stats"s, "/../stats"s, "/actors/../stats"s,
        "/actors/a//b"s, "/stats\0"s, "/actors/\x7f"s, "/actors/\xff"s}) {
    EXPECT_EQ(status_of("GET", path), 400) << path;
  }
  EXPECT_EQ(status_of("TRACE", "/stats"), 405);
  EXPECT_EQ(status_of("", "/stats"), 405);
}

TEST(AdminRoutes, AnAddressKeepsItsSlashes) {
  std::string allow;
  const auto found = find_route("GET", "/api/v1/actors/@(a/b/c)", allow);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->parameter, "@(a/b/c)");
}

TEST(AdminRoutes, AnotherMethodIsToldWhatThereIs) {
  std::string allow;
  EXPECT_FALSE(find_route("POST", "/api/v1/actors/x", allow));
  EXPECT_EQ(allow, "GET, DELETE");
}

TEST(AdminRoutes, OnlyTheRootAndWhatIsBelowBelongsToTheApi) {
  EXPECT_TRUE(is_api_path("/api/v1"));
  EXPECT_TRUE(is_api_path("/api/v1/x"));
  for (const char* path : {"/api/v1x", "/api", "/api/", "/API/v1", "/", ""}) {
    EXPECT_FALSE(is_api_path(path)) << path;
  }
}

Checked<Arguments> read(const std::vector<std::string>& arguments) {
  return Arguments::read(arguments, {"limit", "cursor", "slow"});
}

TEST(AdminArguments, AreNamedAndGivenOnce) {
  EXPECT_EQ(read({"limit=5"})->text("limit"), "5");
  EXPECT_EQ(read({"cursor=a=b"})->text("cursor"), "a=b");
  EXPECT_FALSE(read({"limit"})->text("limit"));
  EXPECT_TRUE(read({}));
  EXPECT_FALSE(read({"odd=1"}));
  EXPECT_FALSE(read({"limit=1", "limit=1"}));
  EXPECT_FALSE(read({"cursor=\xff"}));
}

TEST(AdminArguments, LimitsAreBounded) {
  EXPECT_EQ(page_of(*read({}))->limit, 100U);
  EXPECT_EQ(page_of(*read({"limit=1000"}))->limit, 1000U);
  for (const char* limit : {"0", "1001", "-1", "1.5", "x", "99999999999999999999"}) {
    EXPECT_FALSE(page_of(*read({"limit="s + limit}))) << limit;
  }
}

TEST(AdminArguments, CursorsReadBack) {
  for (const core::PageStart& start : {core::PageStart{7, {}, false}, core::PageStart{7, {}, true},
                                       core::PageStart{0, "@(a/b)", false}}) {
    const auto back = decode_cursor(encode_cursor(start));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->slot, start.slot);
    EXPECT_EQ(back->address, start.address);
    EXPECT_EQ(back->by_slot, start.by_slot);
  }
  EXPECT_EQ(*decode_position(encode_position(UINT64_MAX)), UINT64_MAX);
  for (const char* cursor : {"x", "s", "s-1", "d4294967296", "a", "sx"}) {
    EXPECT_FALSE(decode_cursor(cursor)) << cursor;
  }
  for (const char* cursor : {"p", "s1", "p-1"}) EXPECT_FALSE(decode_position(cursor)) << cursor;
}

TEST(AdminArguments, BodiesAreObjectsOfKnownMembers) {
  EXPECT_TRUE(object_body(R"({"a":1})", {"a"}));
  for (const char* body : {"", "[]", "1", "{", R"({"b":1})", "{\"a\":\"\xff\"}"}) {
    EXPECT_FALSE(object_body(body, {"a"})) << body;
  }
  const auto body = object_body(R"({"a":"","n":-1,"t":"text","z":null})", {"a", "n", "t", "z"});
  ASSERT_TRUE(body);
  EXPECT_FALSE(required_text(*body, "a", 10));
  EXPECT_FALSE(required_text(*body, "missing", 10));
  EXPECT_FALSE(required_text(*body, "t", 3));
  EXPECT_EQ(*required_text(*body, "t", 4), "text");
  EXPECT_EQ(*optional_text(*body, "z", 4), "");
  EXPECT_FALSE(optional_number(*body, "n"));
}

}  // namespace
}  // namespace signal_hub::app::admin

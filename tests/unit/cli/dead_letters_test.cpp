// dead-letters and why: arguments, lines and exit codes; the database is faked.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "cli/commands.hpp"
#include "cli/database_tools.hpp"

namespace signal_hub::cli {
namespace {

constexpr WallTime then = from_epoch_ms(1'700'000'000'000);

core::StoredMessage dead_message(std::uint64_t position) {
  core::StoredMessage m;
  m.position = position;
  m.place = core::StoredMessage::Place::dead;
  m.target = "@(b)";
  m.sender = "@(a)";
  m.message_id = "order-1";
  m.accepted_at = then;
  m.stored_at = then + 1ms;
  m.finished_at = then + 61s;
  m.attempts = 5;
  m.outcome = "dead_lettered";
  m.reason = "max_attempts";
  m.last_error = "timeout";
  m.trail = R"([{"at":1700000030000,"event":"timeout","detail":""}])";
  m.tail = R"("type":"t","payload":1})";
  return m;
}

class DeadLetterCommands : public testing::Test {
 protected:
  int run(const std::string& name, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--db", "/d/hub.db"});
    std::ostringstream out;
    std::ostringstream err;
    const int code = find_command(name)->run_on_database(arguments, tools_, out, err);
    out_ = out.str();
    err_ = err.str();
    return code;
  }

  std::vector<app::DeadLetter> letters_{{dead_message(7), "t", 24}};
  app::Requeued requeued_{1, {}};
  std::vector<core::StoredMessage> found_{dead_message(7)};
  std::vector<app::DeadLetterChoice> choices_;
  std::optional<std::string> sender_;
  DatabaseTools tools_{
      {},
      {},
      {},
      [this](const std::string&, const app::DeadLetterChoice& choice, bool) {
        choices_.push_back(choice);
        return Result<std::vector<app::DeadLetter>, DatabaseFault>(letters_);
      },
      [this](const std::string&, const app::DeadLetterChoice& choice, WallTime) {
        choices_.push_back(choice);
        return Result<app::Requeued, DatabaseFault>(requeued_);
      },
      [this](const std::string&, const app::DeadLetterChoice& choice) {
        choices_.push_back(choice);
        return Result<std::uint64_t, DatabaseFault>(2);
      },
      [this](const std::string&, const std::string&, const std::optional<std::string>& sender) {
        sender_ = sender;
        return Result<std::vector<core::StoredMessage>, DatabaseFault>(found_);
      }};
  std::string out_;
  std::string err_;
};

TEST_F(DeadLetterCommands, list_prints_a_table) {
  EXPECT_EQ(run("dead-letters", {"list"}), 0);
  EXPECT_EQ(out_,
            "ID  DEAD SINCE                REASON        TARGET  SENDER  TYPE  MESSAGE\n"
            "7   2023-11-14T22:14:21.000Z  max_attempts  @(b)    @(a)    t     order-1\n");
  letters_.clear();
  EXPECT_EQ(run("dead-letters", {"list"}), 0);
  EXPECT_EQ(out_, "");
}

TEST_F(DeadLetterCommands, list_as_json_is_as_the_administration_api_has_it) {
  EXPECT_EQ(run("dead-letters", {"list", "--json"}), 0);
  EXPECT_EQ(out_,
            R"j({"id":"7","messageId":"order-1","sender":"@(a)","target":"@(b)","type":"t",)j"
            R"j("reason":"max_attempts","attempts":5,"lastError":"timeout",)j"
            R"j("acceptedAt":1700000000000,"deadAt":1700000061000,"expiresAt":null,"bytes":24})j"
            "\n");
}

TEST_F(DeadLetterCommands, filters_reach_the_database) {
  EXPECT_EQ(run("dead-letters", {"list", "--target", "b*", "--reason", "expired", "--older-than",
                                 "1h", "--newer-than", "24h", "--limit", "5"}),
            0);
  ASSERT_EQ(choices_.size(), 1U);
  EXPECT_EQ(choices_[0].target, "@(b*)");
  EXPECT_EQ(choices_[0].reason, "expired");
  EXPECT_EQ(*choices_[0].dead_until - *choices_[0].dead_after, 23h);
  EXPECT_EQ(choices_[0].most, 6U) << "one more, to know whether there are more";
}

TEST_F(DeadLetterCommands, list_says_when_there_are_more) {
  letters_.assign(3, letters_.front());
  EXPECT_EQ(run("dead-letters", {"list", "--limit", "2", "--json"}), 0);
  EXPECT_EQ(std::count(out_.begin(), out_.end(), '\n'), 2);
  EXPECT_NE(err_.find("there are older ones"), std::string::npos);
}

TEST_F(DeadLetterCommands, show_tells_the_story_and_the_message) {
  EXPECT_EQ(run("dead-letters", {"show", "7"}), 0);
  EXPECT_EQ(out_,
            "7: order-1 from @(a) to @(b): dead_lettered after 5 attempts, max_attempts\n"
            "  2023-11-14T22:13:20.000Z  received\n"
            "  2023-11-14T22:13:20.001Z  stored\n"
            "  2023-11-14T22:13:50.000Z  timeout\n"
            "  2023-11-14T22:14:21.000Z  dead_lettered: max_attempts\n"
            "  {\"type\":\"t\",\"payload\":1}\n");
  EXPECT_EQ(run("dead-letters", {"show", "--json", "7"}), 0);
  EXPECT_NE(out_.find(R"("message":{"type":"t","payload":1}})"), std::string::npos) << out_;
  EXPECT_NE(out_.find(R"({"at":1700000030000,"event":"timeout","detail":null})"),
            std::string::npos);
  EXPECT_EQ(run("dead-letters", {"show", "7", "8"}), 1);
  EXPECT_NE(err_.find("1 of 2 ids are of no dead letter"), std::string::npos);
}

TEST_F(DeadLetterCommands, requeue_and_purge_take_ids_filters_or_all_and_nothing_less) {
  EXPECT_EQ(run("dead-letters", {"requeue"}), 2);
  EXPECT_EQ(run("dead-letters", {"purge"}), 2);
  EXPECT_EQ(err_, "signal-hub dead-letters: purge wants ids, a filter, or --all.\n");
  EXPECT_TRUE(choices_.empty());
  EXPECT_EQ(run("dead-letters", {"requeue", "7"}), 0);
  EXPECT_EQ(out_, "requeued 1\n");
  EXPECT_EQ(choices_.back().positions, std::vector<std::uint64_t>{7});
  EXPECT_EQ(run("dead-letters", {"purge", "--all"}), 0);
  EXPECT_EQ(out_, "purged 2\n");
  EXPECT_EQ(run("dead-letters", {"purge", "--reason", "expired"}), 0);
  EXPECT_EQ(choices_.back().reason, "expired");
}

TEST_F(DeadLetterCommands, one_whose_target_is_gone_stays_and_is_told) {
  requeued_ = {0, {{7, "@(b)"}}};
  EXPECT_EQ(run("dead-letters", {"requeue", "--all"}), 1);
  EXPECT_EQ(out_, "requeued 0\n");
  EXPECT_EQ(err_, "signal-hub dead-letters: 7 stays: nobody is registered as @(b).\n");
}

TEST_F(DeadLetterCommands, bad_arguments_are_usage_errors) {
  EXPECT_EQ(run("dead-letters", {}), 2);
  EXPECT_EQ(run("dead-letters", {"eat"}), 2);
  EXPECT_EQ(run("dead-letters", {"show"}), 2);
  EXPECT_EQ(run("dead-letters", {"show", "x"}), 2);
  EXPECT_EQ(run("dead-letters", {"list", "--older-than", "soon"}), 2);
  EXPECT_EQ(run("dead-letters", {"list", "--limit", "-1"}), 2);
  EXPECT_EQ(run("why", {}), 2);
  EXPECT_TRUE(choices_.empty());
}

TEST_F(DeadLetterCommands, a_database_that_cannot_be_used_has_its_exit_code) {
  tools_.purge = [](const std::string&, const app::DeadLetterChoice&) {
    return Result<std::uint64_t, DatabaseFault>(fail(DatabaseFault{"it is in use"}));
  };
  EXPECT_EQ(run("dead-letters", {"purge", "--all"}), 3);
  EXPECT_EQ(err_, "signal-hub dead-letters: it is in use.\n");
}

TEST_F(DeadLetterCommands, why_tells_each_message_with_that_id) {
  core::StoredMessage arrived = dead_message(8);
  arrived.place = core::StoredMessage::Place::finished;
  arrived.outcome = "acknowledged";
  arrived.reason.clear();
  arrived.attempts = 2;
  arrived.attempted_at = then + 60s;
  core::StoredMessage waiting = dead_message(9);
  waiting.place = core::StoredMessage::Place::waiting;
  waiting.finished_at.reset();
  waiting.reason.clear();
  waiting.attempts = 1;
  waiting.expires_at = then + 1h;
  core::StoredMessage published = dead_message(10);
  published.place = core::StoredMessage::Place::publication;
  published.topic = "news";
  published.subscribers = 3;
  published.stored = 2;
  published.trail = "[]";
  found_ = {arrived, waiting, published};
  EXPECT_EQ(run("why", {"order-1", "--from", "a"}), 0);
  EXPECT_EQ(sender_, "@(a)");
  EXPECT_EQ(out_,
            "order-1 from @(a) to @(b): acknowledged after 2 attempts\n"
            "  2023-11-14T22:13:20.000Z  received\n"
            "  2023-11-14T22:13:20.001Z  stored\n"
            "  2023-11-14T22:13:50.000Z  timeout\n"
            "  2023-11-14T22:14:20.000Z  attempt: 2\n"
            "  2023-11-14T22:14:21.000Z  acknowledged\n"
            "order-1 from @(a) to @(b): retrying after 1 attempt\n"
            "  2023-11-14T22:13:20.000Z  received\n"
            "  2023-11-14T22:13:20.001Z  stored\n"
            "  2023-11-14T22:13:50.000Z  timeout\n"
            "  2023-11-14T23:13:20.000Z  expires, unless it was acknowledged before\n"
            "order-1 from @(a) on news: published to 3, stored for 2\n"
            "  2023-11-14T22:13:20.000Z  received\n"
            "  2023-11-14T22:13:20.001Z  stored\n");
  EXPECT_EQ(run("why", {"order-1", "--json"}), 0);
  EXPECT_FALSE(sender_.has_value());
  EXPECT_TRUE(out_.starts_with(R"j({"messageId":"order-1","deliveries":[{"sender":"@(a)",)j"))
      << out_;
}

TEST_F(DeadLetterCommands, why_of_nothing_fails_and_says_what_leaves_no_trace) {
  found_.clear();
  EXPECT_EQ(run("why", {"order-1"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_NE(err_.find("nothing is known of order-1"), std::string::npos);
}

}  // namespace
}  // namespace signal_hub::cli

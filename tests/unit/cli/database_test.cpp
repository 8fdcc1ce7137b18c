// migrate and backup: arguments, sentences and exit codes; what they ask for is faked.
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "cli/commands.hpp"
#include "cli/database_tools.hpp"
#include "temporary_directory.hpp"

namespace signal_hub::cli {
namespace {

class DatabaseCommands : public testing::Test {
 protected:
  void SetUp() override { unsetenv("SIGNAL_HUB_DB"); }
  void TearDown() override { unsetenv("SIGNAL_HUB_DB"); }

  int run(const std::string& name, const std::vector<std::string>& arguments) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = find_command(name)->run_on_database(arguments, tools_, out, err);
    out_ = out.str();
    err_ = err.str();
    return code;
  }

  std::vector<std::string> calls_;
  std::vector<std::string> names_{"0001_a", "0002_b"};
  DatabaseTools tools_{[this](const std::string& path) {
                         calls_.push_back("pending " + path);
                         return Result<std::vector<std::string>, DatabaseFault>(names_);
                       },
                       [this](const std::string& path) {
                         calls_.push_back("migrate " + path);
                         return Result<std::vector<std::string>, DatabaseFault>(names_);
                       },
                       [this](const std::string& path, const std::string& file) {
                         calls_.push_back("backup " + path + " " + file);
                         return Result<std::uint64_t, DatabaseFault>(4096);
                       },
                       {},
                       {},
                       {},
                       {}};
  std::string out_;
  std::string err_;
};

TEST_F(DatabaseCommands, migrate_tells_what_it_applied) {
  EXPECT_EQ(run("migrate", {"--db", "/d/hub.db"}), 0);
  EXPECT_EQ(calls_, std::vector<std::string>{"migrate /d/hub.db"});
  EXPECT_EQ(out_, "applied 0001_a\napplied 0002_b\n");
}

TEST_F(DatabaseCommands, a_dry_run_changes_nothing) {
  EXPECT_EQ(run("migrate", {"--dry-run", "--db", "/d/hub.db"}), 0);
  EXPECT_EQ(calls_, std::vector<std::string>{"pending /d/hub.db"});
  EXPECT_EQ(out_, "would apply 0001_a\nwould apply 0002_b\n");
}

TEST_F(DatabaseCommands, a_database_that_lacks_nothing_is_up_to_date) {
  names_.clear();
  EXPECT_EQ(run("migrate", {"--db", "/d/hub.db"}), 0);
  EXPECT_EQ(out_, "/d/hub.db is up to date.\n");
}

TEST_F(DatabaseCommands, backup_tells_the_copy_and_its_size) {
  EXPECT_EQ(run("backup", {"copy.db", "--db", "/d/hub.db"}), 0);
  EXPECT_EQ(calls_, std::vector<std::string>{"backup /d/hub.db copy.db"});
  EXPECT_EQ(out_, "copy.db is a copy of /d/hub.db, 4096 bytes.\n");
}

TEST_F(DatabaseCommands, the_database_is_named_by_flag_environment_file_and_default) {
  const test::TemporaryDirectory folder;
  const std::string config = folder.write("hub.toml", "db = \"/file/hub.db\"\n");
  ASSERT_EQ(run("migrate", {}), 0);
  ASSERT_EQ(run("migrate", {"--config", config}), 0);
  setenv("SIGNAL_HUB_DB", "/environment/hub.db", 1);
  ASSERT_EQ(run("migrate", {"--config", config}), 0);
  ASSERT_EQ(run("migrate", {"--config", config, "--db", "/flag/hub.db"}), 0);
  EXPECT_EQ(calls_,
            (std::vector<std::string>{"migrate /var/lib/signal-hub/hub.db", "migrate /file/hub.db",
                                      "migrate /environment/hub.db", "migrate /flag/hub.db"}));
}

TEST_F(DatabaseCommands, memory_is_no_database) {
  EXPECT_EQ(run("backup", {"copy.db", "--db", ":memory:"}), 2);
  EXPECT_NE(err_.find("signal-hub backup: the database is :memory:"), std::string::npos);
  EXPECT_TRUE(calls_.empty());
}

TEST_F(DatabaseCommands, bad_arguments_are_usage_errors) {
  EXPECT_EQ(run("backup", {}), 2);
  EXPECT_EQ(run("migrate", {"--wet-run"}), 2);
  EXPECT_EQ(run("migrate", {"--config", "/none/hub.toml"}), 2);
  EXPECT_NE(err_.find("/none/hub.toml"), std::string::npos);
  EXPECT_TRUE(calls_.empty());
}

TEST_F(DatabaseCommands, a_bad_database_and_a_bad_copy_have_their_exit_codes) {
  tools_.migrate = [](const std::string&) {
    return Result<std::vector<std::string>, DatabaseFault>(fail(DatabaseFault{"it is damaged"}));
  };
  EXPECT_EQ(run("migrate", {"--db", "x"}), 3);
  EXPECT_EQ(err_, "signal-hub migrate: it is damaged.\n");
  tools_.backup = [](const std::string&, const std::string&) {
    return Result<std::uint64_t, DatabaseFault>(fail(DatabaseFault{"no room", false}));
  };
  EXPECT_EQ(run("backup", {"f", "--db", "x"}), 1);
  EXPECT_EQ(err_, "signal-hub backup: no room.\n");
}

}  // namespace
}  // namespace signal_hub::cli

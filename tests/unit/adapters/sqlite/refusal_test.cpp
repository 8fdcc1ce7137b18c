// Databases a hub must not use: refused with a sentence, and as they were, byte for byte.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "adapters/sqlite/database.hpp"
#include "store_world.hpp"

namespace signal_hub::test {
namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void change(const std::string& path, const std::string& sql) {
  SQLite::Database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 5'000).exec(sql);
}

/// A file of its own, not the world's, so that its store can stay open.
class Refusal : public testing::Test {
 protected:
  void SetUp() override { uv_loop_init(&loop_); }
  void TearDown() override {
    uv_run(&loop_, UV_RUN_DEFAULT);
    EXPECT_EQ(uv_loop_close(&loop_), 0);
  }

  /// A database of this build with an actor, its hub gone.
  void make_database() {
    World w;
    w.options.path = path_;
    w.start();
    ASSERT_TRUE(w.write({actor("@(a)"), core::SubscriptionRow{"@(a)", "t", "s", false}}));
  }

  /// The sentence; the file is as it was.
  std::string refusal() {
    const std::string before = bytes_of(path_);
    const std::string log_before = bytes_of(adapters::wal_path(path_));
    adapters::SqliteOptions options;
    options.path = path_;
    const auto opened = adapters::open_store(&loop_, options, start_time);
    EXPECT_FALSE(opened.ok());
    EXPECT_EQ(bytes_of(path_), before);
    EXPECT_EQ(bytes_of(adapters::wal_path(path_)), log_before);
    return opened.ok() ? "" : opened.error();
  }

  TemporaryDirectory folder_;
  std::string path_ = folder_.path() + "/hub.db";
  uv_loop_t loop_{};
};

TEST_F(Refusal, a_newer_schema) {
  make_database();
  change(path_, "PRAGMA user_version = 99");
  const std::string sentence = refusal();
  EXPECT_NE(sentence.find(path_ + " was written by a newer signal-hub (its schema is 99, this one "
                                  "knows "),
            std::string::npos)
      << sentence;
}

TEST_F(Refusal, a_newer_schema_that_is_still_in_the_log_of_a_killed_hub) {
  World running;
  running.start();
  ASSERT_TRUE(running.write({actor("@(a)")}));
  SQLite::Database newer(running.options.path, SQLite::OPEN_READWRITE, 5'000);
  newer.exec("PRAGMA user_version = 99");
  for (const char* suffix : {"", "-wal"}) {
    std::ofstream(path_ + suffix, std::ios::binary) << bytes_of(running.options.path + suffix);
  }
  ASSERT_FALSE(bytes_of(adapters::wal_path(path_)).empty());
  EXPECT_NE(refusal().find("newer signal-hub"), std::string::npos);
}

TEST_F(Refusal, a_database_of_another_program) {
  change(path_, "CREATE TABLE t (x); PRAGMA application_id = 42");
  EXPECT_NE(refusal().find("another program (its application_id is 0x0000002a, not 0x53487562)"),
            std::string::npos);
}

TEST_F(Refusal, a_database_without_a_name_that_is_not_empty) {
  change(path_, "CREATE TABLE t (x)");
  EXPECT_NE(refusal().find("another program"), std::string::npos);
}

TEST_F(Refusal, a_file_that_is_no_database) {
  std::ofstream(path_) << std::string(5'000, 'x');
  EXPECT_NE(refusal().find(path_ + " is not an SQLite database"), std::string::npos);
}

TEST_F(Refusal, a_damaged_page) {
  make_database();
  {
    std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(4096);
    file << std::string(4096, '\x5a');
  }
  const std::string sentence = refusal();
  EXPECT_NE(sentence.find(path_ + " is damaged ("), std::string::npos) << sentence;
  EXPECT_NE(sentence.find("restore a backup"), std::string::npos);
}

TEST_F(Refusal, a_file_cut_short) {
  make_database();
  ASSERT_EQ(truncate(path_.c_str(), 3 * 4096), 0);
  EXPECT_NE(refusal().find("is damaged"), std::string::npos);
}

TEST_F(Refusal, a_folder) {
  ASSERT_EQ(mkdir(path_.c_str(), 0700), 0);
  EXPECT_NE(refusal().find(path_ + " is a folder"), std::string::npos);
}

TEST_F(Refusal, a_place_that_cannot_be_made) {
  path_ = folder_.path() + "/no/where/hub.db";
  const std::string sentence = refusal();
  EXPECT_NE(sentence.find("cannot create the folder " + folder_.path() + "/no/where: "),
            std::string::npos)
      << sentence;
  EXPECT_NE(sentence.find("--db"), std::string::npos);
}

TEST_F(Refusal, a_database_another_hub_uses_names_its_pid_also_through_a_link) {
  World running;
  running.options.path = path_;
  running.start();
  const std::string link = folder_.path() + "/link.db";
  ASSERT_EQ(symlink(path_.c_str(), link.c_str()), 0);
  for (const std::string& name : {path_, link}) {
    adapters::SqliteOptions options;
    options.path = name;
    const auto second = adapters::open_store(&loop_, options, start_time);
    ASSERT_FALSE(second.ok());
    EXPECT_NE(second.error().find("in use by the process " + std::to_string(getpid()) +
                                  ", which holds " + path_ + ".lock"),
              std::string::npos)
        << second.error();
  }
  running.restart();
  EXPECT_TRUE(running.store != nullptr);
  EXPECT_EQ(access((path_ + ".lock").c_str(), F_OK), 0);
}

TEST_F(Refusal, an_empty_file_is_taken) {
  std::ofstream(path_).flush();
  World w;
  w.options.path = path_;
  w.start();
  EXPECT_EQ(w.recovered.run, 1U);
}

TEST_F(Refusal, new_files_are_for_the_user_and_the_group_whatever_the_umask) {
  for (const mode_t mask : {0U, 077U}) {
    path_ = folder_.path() + "/new" + std::to_string(mask) + "/hub.db";
    const mode_t before = umask(mask);
    World w;
    w.options.path = path_;
    w.start();
    ASSERT_TRUE(w.write({actor("@(a)")}));
    umask(before);
    struct stat found {};
    for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
      ASSERT_EQ(stat((path_ + suffix).c_str(), &found), 0) << suffix;
      EXPECT_EQ(found.st_mode & 0777U, 0640U) << suffix << " with umask " << mask;
    }
    ASSERT_EQ(stat(path_.substr(0, path_.rfind('/')).c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0750U & ~mask);
  }
}

TEST_F(Refusal, a_hub_that_was_killed_is_recovered_from_its_log) {
  World running;
  running.start();
  ASSERT_TRUE(running.write({actor("@(a)")}));
  for (const char* suffix : {"", "-wal"}) {
    std::ofstream(path_ + suffix, std::ios::binary) << bytes_of(running.options.path + suffix);
  }
  World after;
  after.options.path = path_;
  after.start();
  EXPECT_EQ(after.recovered.actors.size(), 1U);
  EXPECT_FALSE(after.recovered.clean);
}

}  // namespace
}  // namespace signal_hub::test

#include "adapters/sqlite/backup.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "faulty_vfs.hpp"
#include "store_world.hpp"

namespace signal_hub::test {
namespace {

using adapters::back_up;

TEST(SqliteBackup, a_copy_taken_between_commits_is_whole_and_a_hub_starts_from_it) {
  World w;
  w.start();
  const std::string file = w.folder.path() + "/copy.db";
  ASSERT_TRUE(w.write({actor("@(a)"), core::SubscriptionRow{"@(a)", "t", "s", true}}));
  const auto copied = back_up(w.options.path, file);
  ASSERT_TRUE(copied.ok()) << copied.error().sentence;
  EXPECT_GT(*copied, 0U);
  ASSERT_TRUE(w.write({actor("@(later)")}));

  struct stat found {};
  ASSERT_EQ(stat(file.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0640U);
  EXPECT_NE(stat((file + "-wal").c_str(), &found), 0);
  EXPECT_NE(stat((file + "-journal").c_str(), &found), 0);

  World restored;
  restored.options.path = file;
  restored.start();
  ASSERT_EQ(restored.recovered.actors.size(), 1U);
  EXPECT_EQ(restored.recovered.actors[0].address, "@(a)");
  EXPECT_EQ(restored.recovered.subscriptions.size(), 1U);
  EXPECT_EQ(restored.mac_key, w.mac_key);
  EXPECT_FALSE(restored.recovered.clean);
}

TEST(SqliteBackup, a_copy_taken_while_a_batch_is_being_written_is_the_state_before_it) {
  FaultyVfs disk;
  World w;
  w.start();
  ASSERT_TRUE(w.write({actor("@(a)")}));
  disk.hold_syncs();
  w.submit({actor("@(b)")});
  ASSERT_TRUE(disk.await_sync());
  SQLite::Database reader(w.options.path, SQLite::OPEN_READONLY, 0);
  EXPECT_EQ(reader.execAndGet("SELECT count(*) FROM actors").getInt(), 1);
  disk.release_syncs();
  ASSERT_TRUE(w.written());
  const std::string file = w.folder.path() + "/copy.db";
  ASSERT_TRUE(back_up(w.options.path, file).ok());
  SQLite::Database copy(file, SQLite::OPEN_READONLY);
  EXPECT_EQ(copy.execAndGet("SELECT count(*) FROM actors").getInt(), 2);
  EXPECT_EQ(copy.execAndGet("PRAGMA integrity_check").getString(), "ok");
}

TEST(SqliteBackup, a_file_that_exists_is_not_overwritten) {
  World w;
  w.start();
  const std::string file = w.folder.write("copy.db", "mine");
  const auto copied = back_up(w.options.path, file);
  ASSERT_FALSE(copied.ok());
  EXPECT_FALSE(copied.error().database);
  EXPECT_EQ(copied.error().sentence, file + " exists and is not overwritten; name another file");
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  EXPECT_EQ(text.str(), "mine");
}

TEST(SqliteBackup, no_database_no_copy) {
  const TemporaryDirectory folder;
  const std::string file = folder.path() + "/copy.db";
  const auto copied = back_up(folder.path() + "/none.db", file);
  ASSERT_FALSE(copied.ok());
  EXPECT_TRUE(copied.error().database);
  struct stat found {};
  EXPECT_NE(stat(file.c_str(), &found), 0);
}

TEST(SqliteBackup, a_copy_that_cannot_be_finished_leaves_nothing) {
  FaultyVfs disk;
  World w;
  w.start();
  ASSERT_TRUE(w.write({actor("@(a)")}));
  w.stop();
  const std::string file = w.folder.path() + "/copy.db";
  disk.write_result = SQLITE_FULL;
  const auto copied = back_up(w.options.path, file);
  ASSERT_FALSE(copied.ok());
  EXPECT_FALSE(copied.error().database);
  EXPECT_NE(copied.error().sentence.find("(SQLITE_FULL)"), std::string::npos);
  struct stat found {};
  EXPECT_NE(stat(file.c_str(), &found), 0);
  EXPECT_NE(stat((file + "-journal").c_str(), &found), 0);
}

TEST(SqliteBackup, the_database_is_as_it_was) {
  World w;
  w.start();
  ASSERT_TRUE(w.write({actor("@(a)")}));
  w.stop();
  const auto bytes = [&] {
    std::ostringstream text;
    text << std::ifstream(w.options.path, std::ios::binary).rdbuf();
    return text.str();
  };
  const std::string before = bytes();
  ASSERT_TRUE(back_up(w.options.path, w.folder.path() + "/copy.db").ok());
  EXPECT_EQ(bytes(), before);
}

}  // namespace
}  // namespace signal_hub::test

"""The database from outside: migrate, backup, refusals, and the queries of the man page."""
import re
import shutil
import sqlite3
import subprocess

import pytest

from hub import ROOT, run

GOLDEN = ROOT / "tests" / "golden"


@pytest.fixture
def database(tmp_path):
    """A database that a hub has left behind."""
    path = tmp_path / "hub.db"
    shutil.copyfile(sorted(GOLDEN.glob("schema_*.db"))[-1], path)
    return path


def mode(path):
    return path.stat().st_mode & 0o777


def value(path, query):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        return db.execute(query).fetchone()[0]


def man_queries():
    """The statements of the section on sqlite3, as a reader sees them."""
    page = subprocess.run(["mandoc", "-Tascii", str(ROOT / "man" / "signal-hub.8")],
                          capture_output=True, text=True, check=True).stdout
    text = re.sub(r".\x08", "", page)
    section = re.search(r"^INSPECTING STATE WITH SQLITE3$(.*?)^\S", text, re.M | re.S)[1]
    return re.findall(r"^ +(SELECT .*?;)$", section, re.M | re.S)


def test_migrate_makes_a_database_and_then_finds_nothing_to_do(tmp_path):
    path = tmp_path / "new" / "hub.db"
    dry = run("migrate", "--dry-run", "--db", path)
    assert dry.returncode == 0 and dry.stdout.startswith("would apply 0001_")
    assert not path.parent.exists()
    first = run("migrate", "--db", path)
    assert first.returncode == 0 and first.stdout == dry.stdout.replace("would apply", "applied")
    assert mode(path) == 0o640 and mode(path.parent) == 0o750
    second = run("migrate", "--db", path)
    assert (second.returncode, second.stdout) == (0, f"{path} is up to date.\n")


def test_migrate_takes_the_database_from_the_environment(tmp_path):
    path = tmp_path / "hub.db"
    assert run("migrate", env={"SIGNAL_HUB_DB": str(path)}).returncode == 0
    assert path.exists()


@pytest.mark.parametrize("make, said", [
    (lambda db: db.execute("PRAGMA user_version = 99"), "newer signal-hub"),
    (lambda db: db.execute("PRAGMA application_id = 7"), "another program"),
])
@pytest.mark.parametrize("arguments", [["migrate"], ["migrate", "--dry-run"],
                                       ["backup", "copy.db"], []])
def test_a_database_that_cannot_be_used_is_refused_and_stays_as_it_is(
        database, tmp_path, monkeypatch, make, said, arguments):
    monkeypatch.chdir(tmp_path)
    with sqlite3.connect(database) as db:
        make(db)
    db.close()
    before = database.read_bytes()
    done = run(*arguments, "--db", database)
    assert done.returncode == 3
    assert said in done.stderr and str(database) in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert database.read_bytes() == before
    assert not (tmp_path / "copy.db").exists()


def test_a_damaged_database_is_refused_and_stays_as_it_is(database):
    damaged = bytearray(database.read_bytes())
    damaged[4096:8192] = b"\x5a" * 4096
    database.write_bytes(damaged)
    done = run("migrate", "--db", database)
    assert done.returncode == 3
    assert f"{database} is damaged" in done.stderr and "restore a backup" in done.stderr
    assert database.read_bytes() == damaged


def test_backup_copies_into_a_new_file_only(database, tmp_path):
    copy = tmp_path / "copy.db"
    done = run("backup", copy, "--db", database)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{copy} is a copy of {database}, {copy.stat().st_size} bytes.\n"
    assert mode(copy) == 0o640
    assert value(copy, "PRAGMA integrity_check") == "ok"
    assert value(copy, "SELECT count(*) FROM actors") == value(
        database, "SELECT count(*) FROM actors") == 3
    before = copy.read_bytes()
    again = run("backup", copy, "--db", database)
    assert again.returncode == 1 and "exists and is not overwritten" in again.stderr
    assert copy.read_bytes() == before


def test_backup_of_nothing_is_refused(tmp_path):
    done = run("backup", tmp_path / "copy.db", "--db", tmp_path / "none.db")
    assert done.returncode == 3 and str(tmp_path / "none.db") in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_backup_while_a_hub_serves_and_a_hub_on_the_backup(start_hub, tmp_path):
    path, copy = tmp_path / "hub.db", tmp_path / "copy.db"
    start_hub("--db", path)
    assert run("backup", copy, "--db", path).returncode == 0
    assert value(copy, "SELECT value FROM meta WHERE key = 'run'") == 1
    start_hub("--db", copy)
    assert value(copy, "SELECT value FROM meta WHERE key = 'run'") == 2


def test_two_hubs_on_one_database_the_second_names_the_first(start_hub, tmp_path):
    path = tmp_path / "hub.db"
    first = start_hub("--db", path)
    done = run("--listen", "127.0.0.1:0", "--db", path)
    assert done.returncode == 3
    assert f"in use by the process {first.process.pid}," in done.stderr
    assert f"{path}.lock" in done.stderr


def test_the_man_page_has_queries_for_each_view():
    text = " ".join(man_queries())
    assert {"v_actors", "v_subscriptions", "v_queue", "v_dead_letters", "v_receipts",
            "v_meta"} <= set(re.findall(r"v_\w+", text))


@pytest.mark.parametrize("query", man_queries())
def test_a_query_of_the_man_page_answers(database, query):
    done = subprocess.run(["sqlite3", "-readonly", "-box", str(database), query],
                          capture_output=True, text=True, timeout=15, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) >= 5, "the database has a row for each query"


@pytest.mark.parametrize("query", man_queries())
def test_a_query_of_the_man_page_answers_while_a_hub_serves(start_hub, tmp_path, query):
    path = tmp_path / "hub.db"
    start_hub("--db", path)
    done = subprocess.run(["sqlite3", "-readonly", str(path), query],
                          capture_output=True, text=True, timeout=15, check=False)
    assert (done.returncode, done.stderr) == (0, "")

"""Raw commits of the rows the hub stores for a message: what the disk and SQLite give at best."""
import os
import pathlib
import sqlite3
import tempfile
import time

from compare_servers import Running, hub

BATCHES = 60
TEXT = "x" * 420  # about what a message of 200 bytes of data takes


def schema():
    """The hub's own tables, as a hub makes them."""
    with Running("hub", lambda port, folder: hub(port, folder, str(folder / "hub.db"))) as server:
        server.process.terminate()
        server.process.wait()
        with sqlite3.connect(server.path / "hub.db") as db:
            return [sql for (sql,) in db.execute(
                "SELECT sql FROM sqlite_master WHERE tbl_name = 'messages' AND sql IS NOT NULL "
                "AND type IN ('table', 'index') ORDER BY type DESC")]


def row(columns, number):
    """One value for each column, by its type and name."""
    def value(name, kind):
        if name in ("message", "text"):
            return TEXT
        if kind == "INTEGER":
            return number
        return f"@(bench/{name}-{number})"
    return [value(name, kind) for _, name, kind, *_ in columns]


def commits(batch_rows):
    """As a report of hub-bench: rows a second with that many in each commit, and how long a commit
    took. One connection a sender and one message under way each is that many at most."""
    with tempfile.TemporaryDirectory() as folder:
        db = sqlite3.connect(pathlib.Path(folder) / "raw.db", isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        for sql in schema():
            db.execute(sql)
        columns = db.execute("PRAGMA table_info(messages)").fetchall()
        rows = BATCHES * batch_rows
        insert = f"INSERT INTO messages VALUES ({','.join('?' * len(columns))})"
        took = []
        before = os.times()
        for first in range(1, rows + 1, batch_rows):
            batch = [row(columns, number) for number in range(first, first + batch_rows)]
            began = time.perf_counter()
            db.execute("BEGIN IMMEDIATE")
            db.executemany(insert, batch)
            db.execute("COMMIT")
            took.append(time.perf_counter() - began)
        cpu = os.times().user + os.times().system - before.user - before.system
        db.close()
    took.sort()
    return {"perSecond": rows / sum(took), "fault": None, "arrived": rows, "sent": rows,
            "server": {"cpuMicrosEach": cpu * 1e6 / rows},
            "latencyMicros": {"p50": took[len(took) // 2] * 1e6, "p99": took[-1] * 1e6}}

"""The database as a crash left it, read from a copy: the hub itself is to recover the original."""
import contextlib
import json
import pathlib
import shutil
import sqlite3

from history import Registration, State


class Rows:
    """Everything the checks want to know, read at once."""

    def __init__(self, connection):
        connection.row_factory = sqlite3.Row
        self.meta = dict(connection.execute("SELECT key, value FROM v_meta").fetchall())
        self.actors = {row["address"]: row for row in connection.execute("SELECT * FROM actors")}
        self.subscriptions = {
            (row["address"], row["topic"]): bool(row["durable"])
            for row in connection.execute("SELECT address, topic, durable FROM subscriptions")}
        self.waiting = connection.execute("SELECT count(*) FROM messages").fetchone()[0]
        self.messages = {row[0] for row in connection.execute(
            "SELECT json_extract(message, '$.metadata.originalMessageId') FROM v_queue")}
        self.dead_letters = {
            row[0] for row in connection.execute("SELECT message_id FROM dead_letters")}

    @property
    def run(self):
        return int(self.meta["run"])

    def state_of(self, addresses):
        """The registrations and subscriptions under these addresses."""
        state = State()
        for address in addresses:
            row = self.actors.get(address)
            if row is not None and row["status"] != "dormant":
                mark = json.loads(row["metadata"])["mark"]
                state.actors[address] = Registration(mark, row["version"])
        state.subscriptions = {key: durable for key, durable in self.subscriptions.items()
                               if key[0] in addresses}
        return state

    def dormant(self, addresses):
        return {a for a in addresses
                if a in self.actors and self.actors[a]["status"] == "dormant"}


def read(path, scratch, kind=Rows):
    """(faults of the file, its rows) of the database at `path`; no hub runs on it."""
    path, scratch = pathlib.Path(path), pathlib.Path(scratch)
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for suffix in ("", "-wal"):  # without the -shm, as after a power loss
        with contextlib.suppress(FileNotFoundError):
            shutil.copy(f"{path}{suffix}", scratch / f"hub.db{suffix}")
    with contextlib.closing(sqlite3.connect(scratch / "hub.db")) as connection:
        faults = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        return [f for f in faults if f != "ok"], kind(connection)

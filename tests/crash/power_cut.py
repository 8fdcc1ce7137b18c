"""What a power cut does to a database: of what was written since the last sync anything may be lost.

The hub's disk notes its writes and syncs (disk_fault.c). A sync makes durable what was written
before it began. One that fails makes nothing durable, and what it should have saved stays lost
until it is written again, since systems forget the pages that a disk did not take.
"""
import contextlib
import dataclasses
import itertools
import os
import pathlib

FILES = ("hub.db", "hub.db-wal")


@dataclasses.dataclass
class Write:
    at: int
    size: int
    number: int           # in the order of the notes
    forgotten: bool = False


class Unsynced:
    """The writes of each file that need not be on the disk."""

    def __init__(self, notes):
        self.writes = {name: {} for name in FILES}  # by their place
        self._begun = {}                            # (thread, file) → number of the note
        for number, line in enumerate(notes):
            what, name, thread, at, size = line.split()
            if name in self.writes:
                self._note(number, what, name, thread, int(at), int(size))

    def _note(self, number, what, name, thread, at, size):
        writes = self.writes[name]
        if what == "w":
            writes[at] = Write(at, size, number)
        elif what == "t":
            self.writes[name] = {a: w for a, w in writes.items() if a < size}
        elif what == "b":
            self._begun[thread, name] = number
        elif what == "e":
            began = self._begun[thread, name]
            self.writes[name] = {a: w for a, w in writes.items() if w.number > began or w.forgotten}
        elif what == "f":
            for write in writes.values():
                write.forgotten = True

    def tail(self, name, end):
        """Where the bytes begin that are unsynced up to the end of the file."""
        for write in sorted(self.writes[name].values(), key=lambda w: -w.at):
            if write.at < end <= write.at + write.size:
                end = write.at
        return end


def _spoil(path, write, rng):
    """None, or only the first bytes, of what was written are there."""
    kept = rng.choice((0, 0, rng.randrange(write.size)))
    with open(path, "r+b") as file:
        end = min(write.at + write.size, file.seek(0, os.SEEK_END))
        if write.at + kept < end:
            file.seek(write.at + kept)
            file.write(bytes(end - write.at - kept))


def cut_power(folder, notes, rng):
    """Leaves the files of a dead hub as a power cut might; how many writes were unsynced.

    `notes`: the file with them, emptied: what is left is what the disk has.
    """
    folder, notes = pathlib.Path(folder), pathlib.Path(notes)
    unsynced = Unsynced(notes.read_text().splitlines())
    risk = rng.choice((0.0, 0.1, 0.5, 1.0))
    for name in FILES:
        path = folder / name
        for write in unsynced.writes[name].values():
            if path.exists() and (write.forgotten or rng.random() < risk):
                _spoil(path, write, rng)
    log = folder / FILES[1]
    if log.exists() and rng.random() < 0.5:
        end = log.stat().st_size
        os.truncate(log, rng.randint(unsynced.tail(log.name, end), end))
    with contextlib.suppress(FileNotFoundError):
        (folder / "hub.db-shm").unlink()
    notes.write_text("")
    return len(list(itertools.chain(*unsynced.writes.values())))

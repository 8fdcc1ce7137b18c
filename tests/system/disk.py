"""A disk that fails on command, for one hub (disk_fault.c)."""
import os

from preload import library


class Disk:
    """`env` is what a hub needs to live on it; `notes` the file with its writes, if `noted`."""

    def __init__(self, folder, noted=False):
        self._control = folder / "disk-fault"
        self._fresh = folder / "disk-fault.new"
        self.database = folder / "hub.db"
        self.env = {"LD_PRELOAD": library("disk_fault"), "DISK_FAULT": str(self._control)}
        if noted:
            self.notes = folder / "disk-writes"
            self.env["DISK_WRITES"] = str(self.notes)

    def be(self, how):
        """What disk_fault.c can do; "" for a disk that works."""
        self._fresh.write_text(how)
        os.replace(self._fresh, self._control)

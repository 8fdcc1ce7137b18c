"""A disk that fails on command, for one hub (disk_fault.c)."""
import os

from preload import library


class Disk:
    """`env` is what a hub needs to live on it."""

    def __init__(self, folder):
        self._control = folder / "disk-fault"
        self._fresh = folder / "disk-fault.new"
        self.database = folder / "hub.db"
        self.env = {"LD_PRELOAD": library("disk_fault"), "DISK_FAULT": str(self._control)}

    def be(self, how):
        """ENOSPC, EIO, EROFS, "slow MILLISECONDS", or "" for a disk that works."""
        self._fresh.write_text(how)
        os.replace(self._fresh, self._control)

"""A disk that fails on command, for one hub (disk_fault.c)."""
import functools
import os
import pathlib
import subprocess
import tempfile

import pytest

from hub import sanitized

SOURCE = pathlib.Path(__file__).with_name("disk_fault.c")


@functools.cache
def library():
    """The shim, built once a run."""
    folder = tempfile.mkdtemp(prefix="disk-fault-")
    path = os.path.join(folder, "disk_fault.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", path, SOURCE],
                   check=True)
    return path


class Disk:
    """`env` is what a hub needs to live on it."""

    def __init__(self, folder):
        if sanitized():
            pytest.skip("a sanitizer's runtime does not start behind another library")
        self._control = folder / "disk-fault"
        self._fresh = folder / "disk-fault.new"
        self.database = folder / "hub.db"
        self.env = {"LD_PRELOAD": library(), "DISK_FAULT": str(self._control)}

    def be(self, how):
        """ENOSPC, EIO, EROFS, "slow MILLISECONDS", or "" for a disk that works."""
        self._fresh.write_text(how)
        os.replace(self._fresh, self._control)

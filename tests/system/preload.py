"""Small libraries that are loaded before the C library, so that a hub meets what is hard to have."""
import functools
import os
import pathlib
import subprocess
import tempfile

import pytest

from hub import sanitized


@functools.cache
def library(name):
    """tests/system/NAME.c, built once a run."""
    if sanitized():
        pytest.skip("a sanitizer's runtime does not start behind another library")
    source = pathlib.Path(__file__).with_name(f"{name}.c")
    path = os.path.join(tempfile.mkdtemp(prefix="preload-"), f"{name}.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", path, source],
                   check=True)
    return path

"""The Debian package is built, installed into a folder, used and purged.

Nothing outside of the folder is touched: dpkg runs with --root, its scripts with DPKG_ROOT, and what
would speak to this machine's service manager is replaced.
"""
import os
import pathlib
import shutil
import stat
import subprocess

import pytest

from hub import DEADLINE, ROOT, Hub

BUILD_DEADLINE = 1500
# A quick build: what is packaged is looked at here, not how fast it is.
QUICK = {"DEB_BUILD_OPTIONS": "noopt noautodbgsym", "DEB_CXXFLAGS_STRIP": "-g"}
CONFIG = "etc/signal-hub/signal-hub.toml"
ENABLED = "etc/systemd/system/multi-user.target.wants/signal-hub.service"


@pytest.fixture(scope="module")
def package():
    assert shutil.which("dh"), "debhelper is missing; tools/packages.txt names it"
    done = subprocess.run([ROOT / "tools" / "package"], capture_output=True, text=True,
                          env={**os.environ, **QUICK}, timeout=BUILD_DEADLINE, check=False)
    assert done.returncode == 0, done.stderr[-8000:]
    return pathlib.Path(done.stdout.strip())


@pytest.fixture
def machine(tmp_path):
    """A folder with the packages of this machine, as dpkg sees it, and dpkg for it."""
    if os.geteuid() != 0:
        pytest.skip("dpkg installs as root only")
    root, tools = tmp_path / "root", tmp_path / "tools"
    for folder in ("info", "updates", "triggers"):
        (root / "var/lib/dpkg" / folder).mkdir(parents=True)
    shutil.copy("/var/lib/dpkg/status", root / "var/lib/dpkg/status")
    tools.mkdir()
    for name in ("systemctl", "deb-systemd-invoke"):
        (tools / name).write_text("#!/bin/sh\nexit 0\n")
        (tools / name).chmod(0o755)

    def dpkg(*arguments):
        done = subprocess.run(
            ["dpkg", f"--root={root}", "--force-script-chrootless", *map(str, arguments)],
            env={**os.environ, "PATH": f"{tools}:/usr/sbin:/usr/bin:/sbin:/bin"},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=4 * DEADLINE,
            check=False)
        problems = [line for line in done.stderr.splitlines() if "files list file" not in line]
        assert done.returncode == 0, problems
        return done.stdout

    dpkg.root = root
    return dpkg


def files(root):
    """All files but those of dpkg and of the database of users."""
    found = {str(path.relative_to(root)) for path in root.rglob("*")
             if path.is_file() or path.is_symlink()}
    return {name for name in found if not name.startswith("var/lib/dpkg/")
            and name not in ("etc/passwd", "etc/group", "etc/shadow", "etc/gshadow",
                             "etc/.pwd.lock", "etc/passwd-", "etc/group-", "etc/shadow-",
                             "etc/gshadow-")}


def installed_hub(root, *flags):
    started = Hub("--config", root / CONFIG, *flags, db=root / "var/lib/signal-hub/hub.db")
    started.command[0] = str(root / "usr/bin/signal-hub")
    return started


def test_install_use_and_purge(package, machine):
    root = machine.root
    machine("--install", package)
    assert {"usr/bin/signal-hub", "usr/bin/hub-bench", CONFIG, ENABLED,
            "lib/systemd/system/signal-hub.service",
            "usr/share/man/man8/signal-hub.8.gz"} <= files(root)
    _, _, user, group, *_ = (root / "etc/passwd").read_text().split(":")
    config = (root / CONFIG).stat()
    assert (config.st_uid, config.st_gid) == (0, int(group))
    assert stat.S_IMODE(config.st_mode) == 0o640
    assert (root / "var/lib/signal-hub").stat().st_uid == int(user)

    with installed_hub(root) as hub:
        assert hub.http("/health")[0] == 200

    machine("--purge", "signal-hub")
    assert files(root) == {"var/lib/signal-hub/hub.db", "var/lib/signal-hub/hub.db.lock"}
    assert not (root / "etc/signal-hub").exists()


def test_what_the_operator_changed_survives_a_new_version(package, machine):
    machine("--install", package)
    path = machine.root / CONFIG
    path.write_text("rate-limit = 7\n")
    machine("--install", package)
    assert path.read_text() == "rate-limit = 7\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    machine("--remove", "signal-hub")
    assert path.read_text() == "rate-limit = 7\n"


def test_purge_without_a_database_leaves_nothing(package, machine):
    machine("--install", package)
    machine("--purge", "signal-hub")
    assert files(machine.root) == set()
    assert not (machine.root / "var/lib/signal-hub").exists()


def test_the_package_is_complete(package):
    def field(name):
        return subprocess.run(["dpkg-deb", "-f", package, name], capture_output=True, text=True,
                              check=True).stdout
    depends = field("Depends")
    # libwebsockets loads its loop at run time, so that no linker sees it.
    assert "libwebsockets-evlib-uv" in depends and "sysusers" in depends
    listed = subprocess.run(["dpkg-deb", "-c", package], capture_output=True, text=True,
                            check=True).stdout
    assert "/usr/share/doc/signal-hub/runbook.md" in listed
    assert "examples/alerts.yml" in listed
    assert "/usr/share/bash-completion/completions/signal-hub" in listed

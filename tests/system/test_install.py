"""What `meson install` lays out is complete, and each piece works."""
import os
import pathlib
import re
import shutil
import stat
import subprocess

import pytest

import hub as hub_module
from hub import BINARY, DEADLINE, ROOT, run

BUILD = pathlib.Path(BINARY).resolve().parent
PREFIX = pathlib.Path("usr/local")
EXPOSURE_MAX = 2.0  # of 10; systemd calls everything below 5 OK


def install(destination):
    done = subprocess.run(["meson", "install", "--no-rebuild", "-C", BUILD, "--destdir", destination],
                          capture_output=True, text=True, timeout=4 * DEADLINE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    destination = tmp_path_factory.mktemp("installed")
    install(destination)
    return destination / PREFIX


def test_everything_is_there(tree):
    names = {str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()}
    assert names == {
        "bin/hub-bench", "bin/signal-hub", "etc/signal-hub/signal-hub.toml",
        "lib/systemd/system/signal-hub.service", "lib/sysusers.d/signal-hub.conf",
        "lib/tmpfiles.d/signal-hub.conf", "share/bash-completion/completions/signal-hub",
        "share/doc/signal-hub/uPlot.LICENSE",
        "share/man/man1/hub-bench.1", "share/man/man7/signal-hub-protocol.7",
        "share/man/man8/signal-hub.8"}
    assert (tree / "bin/signal-hub").stat().st_mode & stat.S_IXOTH


def test_the_default_configuration_is_valid_and_sets_nothing(tree):
    path = tree / "etc/signal-hub/signal-hub.toml"
    assert run("check", "--config", path).returncode == 0
    assert all(not line or line.startswith("#") for line in path.read_text().splitlines())


def test_an_operators_configuration_is_kept(tmp_path):
    install(tmp_path)
    path = tmp_path / PREFIX / "etc/signal-hub/signal-hub.toml"
    path.write_text("rate-limit = 7\n")
    install(tmp_path)
    assert path.read_text() == "rate-limit = 7\n"


def test_paths_of_the_unit_are_those_installed(tree):
    unit = (tree / "lib/systemd/system/signal-hub.service").read_text()
    assert not re.search(r"@[A-Z]+@", unit)
    program, _, config = re.search(r"^ExecStart=(\S+) (--config) (\S+)$", unit, re.M).groups()
    assert (tree.parent.parent / program.lstrip("/")).is_file()
    assert (tree.parent.parent / config.lstrip("/")).is_file()
    state = re.search(r"^StateDirectory=(\S+)$", unit, re.M)[1]
    assert f"/var/lib/{state}/hub.db" in run("docs", "options").stdout


def analyze(*arguments):
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed")
    return subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True,
                          timeout=DEADLINE, check=False)


def test_the_unit_is_hardened(tree):
    done = analyze("security", "--offline=true", tree / "lib/systemd/system/signal-hub.service")
    exposure = re.search(r"Overall exposure level for signal-hub.service: ([\d.]+)", done.stdout)
    assert exposure, done.stdout + done.stderr
    assert float(exposure[1]) <= EXPOSURE_MAX, done.stdout


def test_systemd_understands_every_line_of_the_unit(tree):
    done = analyze("verify", "--man=no", tree / "lib/systemd/system/signal-hub.service")
    complaints = [line for line in (done.stdout + done.stderr).splitlines()
                  if "signal-hub.service" in line and "is not executable" not in line]
    assert not complaints


def test_the_user_and_the_folders_are_made(tree, tmp_path):
    if shutil.which("systemd-sysusers") is None or os.geteuid() != 0:
        pytest.skip("needs root and systemd-sysusers")
    for folder in ("etc/signal-hub", "var/lib"):
        (tmp_path / folder).mkdir(parents=True)
    for tool, folder in (("systemd-sysusers", "sysusers.d"), ("systemd-tmpfiles", "tmpfiles.d")):
        extra = ["--create"] if folder == "tmpfiles.d" else []
        done = subprocess.run([tool, f"--root={tmp_path}", *extra,
                               tree / "lib" / folder / "signal-hub.conf"],
                              capture_output=True, text=True, timeout=DEADLINE, check=False)
        assert done.returncode == 0, done.stderr
    name, _, user, group, *_ = (tmp_path / "etc/passwd").read_text().split(":")
    assert name == "signal-hub"
    for folder, mode in (("var/lib/signal-hub", 0o750), ("run/signal-hub", 0o755)):
        made = (tmp_path / folder).stat()
        assert (made.st_uid, made.st_gid) == (int(user), int(group))
        assert stat.S_IMODE(made.st_mode) == mode


COMPLETED = [
    (["signal-hub", "ba"], ["backup"]),
    (["signal-hub", "--rate-"], ["--rate-limit", "--rate-burst"]),
    (["signal-hub", "--durability", ""], ["full", "normal"]),
    (["signal-hub", "--log-level", "=", "w"], ["warn"]),
    (["signal-hub", "--rate-limit", ""], []),
    (["signal-hub", "--insecure", "--conf"], ["--config"]),
    (["signal-hub", "publish", "--tok"], ["--token-file"]),
    (["signal-hub", "publish", "--rate-"], []),
    (["signal-hub", "send", "--admin-"], ["--admin-socket", "--admin-token-file"]),
    (["signal-hub", "send", "--rel"], ["--reliable"]),
    (["signal-hub", "token", "--algorithm", ""], ["HS256", "HS384", "HS512"]),
    (["signal-hub", "--tls-cert", "cha"], ["chain.pem"]),
    (["signal-hub", "backup", "cha"], ["chain.pem"]),
    (["signal-hub", "docs"], []),
]


@pytest.mark.parametrize("words, expected", COMPLETED, ids=lambda value: " ".join(value))
def test_bash_completes(tree, tmp_path, words, expected):
    (tmp_path / "chain.pem").touch()
    script = """
      source "$1"; program=$2; shift 2
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _signal_hub "$program" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
    """
    completion = tree / "share/bash-completion/completions/signal-hub"
    done = subprocess.run(["bash", "-uc", script, "bash", completion, BINARY, *words],
                          cwd=tmp_path, capture_output=True, text=True, timeout=DEADLINE,
                          env=hub_module.clean_environment(), check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert done.stdout.split() == expected


def test_the_completion_knows_every_command_and_flag(tree):
    text = (tree / "share/bash-completion/completions/signal-hub").read_text()
    help_text = run("--help").stdout
    for flag in re.findall(r"^  (--[\w-]+)", help_text, re.M):
        assert flag in text, flag
    values = set(re.findall(r"--[a-z-]+", text.split("_signal_hub_value()")[1].split("esac")[0]))
    for command in re.search(r"_signal_hub_commands='([^']*)'", text)[1].split():
        for line in re.findall(r"^  (--[\w-]+) [A-Z]+", run(command, "--help").stdout, re.M):
            assert line in values or f"[{line}]" in text, f"{command} {line} takes a value"


def test_the_changelog_has_the_version_of_the_build():
    version = run("--version").stdout.split()[-1]
    first = (ROOT / "debian" / "changelog").read_text().splitlines()[0]
    assert first.startswith(f"signal-hub ({version}) ")

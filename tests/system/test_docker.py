"""The Dockerfile is read, not run: what it copies is there, and what it starts is what we install."""
import json
import re

import pytest

from hub import ROOT, run

TEXT = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
LINES = [line.split(None, 1) for line in TEXT.splitlines()
         if line.strip() and not line.startswith("#")]
KNOWN = {"FROM", "COPY", "RUN", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT"}


def instructions(name):
    return [arguments for instruction, arguments in LINES if instruction == name]


def last_stage():
    start = max(i for i, (name, _) in enumerate(LINES) if name == "FROM")
    return dict(LINES[start:])


def test_it_has_known_instructions_only():
    assert {name for name, _ in LINES} <= KNOWN
    assert LINES[0][0] == "FROM"


def test_images_are_of_the_debian_that_is_tested():
    for image in instructions("FROM"):
        assert re.fullmatch(r"debian:12-slim( AS \w+)?", image)


def test_what_is_copied_from_the_tree_is_there():
    ignored = (ROOT / ".dockerignore").read_text().split()
    for arguments in instructions("COPY"):
        *sources, _ = arguments.split()
        if sources[0].startswith("--from="):
            assert f"AS {sources[0][7:]}" in TEXT
            continue
        for source in sources:
            assert (ROOT / source).exists(), source
            assert source.split("/")[0] not in ignored, source


def test_what_it_runs_of_the_tree_is_there():
    for tool in re.findall(r"/src/(tools/[\w-]+)(?=\s)", TEXT):
        assert (ROOT / tool).stat().st_mode & 0o111, tool


def test_the_hub_runs_as_its_own_user():
    stage = last_stage()
    user = re.match(r"u (\S+)", (ROOT / "packaging/signal-hub.sysusers").read_text())[1]
    assert stage["USER"] == user
    order = [name for name, _ in LINES]
    assert order.index("USER") < order.index("ENTRYPOINT")


def test_the_entry_point_is_an_accepted_command_line():
    command = json.loads(last_stage()["ENTRYPOINT"])
    assert command[0] == "signal-hub" and command[2] == "/etc/signal-hub/signal-hub.toml"
    config = ROOT / "packaging/signal-hub.toml"
    arguments = [str(config) if word == command[2] else word for word in command[1:]]
    # Everybody can reach it there, so without a key it must not start.
    done = run(*arguments)
    assert done.returncode == 2 and "insecure" in done.stderr
    assert run(*arguments, "--help").returncode == 0


@pytest.mark.parametrize("path", ["/health"])
def test_the_health_check_asks_for_what_is_served(hub, path):
    check = last_stage()["HEALTHCHECK"]
    port = json.loads(last_stage()["ENTRYPOINT"])[-1].rsplit(":")[-1]
    assert f"http://127.0.0.1:{port}{path}" in check and last_stage()["EXPOSE"] == port
    assert hub.http(path)[0] == 200


def test_packages_are_installed_without_leaving_lists():
    for command in instructions("RUN"):
        if "apt-get install" in command:
            assert "--no-install-recommends" in command and "rm -rf /var/lib/apt/lists/*" in command

"""The README's tour works as printed."""
import json
import pathlib
import subprocess

from hub import BINARY, DEADLINE, clean_environment

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"


def tour():
    text = README.read_text().split("<!-- TOUR", 1)[1]
    return text.split("```sh\n", 1)[1].split("```", 1)[0]


def test_tour(start_hub, tmp_path):
    database = tmp_path / "var" / "hub.db"  # where tools/run has it
    database.parent.mkdir()
    hub = start_hub(db=database)
    # Another port than the printed one may be free here, and the binary another build's.
    script = tour().replace("127.0.0.1:8787", f"127.0.0.1:{hub.port}")
    script = script.replace("$PWD/build/release", str(pathlib.Path(BINARY).resolve().parent))
    done = subprocess.run(["bash", "-eu", "-c", script], cwd=tmp_path, capture_output=True,
                          text=True, timeout=DEADLINE, stdin=subprocess.DEVNULL,
                          env=clean_environment({"SIGNAL_HUB_URL": hub.url}))
    assert done.returncode == 0, done.stderr
    received = [json.loads(line) for line in (tmp_path / "received.jsonl").read_text().splitlines()]
    assert [m["type"] for m in received] == ["user:login", "user:logout"]
    assert '"status":"ok"' in done.stdout and "nobody is registered there" in done.stdout
    assert "signalhub_deliveries_total 2" in done.stdout

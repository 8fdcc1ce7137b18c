"""How tools/compare starts the hub and its peers: each alone, on one core."""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
HUB = os.environ.get("SIGNAL_HUB_BIN", str(ROOT / "build/release/signal-hub"))
BENCH = str(pathlib.Path(HUB).with_name("hub-bench"))
RELAY = str(pathlib.Path(HUB).parent / "tools/hub-bench/lws-relay")
NODE = ROOT / "tools/compare-peers"
READY = 10.0


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def pinned(core, command):
    """On that core of those this process may use, where there are two."""
    cores = sorted(os.sched_getaffinity(0))
    return command if len(cores) < 2 else ["taskset", "-c", str(cores[core]), *command]


def hub(port, _folder, db=":memory:", *flags):
    return [HUB, "--listen", f"127.0.0.1:{port}", "--db", db, "--rate-limit", "0",
            "--accept-rate", "0", "--max-connections-per-ip", "0", "--log-level", "error", *flags]


def mosquitto(port, folder, websockets):
    # It does not start with WebSocket alone.
    listeners = (f"listener {free_port() if websockets else port} 127.0.0.1\n"
                 + (f"listener {port} 127.0.0.1\nprotocol websockets\n" if websockets else ""))
    (folder / "mosquitto.conf").write_text(
        f"{listeners}allow_anonymous true\n"
        "persistence false\nset_tcp_nodelay true\nlog_type error\n"
        # It drops what a full queue does not take.
        "max_queued_messages 0\nmax_inflight_messages 0\n")
    return ["mosquitto", "-c", str(folder / "mosquitto.conf")]


def nats(port, folder, websockets):
    other = free_port()
    text = f'listen: "127.0.0.1:{other if websockets else port}"\n'
    if websockets:
        text += f'websocket {{ listen: "127.0.0.1:{port}", no_tls: true }}\n'
    (folder / "nats.conf").write_text(text)
    return ["nats-server", "-c", str(folder / "nats.conf")]


def redis(port, _folder):
    # Loopback has more addresses than the one Redis trusts.
    return ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--protected-mode", "no",
            "--save", "", "--appendonly", "no", "--loglevel", "warning"]


def node(script):
    return lambda port, folder: ["node", str(NODE / script), str(port)]


# name: (what hub-bench calls it, URL with %d for the port, command)
SERVERS = {
    "hub": ("hub", "ws://127.0.0.1:%d/ws", hub),
    "mosquitto-ws": ("mqtt", "ws://127.0.0.1:%d/", lambda p, f: mosquitto(p, f, True)),
    "mosquitto-tcp": ("mqtt", "tcp://127.0.0.1:%d", lambda p, f: mosquitto(p, f, False)),
    "nats-ws": ("nats", "ws://127.0.0.1:%d/", lambda p, f: nats(p, f, True)),
    "nats-tcp": ("nats", "tcp://127.0.0.1:%d", lambda p, f: nats(p, f, False)),
    "redis-tcp": ("redis", "tcp://127.0.0.1:%d", redis),
    "node-ws": ("nats", "ws://127.0.0.1:%d/", node("ws.js")),
    "socketio": ("socketio", "ws://127.0.0.1:%d/socket.io/?EIO=4&transport=websocket",
                 node("socketio.js")),
    # Not a peer but a floor: one message in, one out.
    "lws-relay": ("nats", "ws://127.0.0.1:%d/", lambda port, folder: [RELAY, str(port)]),
}


def missing(name):
    """Why that server cannot be run here; empty if it can."""
    with tempfile.TemporaryDirectory() as folder:
        program = SERVERS[name][2](0, pathlib.Path(folder))[0]
    if shutil.which(program) is None:
        return f"no {program}"
    if program == "node" and not (NODE / "node_modules/ws").is_dir():
        return "its packages are not there; --install-node gets them"
    return ""


def install_node():
    if subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=NODE, check=False).returncode:
        sys.exit("tools/compare: npm ci failed")


def wait_listening(process, port):
    limit = time.monotonic() + READY
    while time.monotonic() < limit and process.poll() is None:
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    sys.exit(f"{process.args} does not listen")


class Running:
    """One server on the first core; `with` it."""

    def __init__(self, name, command=None):
        self.peer, url, usual = SERVERS[name]
        self.port = free_port()
        self.url = url % self.port
        self.folder = tempfile.TemporaryDirectory()
        os.chmod(self.folder.name, 0o755)  # mosquitto gives up root's rights
        self.path = pathlib.Path(self.folder.name)
        self.process = subprocess.Popen(pinned(0, (command or usual)(self.port, self.path)),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        wait_listening(self.process, self.port)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

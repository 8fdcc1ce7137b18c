"""wss:// and https:// with --tls-cert and --tls-key (§1)."""
import shutil
import signal
import ssl
import subprocess

import pytest
import websockets

from client import actor
from hub import DEADLINE, run, run_hub
from raw import TEXT, encode_frame, handshake, tcp


class Pair:
    """A self-signed certificate for this machine, its key, and a client's context that trusts it."""

    def __init__(self, folder, name="hub", kind=("ec", "-pkeyopt", "ec_paramgen_curve:P-256")):
        self.cert, self.key = str(folder / f"{name}.pem"), str(folder / f"{name}.key")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", *kind, "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-keyout", self.key, "-out", self.cert],
            check=True, capture_output=True)
        self.flags = ("--tls-cert", self.cert, "--tls-key", self.key)
        self.context = ssl.create_default_context(cafile=self.cert)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return Pair(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def hub(start_hub, pair):
    return start_hub("--rate-limit", "0", *pair.flags)


def https(hub, context, request):
    """The answer to a request over TLS, whole."""
    with context.wrap_socket(tcp(hub), server_hostname="localhost") as secured:
        secured.sendall(request)
        answer = b""
        while chunk := secured.recv(65_536):
            answer += chunk
        return answer


HEALTH = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


async def test_sessions_exchange_messages(hub, pair):
    assert hub.url.startswith("wss://127.0.0.1:") and hub.url.endswith("/ws")
    a, b = await actor(hub, ssl=pair.context), await actor(hub, ssl=pair.context)
    for size in (0, 1, 16_000, 17_000, 900_000):  # below and above one TLS record
        answer = await a.deliver(b.me, "x" * size)
        assert answer["type"] == "hub:delivery_ack"
        assert (await b.receive("app:event"))["payload"] == "x" * size
    await b.subscribe("t")
    for n in range(200):
        await a.send("hub:publish", {"topic": "t", "type": "app:tick", "data": n})
    assert [m["payload"] for m in await b.take(200, "app:tick")] == list(range(200))
    await a.send("hub:disconnect")
    assert await a.closed() == 1000


def test_http_is_served_over_it(hub, pair):
    answer = https(hub, pair.context, HEALTH)
    assert answer.startswith(b"HTTP/1.1 200") and b'"status":"ok"' in answer


def test_http2_is_not_offered(hub, pair):
    context = ssl.create_default_context(cafile=pair.cert)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with context.wrap_socket(tcp(hub), server_hostname="localhost") as secured:
        assert secured.selected_alpn_protocol() == "http/1.1"


async def test_a_plain_client_is_refused(hub, pair):
    with pytest.raises((websockets.InvalidHandshake, EOFError, OSError)):
        await websockets.connect(hub.url.replace("wss://", "ws://"), open_timeout=DEADLINE)
    assert handshake(hub).status != 101
    sock = tcp(hub)
    sock.sendall(encode_frame(TEXT, '{"type":"ping"}'))
    assert b"pong" not in read_to_end(sock)
    await actor(hub, ssl=pair.context)  # served as before


def read_to_end(sock):
    data = b""
    try:
        while chunk := sock.recv(4096):
            data += chunk
    except ConnectionError:
        pass
    return data


def test_a_client_that_breaks_off_harms_nobody(hub, pair):
    half = tcp(hub)
    half.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")  # a hello that never ends
    tcp(hub).close()
    assert https(hub, pair.context, HEALTH).startswith(b"HTTP/1.1 200")


async def test_who_does_not_trust_the_certificate_does_not_connect(hub):
    with pytest.raises(ssl.SSLCertVerificationError):
        await actor(hub, ssl=ssl.create_default_context())
    done = run("actors", "--url", hub.url)
    assert done.returncode == 1 and "cannot connect" in done.stderr


async def test_the_clients_of_the_command_line(hub, pair):
    a = await actor(hub, ssl=pair.context)
    done = run("send", "--url", hub.url.replace("127.0.0.1", "localhost"), "--ask", a.me, "app:x",
               "1", env={"SSL_CERT_FILE": pair.cert})
    assert done.returncode == 0, done.stderr
    assert (await a.receive("app:x"))["payload"] == 1


# ---- reload -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), ("rsa:2048",)])
async def test_a_new_certificate_is_shown_to_new_connections(start_hub, tmp_path, kind):
    first, second = Pair(tmp_path, "first"), Pair(tmp_path, "second", kind)
    hub = start_hub(*first.flags)
    a = await actor(hub, ssl=first.context)
    for new, file in ((second.cert, first.cert), (second.key, first.key)):
        shutil.copy(new, file)
    hub.signal(signal.SIGHUP)
    assert hub.wait_log("reloaded")["needsRestart"] == ""
    b = await actor(hub, ssl=second.context)
    assert (await a.deliver(b.me, 1))["type"] == "hub:delivery_ack"  # the old session lives
    with pytest.raises(ssl.SSLCertVerificationError):
        await actor(hub, ssl=first.context)
    context = ssl.create_default_context(cafile=second.cert)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with context.wrap_socket(tcp(hub), server_hostname="localhost") as secured:
        assert secured.selected_alpn_protocol() == "http/1.1"


async def test_a_certificate_that_does_not_fit_its_key_changes_nothing(start_hub, tmp_path):
    first, second = Pair(tmp_path, "first"), Pair(tmp_path, "second")
    hub = start_hub(*first.flags)
    shutil.copy(second.cert, first.cert)
    hub.signal(signal.SIGHUP)
    assert first.cert in hub.wait_log("reload_failed")["reason"]
    await actor(hub, ssl=first.context)


# ---- refused at start ---------------------------------------------------------------------------


def refused_at_start(cert, key, *named):
    done = run_hub("--tls-cert", cert, "--tls-key", key)
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    assert len(done.stderr.strip().splitlines()) == 1  # a sentence
    assert all(name in done.stderr for name in named), done.stderr
    assert "listening" not in done.stdout


def test_files_that_are_missing(tmp_path, pair):
    missing = str(tmp_path / "missing.pem")
    refused_at_start(pair.cert, missing, missing)
    refused_at_start(missing, pair.key, missing)


def test_files_that_are_no_pair(tmp_path, pair):
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n")
    refused_at_start(str(nonsense), pair.key, str(nonsense))
    refused_at_start(pair.cert, str(nonsense), str(nonsense))
    refused_at_start(pair.cert, Pair(tmp_path, "other").key, "other.key")


@pytest.mark.parametrize("flag", ["--tls-cert", "--tls-key"])
def test_one_without_the_other(pair, flag):
    done = run_hub(flag, pair.cert)
    assert done.returncode == 2
    assert "--tls-cert" in done.stderr and "--tls-key" in done.stderr

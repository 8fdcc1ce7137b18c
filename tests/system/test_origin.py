"""Web pages: Origin and Host (§9)."""
import pytest

import tokens
from hub import UNLIMITED
from raw import handshake


def status(hub, **headers):
    return handshake(hub, **headers).status


@pytest.mark.parametrize("origin, expected", [
    (None, 101),
    ("http://localhost", 101), ("http://localhost:3000", 101), ("https://127.0.0.1:8443", 101),
    ("http://[::1]:3000", 101),
    ("http://example.org", 403), ("https://localhost.example.org", 403),
    ("http://127.0.0.1.example.org", 403), ("null", 403), ("file://", 403),
    ("http://localhost@example.org", 403),
])
def test_without_auth_only_loopback_origins(hub, origin, expected):
    headers = {} if origin is None else {"Origin": origin}
    assert status(hub, **headers) == expected


@pytest.mark.parametrize("host, expected", [
    ("localhost", 101), ("localhost:1234", 101), ("127.0.0.1", 101), ("[::1]:80", 101),
    ("example.org", 403), ("attacker.example:8787", 403), ("127.0.0.1.example.org", 403),
    ("localhost.example.org", 403),
])
def test_without_auth_the_host_is_loopback(hub, host, expected):
    """A page whose name was rebound to this machine still sends its own name."""
    assert status(hub, Host=host) == expected


def test_a_listen_address_is_a_good_host(start_hub):
    hub = start_hub(*UNLIMITED, "--insecure", listen="0.0.0.0:0")
    hub.url = hub.url.replace("0.0.0.0", "127.0.0.1")
    assert status(hub, Host="example.org") == 403
    assert status(hub, Host="127.0.0.1") == 101
    assert status(hub, Host="0.0.0.0") == 101


def test_allowed_origins_are_compared_exactly(start_hub):
    hub = start_hub("--allow-origin", "https://app.example.org", "--allow-origin",
                    "http://other.example:8080")
    for origin in ("https://app.example.org", "http://other.example:8080"):
        assert status(hub, Origin=origin) == 101
    for origin in ("http://app.example.org", "https://app.example.org:443",
                   "https://app.example.org/", "https://APP.example.org", "http://localhost",
                   "http://other.example", "https://app.example.org.evil.example", "null"):
        assert status(hub, Origin=origin) == 403
    assert status(hub) == 101  # no page at all


def test_with_auth_any_origin_and_host(start_hub, tmp_path):
    hub = start_hub("--jwt-secret-file", tokens.secret_file(tmp_path))
    assert status(hub, Origin="https://example.org") == 101
    assert status(hub, Host="example.org") == 101


def test_with_auth_and_allowed_origins(start_hub, tmp_path):
    hub = start_hub("--jwt-secret-file", tokens.secret_file(tmp_path), "--allow-origin",
                    "https://app.example.org")
    assert status(hub, Origin="https://app.example.org") == 101
    assert status(hub, Origin="https://example.org") == 403

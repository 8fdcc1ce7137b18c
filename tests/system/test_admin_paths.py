"""Path tricks, as sent: over both doors, with the token and without (signal-hub(8),
ADMINISTRATION).

libwebsockets decodes and resolves a path before the hub sees it, and keeps nothing of what was sent.
So a trick either is refused, or it is the plain path it resolves to, with that path's access: never
a way around the token, and never to anything outside of the tables of routes and of files.
"""
import json
import socket

import pytest

from admin import TOKEN, administered, socket_of
from hub import DEADLINE
from raw import handshake, read_response

REFUSED = [
    "/api/v1/../../etc/passwd", "/api/v1/%2e%2e/%2e%2e/etc/passwd", "/api/v1/stats%00",
    "/api/v1/%00/stats", "/api/v1/stats/..", "/api/v1/stats/..%2f..", "/api/v1/actors/..",
    "/api/v1/sessions/..%2f..%2fstats%00", "/api/v1/stats%2fx", "/api/v1/%252e%252e/stats",
    "/api/v1\\stats", "/api/v1/stats\\", "/api/v1/..%5cstats", "/api/v1/..\\stats",
    "/api/v1/%5c%2e%2e%5cstats", "/api/v1/stats%0d%0aX:y", "/api/v1/stats%", "/api/v1/stats%2",
    "/api/v1/stats%zz", "/api/v1stats", "/api/v1/", "/api/v1", "/API/v1/stats", "/api/v1/stats/",
    "http://localhost/api/v1/stats", "*", "api/v1/stats",
    "/dashboard/../../etc/passwd", "/dashboard/%2e%2e/%2e%2e/etc/passwd", "/dashboard/..",
    "/dashboard/%2e%2e%2fmeson.build", "/dashboard/..%5cindex.html", "/dashboard\\",
    "/dashboard%00", "/dashboard/app.js%00.html", "/dashboard/vendor", "/dashboard/index.html/",
]

STATS = [
    "/api/v1/../v1/stats", "/api/v1/%2e%2e/v1/stats", "/api/v1/.%2e/v1/stats", "/api/v1//stats",
    "/api/v1/%2E%2E%2Fv1/stats", "/api/v1/./stats", "/api/v1%2fstats", "//api/v1/stats",
    "/health/../api/v1/stats", "/dashboard/../api/v1/stats", "/x/%2e%2e/api/v1/stats",
    "/%61pi/v1/stats", "/../../api/v1/stats",
]

PAGE = ["/dashboard/../dashboard", "/dashboard/%2e%2e/dashboard", "//dashboard", "/./dashboard",
        "/api/v1/../../dashboard", "/%64ashboard"]


@pytest.fixture(scope="module", name="hub")
def _hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("admin")
    with administered(folder) as hub:
        hub.folder = folder
        yield hub


@pytest.fixture(name="get", params=["network", "socket"])
def _get(hub, request):
    """get(target, token): the answer to a request whose target leaves here as it is."""
    def get(target, token=TOKEN):
        if request.param == "network":
            sock = socket.create_connection(hub.address, timeout=DEADLINE)
        else:
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            sock.settimeout(DEADLINE)
            sock.connect(str(socket_of(hub.folder)))
        credentials = f"Authorization: Bearer {token}\r\n" if token else ""
        with sock:
            sock.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n{credentials}\r\n"
                         .encode("latin-1"))
            return read_response(sock)
    get.asks_for_a_token = request.param == "network"
    return get


@pytest.mark.parametrize("token", [TOKEN, "wrong-token-of-somebody", None])
@pytest.mark.parametrize("target", REFUSED)
def test_path_tricks_reach_nothing(get, target, token):
    # None: the connection is ended without an answer.
    assert get(target, token).status in (None, 400, 401, 403, 404)


@pytest.mark.parametrize("target", STATS)
def test_a_resolved_path_needs_the_token_of_what_it_resolves_to(get, target):
    answer = get(target)
    assert answer.status == 200 and "connections" in json.loads(answer.body)
    for token in ("wrong-token-of-somebody", None):
        assert get(target, token).status == (401 if get.asks_for_a_token else 200)


@pytest.mark.parametrize("target", PAGE)
def test_a_resolved_path_of_the_dashboard_is_a_file_of_its_table(get, target):
    assert get(target, None).body == get("/dashboard", None).body
    assert get(target, None).headers["content-security-policy"]


def test_a_proxy_that_hides_a_path_as_it_was_sent_does_not_open_it(get):
    """Rules such as `everything below /public` are passed by this; the token still decides."""
    answer = get("/public/..%2fapi/v1/sessions", None)
    assert answer.status == (401 if get.asks_for_a_token else 200)


@pytest.mark.parametrize("end", ["%0a", "%0d", "%0d%0a", "%0A"])
def test_an_encoded_line_end_begins_no_header(get, end):
    """libwebsockets takes it for the end of the request line, and what follows for a header."""
    for path in ("/health", "/api/v1/stats", "/dashboard"):
        for token in (TOKEN, None):
            assert get(f"{path}{end}Authorization:Bearer%20{TOKEN}", token).status == 400


@pytest.mark.parametrize("end", ["%0a", "%0d%0a"])
def test_an_encoded_line_end_upgrades_nothing(hub, end):
    assert handshake(hub, path="/ws").status == 101
    assert handshake(hub, path=f"/ws{end}X-Forwarded-For:192.0.2.1").status == 400


def test_the_query_is_not_resolved(get):
    for query in ("x=..", "state=%2e%2e", "state=..%2f", "cursor=%00", "state=%5c"):
        assert get("/api/v1/sessions?" + query).status in (None, 400, 403)

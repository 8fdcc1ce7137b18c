"""Who may use the administration API, and who may not."""
import os
import socket
import stat

import pytest

import openapi
import tokens
from admin import TOKEN, Operator, Refused, administered, socket_of, token_file
from hub import Hub, run_hub


@pytest.fixture(scope="module", name="hub")
def _hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("admin")
    with administered(folder, "--jwt-secret-file", tokens.secret_file(folder)) as hub:
        yield hub


def path_of(template):
    return template.replace("{id}", "1").replace("{address}", "@(a)")


@pytest.mark.parametrize("method,template", [(m, p) for m, p, _ in openapi.operations()])
def test_every_operation_refuses_strangers(hub, method, template):
    jwt = tokens.token("ops", capabilities=["*", "admin"])
    for token in (None, "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), jwt):
        with pytest.raises(Refused) as refused:
            Operator(hub, token).ask(method, path_of(template))
        assert refused.value.status == 401
        assert refused.value.code == "unauthorized"


@pytest.mark.parametrize("method,template", [(m, p) for m, p, _ in openapi.operations()])
def test_without_a_token_file_nothing_is_administered(shared_hub_without_token, method, template):
    for token in (None, TOKEN):
        with pytest.raises(Refused) as refused:
            Operator(shared_hub_without_token, token).ask(method, path_of(template))
        assert refused.value.status == 403
        assert refused.value.code == "admin_disabled"


@pytest.fixture(scope="module", name="shared_hub_without_token")
def _shared_hub_without_token():
    with Hub() as hub:
        yield hub


def test_a_refusal_says_how_to_authenticate(hub):
    status, headers, _ = Operator(hub, None).raw("GET", "/stats")
    assert status == 401
    assert headers["WWW-Authenticate"] == "Bearer"


def test_the_scheme_is_bearer_in_any_case(hub):
    for header, status in ((f"bearer {TOKEN}", 200), (f"Basic {TOKEN}", 401), (TOKEN, 401)):
        assert hub.http("/api/v1/stats", headers={"Authorization": header})[0] == status


def test_a_wrong_token_is_logged_without_it(hub):
    with pytest.raises(Refused):
        Operator(hub, "not-the-token-at-all").get("/stats")
    hub.wait_log("admin_refused")
    assert not any("not-the-token" in str(line) or TOKEN in str(line) for line in hub.log_lines())


@pytest.mark.parametrize("host", ["admin", "localhost", "signal-hub", ""])
def test_no_host_header_opens_the_door(hub, host):
    assert hub.http("/api/v1/stats", headers={"Host": host})[0] in (400, 401)


def announce(hub, token, length):
    """Announces a body and sends none of it: the answer, and whether the connection ends."""
    with socket.create_connection(hub.address, timeout=10) as raw:
        raw.sendall(f"POST /api/v1/publish HTTP/1.1\r\nHost: localhost\r\n"
                    f"Authorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n".encode())
        answer = b""
        while chunk := raw.recv(65536):
            answer += chunk
    return answer.decode()


def test_a_body_of_a_stranger_is_not_waited_for(hub):
    assert announce(hub, "wrong-token-entirely", 500).startswith("HTTP/1.1 401")


@pytest.mark.parametrize("length", [(1 << 20) + 1, 1 << 40, "18446744073709551616", "-1", "x"])
def test_a_body_that_is_too_large_is_not_waited_for(hub, length):
    answer = announce(hub, TOKEN, length)
    status, text = answer.split(" ")[1], answer.split("\r\n\r\n")[1]
    assert status == "413"
    assert openapi.check("POST", "/publish", int(status), text)["error"]["code"] == "body_too_large"


def test_a_body_of_unknown_length_is_refused(hub):
    with socket.create_connection(hub.address, timeout=10) as raw:
        raw.sendall(f"POST /api/v1/publish HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked"
                    f"\r\nAuthorization: Bearer {TOKEN}\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n".encode())
        assert raw.recv(4096).startswith(b"HTTP/1.1 411")


def test_requests_follow_each_other_on_a_connection(hub):
    operator = Operator(hub)
    connection = operator.connection()
    body = b'{"topic":"t","type":"app:x","data":1}'
    for _ in range(3):
        for method, path, content in (("GET", "/stats", None), ("POST", "/publish", body),
                                      ("GET", "/dead-letters", None)):
            connection.request(method, "/api/v1" + path, body=content, headers=operator.headers())
            response = connection.getresponse()
            openapi.check(method, path, response.status, response.read().decode())
            assert response.status == 200
    connection.close()


def test_the_socket_is_for_its_owner_and_asks_for_no_token(hub):
    path = hub.command[hub.command.index("--admin-socket") + 1]
    mode = os.stat(path).st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600
    assert Operator(hub, None, path).get("/stats")["state"] == "running"


def test_the_socket_has_no_websockets(hub):
    path = hub.command[hub.command.index("--admin-socket") + 1]
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as raw:
        raw.connect(path)
        raw.sendall(b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        assert raw.recv(4096).startswith(b"HTTP/1.1 404")


def test_the_socket_works_without_a_token_file(tmp_path):
    with Hub("--admin-socket", socket_of(tmp_path)) as hub:
        assert Operator(hub, None, socket_of(tmp_path)).get("/sessions")["items"] == []
    assert not socket_of(tmp_path).exists()


@pytest.mark.parametrize("text", ["", "short", "with spaces in the middle of it"])
def test_a_useless_token_file_is_refused_at_the_start(tmp_path, text):
    path = tmp_path / "token"
    path.write_text(text)
    done = run_hub("--admin-token-file", path)
    assert done.returncode == 2
    assert "--admin-token-file" in done.stderr


def test_a_reload_reads_the_token_again(tmp_path):
    with administered(tmp_path) as hub:
        token_file(tmp_path, "another-token-of-the-operator")
        Operator(hub).ask("POST", "/reload")
        with pytest.raises(Refused):
            Operator(hub).get("/stats")
        assert Operator(hub, "another-token-of-the-operator").get("/stats")

"""An operator: asks the administration API, every answer held against docs/openapi.yaml."""
import http.client
import json
import pathlib
import socket
import urllib.parse

import openapi
from hub import DEADLINE, Hub

TOKEN = "an-operators-token-of-32-letters"


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=DEADLINE)
        self._path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(DEADLINE)
        self.sock.connect(self._path)


class Refused(Exception):
    def __init__(self, status, error):
        super().__init__(f"{status} {error}")
        self.status = status
        self.code = error["code"]


class Operator:
    """`token=None` sends none; with `socket_path` the unix socket is used."""

    def __init__(self, hub, token=TOKEN, socket_path=None):
        self.hub = hub
        self.token = token
        self.socket_path = socket_path

    def connection(self):
        if self.socket_path:
            return _UnixConnection(self.socket_path)
        return http.client.HTTPConnection(*self.hub.address, timeout=DEADLINE)

    def headers(self):
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def raw(self, method, path, body=None):
        """Status, headers, body."""
        connection = self.connection()
        try:
            connection.request(method, openapi.ROOT_PATH + path, body=body, headers=self.headers())
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read().decode()
        finally:
            connection.close()

    def ask(self, method, path, body=None):
        status, _, text = self.raw(method, path, None if body is None else json.dumps(body))
        answer = openapi.check(method, path, status, text)
        if status >= 400:
            raise Refused(status, answer["error"])
        return answer

    def get(self, path, **query):
        if query:
            path += "?" + urllib.parse.urlencode(query)
        return self.ask("GET", path)

    def all(self, path, **query):
        """Every item of a list, page after page."""
        items, cursor = [], None
        while True:
            page = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            assert len(page["items"]) <= int(query.get("limit", 100))
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items


def quoted(text):
    return urllib.parse.quote(text, safe="")


def token_file(folder, token=TOKEN):
    path = pathlib.Path(folder) / "admin-token"
    path.write_text(token + "\n")
    return path


def administered(folder, *flags, **options):
    """A hub with both doors open."""
    return Hub("--admin-token-file", token_file(folder), "--admin-socket", socket_of(folder),
               *flags, **options)


def socket_of(folder):
    return pathlib.Path(folder) / "admin.sock"

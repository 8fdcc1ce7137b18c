"""Plain sockets, for what a WebSocket library would not send: odd handshakes, frames, slow readers.

Blocking, with a deadline on every read. Frames of the hub are unmasked (RFC 6455 §5.1).
"""
import base64
import hashlib
import json
import os
import socket
import struct

from client import HUB, connect_metadata, envelope, parse, unique
from hub import DEADLINE

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

_open = []


def tcp(hub, source=None, receive_buffer=None):
    """A TCP connection to the hub, closed after the test at the latest."""
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.settimeout(DEADLINE)
    if receive_buffer:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    if source:
        s.bind((source, 0))
    s.connect(hub.address)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _open.append(s)
    return s


def close_all():
    for s in _open:
        s.close()
    _open.clear()


def new_key():
    return base64.b64encode(os.urandom(16)).decode()


def accept_of(key):
    return base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()


class Response:
    def __init__(self, status, headers, body, sock):
        self.status, self.headers, self.body, self.sock = status, headers, body, sock


def read_response(sock):
    """The HTTP response head, and the body if it has a length. Status None: closed before."""
    data = b""
    while b"\r\n\r\n" not in data:
        try:
            chunk = sock.recv(1)
        except ConnectionError:
            chunk = b""
        if not chunk:
            return Response(None, {}, data, sock)
        data += chunk
    lines = data.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines[1:]:
        if ":" in line:
            name, value = line.split(":", 1)
            headers[name.strip().lower()] = value.strip()
    body = b""
    length = int(headers.get("content-length", 0))
    while len(body) < length:
        chunk = sock.recv(length - len(body))
        if not chunk:
            break
        body += chunk
    return Response(int(lines[0].split()[1]), headers, body, sock)


def handshake(hub, path="/ws", method="GET", drop=(), source=None, receive_buffer=None,
              version="HTTP/1.1", **headers):
    """One upgrade request. Header names are written with `_` for `-`; a value None leaves it out."""
    host, port = hub.address
    all_headers = {
        "Host": f"{host}:{port}", "Upgrade": "websocket", "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": new_key(),
    }
    all_headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    head = f"{method} {path} {version}\r\n" + "".join(
        f"{k}: {v}\r\n" for k, v in all_headers.items() if v is not None and k not in drop)
    sock = tcp(hub, source, receive_buffer)
    sock.sendall((head + "\r\n").encode("latin-1"))
    return read_response(sock)


def encode_frame(opcode, payload, fin=True, mask=True, length=None):
    """One frame; `length` declares another size than the payload has."""
    payload = payload.encode() if isinstance(payload, str) else bytes(payload)
    size = len(payload) if length is None else length
    head = bytes([(0x80 if fin else 0) | opcode])
    bit = 0x80 if mask else 0
    if size < 126:
        head += bytes([bit | size])
    elif size < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", size)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", size)
    # A zero mask is a mask: what is sent stays readable, and cheap to make.
    return head + (b"\0\0\0\0" if mask else b"") + payload


class RawSocket:
    """A WebSocket by hand. It answers no ping and reads only when told to."""

    def __init__(self, hub, me=None, source=None, receive_buffer=None, **headers):
        response = handshake(hub, source=source, receive_buffer=receive_buffer, **headers)
        assert response.status == 101, response.status
        self.sock = response.sock
        self.me = me or unique("raw")
        self._buffer = b""
        self.close_code = None

    def send_frame(self, opcode, payload, **options):
        self.sock.sendall(encode_frame(opcode, payload, **options))

    def send_bytes(self, data):
        self.sock.sendall(data)

    def send(self, type_, payload=None, **fields):
        message = envelope(type_, payload, **{"sender": self.me, **fields})
        self.send_frame(TEXT, json.dumps(message))
        return message["id"]

    def _fill(self, size):
        while len(self._buffer) < size:
            chunk = self.sock.recv(1 << 18)
            if not chunk:
                raise EOFError("the hub closed the connection")
            self._buffer += chunk

    def _take(self, size):
        self._fill(size)
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def read_frame(self):
        """(fin, opcode, payload) of the next frame; EOFError at the end of the stream."""
        first, second = self._take(2)
        assert not second & 0x80, "the hub must not mask (RFC 6455 §5.1)"
        size = second & 0x7f
        if size == 126:
            size = struct.unpack(">H", self._take(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self._take(8))[0]
        return bool(first & 0x80), first & 0x0f, self._take(size)

    def messages(self):
        """Yields messages until the stream ends; the code of a close frame is kept."""
        while True:
            try:
                _, opcode, payload = self.read_frame()
            except (EOFError, ConnectionError):
                return
            if opcode == CLOSE:
                self.close_code = struct.unpack(">H", payload[:2])[0] if payload else 1005
                return
            if opcode in (TEXT, BINARY):
                yield parse(payload.decode())

    def receive(self, type_=None):
        for message in self.messages():
            if type_ is None or message["type"] == type_:
                return message
        raise AssertionError(f"the socket ended before {type_ or 'a message'}")

    def ask(self, type_, payload=None, **fields):
        id_ = self.send(type_, payload, **{"pattern": "ask", **fields})
        for message in self.messages():
            if message["correlationId"] == id_ and message["from"] == HUB:
                return message
        raise AssertionError(f"the socket ended (code {self.close_code}) before the answer")

    def connect(self, **metadata):
        answer = self.ask("hub:connect", metadata=connect_metadata(**metadata))
        assert answer["type"] == "hub:connected", answer
        return answer

    def register(self, address=None):
        answer = self.ask("hub:register", {"actorAddress": address or self.me,
                                           "capabilities": ["test"]})
        assert answer["type"] == "hub:registered", answer
        return answer["payload"]

    def wait_closed(self):
        """Reads to the end; the code of the hub's close frame, None if it sent none."""
        for _ in self.messages():
            pass
        return self.close_code

    def end(self):
        """Reads to the hub's close frame and answers it, as a library would: its code."""
        code = self.wait_closed()
        self.send_frame(CLOSE, struct.pack(">H", code))
        return code

    def reset(self):
        """Ends the connection with a TCP reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self):
        self.sock.close()

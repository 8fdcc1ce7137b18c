"""HTTP and WebSocket by hand, for what a well-behaved client library does not do."""
import os
import socket
import struct

from hub import PATIENCE

KEY = "dGhlIHNhbXBsZSBub25jZQ=="


class Raw:
    def __init__(self, hub, source=None):
        self.socket = socket.create_connection(("127.0.0.1", hub.port), PATIENCE,
                                               source_address=(source, 0) if source else None)
        self.port = hub.port
        self.buffer = b""

    def handshake(self, path="/ws", method="GET", headers=None, drop=()):
        """The status of an upgrade request; `headers` override the usual ones."""
        fields = {"Host": f"127.0.0.1:{self.port}", "Upgrade": "websocket",
                  "Connection": "Upgrade", "Sec-WebSocket-Key": KEY,
                  "Sec-WebSocket-Version": "13", **(headers or {})}
        for name in drop:
            fields.pop(name)
        lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in fields.items()), "", ""]
        self.socket.sendall("\r\n".join(lines).encode())
        return self.response()

    def response(self):
        """Status, or 0 if the connection ended without one; headers are in self.headers."""
        while b"\r\n\r\n" not in self.buffer:
            try:
                data = self.socket.recv(65536)
            except ConnectionError:
                data = b""
            if not data:
                return 0
            self.buffer += data
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        self.headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:])}
        return int(lines[0].split()[1])

    def frame(self, payload, opcode=1, final=True, masked=True, length=None):
        """Sends one client frame; `length` announces another size than is sent."""
        size = len(payload) if length is None else length
        head = bytes([(0x80 if final else 0) | opcode])
        bit = 0x80 if masked else 0
        if size < 126:
            head += bytes([bit | size])
        elif size < 65536:
            head += bytes([bit | 126]) + struct.pack(">H", size)
        else:
            head += bytes([bit | 127]) + struct.pack(">Q", size)
        if masked:
            mask = os.urandom(4)
            head += mask
            payload = xor(payload, mask)
        self.socket.sendall(head + payload)

    def read_exactly(self, size):
        while len(self.buffer) < size:
            data = self.socket.recv(1 << 20)
            if not data:
                raise EOFError
            self.buffer += data
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def read_frame(self):
        """(opcode, payload) of the next server frame; it must be unmasked."""
        first, second = self.read_exactly(2)
        assert second & 0x80 == 0
        size = second & 0x7f
        if size == 126:
            size = struct.unpack(">H", self.read_exactly(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self.read_exactly(8))[0]
        return first & 0x0f, self.read_exactly(size)

    def close_code(self):
        """The code of the close frame, skipping others; 0 if the socket just ended."""
        try:
            while True:
                opcode, payload = self.read_frame()
                if opcode == 8:
                    return struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else 1005
        except (EOFError, ConnectionError):
            return 0

    def close(self):
        self.socket.close()


def xor(data, mask):
    if not data:
        return data
    repeated = (mask * (len(data) // 4 + 1))[:len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(data), "big")

"""Frames: text, binary, fragments, control frames, what is no UTF-8 and what is no JSON (§1)."""
import json

import pytest

from client import Client, envelope, session
from expect import answered, refused
from raw import BINARY, CLOSE, PING, PONG, TEXT, RawSocket, encode_frame


def heartbeat(me, timestamp=7, **fields):
    return envelope("hub:heartbeat", {"timestamp": timestamp}, sender=me, **fields)


async def test_binary_frame_is_read_as_json(hub):
    a = await session(hub)
    message = heartbeat(a.me)
    await a.send_raw(json.dumps(message).encode())
    answer = await a.answer(message["id"])
    assert answered(answer, "hub:heartbeat_ack", a.me, message["id"])["timestamp"] == 7
    assert not answer.binary


async def test_binary_and_text_frames_mix(hub):
    a = await session(hub)
    ids = []
    for n in range(10):
        message = heartbeat(a.me, n)
        ids.append(message["id"])
        text = json.dumps(message)
        await a.send_raw(text.encode() if n % 2 else text)
    answers = await a.take(10, "hub:heartbeat_ack")
    assert [m["correlationId"] for m in answers] == ids


async def test_ping_text_is_answered_before_and_after_connect(hub):
    a = await Client.open(hub.url)
    await a.send_raw('{"type":"ping"}')
    assert (await a.receive("pong")).raw == '{"type":"pong"}'
    await a.connect()
    await a.send_raw('{"type":"ping"}')
    assert (await a.receive("pong")).raw == '{"type":"pong"}'


async def test_ping_text_counts_as_no_message(start_hub):
    hub = start_hub()
    a = await session(hub)
    before = (await a.ask("hub:metrics"))["payload"]["messages_received"]
    for _ in range(20):
        await a.send_raw('{"type":"ping"}')
    await a.take(20, "pong")
    after = (await a.ask("hub:metrics"))["payload"]["messages_received"]
    assert after - before == 1  # the second hub:metrics itself


async def test_ping_text_must_be_exact(hub):
    a = await session(hub)
    await a.send_raw('{"type": "ping"}')
    refused(await a.receive("hub:error"), "invalid_message")


async def test_websocket_ping_gets_pong(hub):
    a = await session(hub)
    await (await a.socket.ping(b"are you there"))


def test_control_frames_between_fragments(hub):
    a = RawSocket(hub)
    a.connect()
    message = heartbeat(a.me)
    text = json.dumps(message).encode()
    a.send_frame(TEXT, text[:10], fin=False)
    a.send_frame(PING, b"in between")
    a.send_frame(0, text[10:40], fin=False)
    a.send_frame(0, text[40:])
    # Both came in one segment, so either may be answered first (RFC 6455 §5.5.3).
    frames = dict(a.read_frame()[1:] for _ in range(2))
    assert frames[PONG] == b"in between"
    assert json.loads(frames[TEXT])["correlationId"] == message["id"]


def test_a_message_in_fragments_of_one_byte(hub):
    a = RawSocket(hub)
    a.connect()
    message = heartbeat(a.me, id="grüße")
    text = json.dumps(message, ensure_ascii=False).encode()
    for n, byte in enumerate(text):
        a.send_frame(0 if n else TEXT, bytes([byte]), fin=n == len(text) - 1)
    assert a.receive("hub:heartbeat_ack")["correlationId"] == "grüße"


def test_a_character_split_over_fragments(hub):
    a = RawSocket(hub)
    a.connect()
    message = heartbeat(a.me, id="grüße")
    text = json.dumps(message, ensure_ascii=False).encode()
    cut = text.index("ü".encode()) + 1
    a.send_frame(TEXT, text[:cut], fin=False)
    a.send_frame(0, text[cut:])
    assert a.receive("hub:heartbeat_ack")["correlationId"] == "grüße"


def test_several_messages_in_one_segment(hub):
    a = RawSocket(hub)
    a.connect()
    messages = [heartbeat(a.me, n) for n in range(50)]
    a.send_bytes(b"".join(encode_frame(TEXT, json.dumps(m)) for m in messages))
    for message in messages:
        assert a.receive("hub:heartbeat_ack")["correlationId"] == message["id"]


def test_a_frame_byte_by_byte(hub):
    a = RawSocket(hub)
    a.connect()
    message = heartbeat(a.me)
    for byte in encode_frame(TEXT, json.dumps(message)):
        a.send_bytes(bytes([byte]))
    assert a.receive("hub:heartbeat_ack")["correlationId"] == message["id"]


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("bad", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80"],
                         ids=["ff", "cut", "surrogate", "overlong", "too-large"])
def test_invalid_utf8_closes_1007(hub, opcode, bad):
    a = RawSocket(hub)
    a.connect()
    text = json.dumps(heartbeat(a.me, id="@@@")).encode().replace(b"@@@", bad)
    a.send_frame(opcode, text)
    assert a.wait_closed() == 1007


def test_invalid_utf8_before_connect_closes_1007(hub):
    a = RawSocket(hub)
    a.send_frame(TEXT, b'{"type":"\xff"}')
    assert a.wait_closed() == 1007


@pytest.mark.parametrize("text", [
    "nope", "", "{", "[1", '{"a":}', '{"a":1,}', "{'a':1}", '{"a":tru}', '{"a":NaN}', '{"a":01}',
    '{"a":"\t"}', '{"a":"\\q"}', '{"a":"\\u12"}', '{"a":1} {"b":2}', "/**/{}", "\ufeff{}",
])
async def test_malformed_json_is_answered_and_the_session_lives(hub, text):
    a = await session(hub)
    await a.send_raw(text)
    answer = await a.receive("hub:error")
    refused(answer, "invalid_json")
    assert answer["correlationId"] is None
    await a.fence()


@pytest.mark.parametrize("text", ["[]", '"text"', "1", "null", "true"])
async def test_json_that_is_no_object_is_refused(hub, text):
    a = await session(hub)
    await a.send_raw(text)
    answer = await a.receive("hub:error")
    refused(answer, "invalid_message")
    assert answer["correlationId"] is None
    await a.fence()


async def test_more_than_ten_bad_frames_in_a_minute_close_1008(hub):
    a = await session(hub)
    for _ in range(10):
        await a.send_raw("{")
    for _ in range(10):
        refused(await a.receive("hub:error"), "invalid_json")
    await a.fence()
    await a.send_raw("{")
    assert await a.closed() == 1008


async def test_good_frames_are_no_bad_frames(hub):
    a = await session(hub)
    for _ in range(30):
        await a.fence()
    for _ in range(10):
        await a.send_raw("{")
    await a.fence()


def test_close_frame_is_answered(hub):
    a = RawSocket(hub)
    a.connect()
    a.send_frame(CLOSE, b"\x03\xe8")
    while True:
        _, opcode, payload = a.read_frame()
        if opcode == CLOSE:
            break
    assert payload[:2] == b"\x03\xe8"


def test_nothing_the_hub_sends_is_compressed_or_masked(hub):
    a = RawSocket(hub)
    a.connect()
    a.send("hub:heartbeat", {"timestamp": 1})
    first, second = a._take(2)
    assert first == 0x81 and not second & 0x80

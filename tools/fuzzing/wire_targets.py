# SPDX-License-Identifier: Apache-2.0
"""What a stranger can send before anybody knows him: frames, headers, bodies of every API.

Decoders get more than "no other error": what was decoded must encode again to bytes that decode to
the same, and the hand-tuned decoders of the data plane are held against the generated ones.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from ottla.broker import fetch_codec, produce_codec
from ottla.net.wire_connection import (
    FRAME_BYTES_MIN,
    LARGE_FRAME_BYTES,
    FrameReader,
    SharedBuffer,
)
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import WireError
from ottla.protocol.headers import (
    RequestHeader,
    decode_request_header,
    decode_response_header,
    encode_request_header,
    encode_response_header,
)
from ottla.protocol.messages.fetch import FetchRequest
from ottla.protocol.messages.produce import ProduceRequest
from tools.fuzzing.golden import GoldenMessage, golden_messages
from tools.fuzzing.made_up import messages_of
from tools.fuzzing.target import Target

if TYPE_CHECKING:
    from collections.abc import Callable

FRAME_BYTES_MAX: Final = 300_000
_FRAME_SIZE: Final = struct.Struct(">i")
_PAIR: Final = struct.Struct(">H")


# frames


def _frames(data: bytes) -> None:
    """Feed a stream in pieces whose sizes the first byte chooses; hold it against one look."""
    step = 1 + data[0] * data[0] if data else 1
    stream = data[1:]
    reader = FrameReader(SharedBuffer(), FRAME_BYTES_MAX)
    expected, is_refused = _split(stream)
    found: list[bytes] = []
    try:
        _feed(reader, stream, step, found)
    except WireError:
        assert is_refused, "a stream of good frames was refused"
        assert found == expected[: len(found)], "frames before the bad one differ"
        raise
    assert not is_refused, "a bad size was let through"
    assert found == expected, "frames differ from what the stream holds"


def _feed(reader: FrameReader, stream: bytes, step: int, found: list[bytes]) -> None:
    position = 0
    while position < len(stream):
        target = reader.target()
        assert len(target), "nowhere to read into"
        count = min(step, len(target), len(stream) - position)
        target[:count] = stream[position : position + count]
        position += count
        found += [bytes(reader.data[start:end]) for start, end in reader.received(count)]
        reader.finish()
        # Memory follows the bytes that arrived, never the size that the peer claims.
        bound = 4 * position + 2 * LARGE_FRAME_BYTES + len(target)
        assert reader.buffered_bytes <= bound, f"{reader.buffered_bytes} for {position}"


def _split(stream: bytes) -> tuple[list[bytes], bool]:
    frames = []
    position = 0
    while len(stream) - position >= 4:
        (size,) = _FRAME_SIZE.unpack_from(stream, position)
        if not FRAME_BYTES_MIN <= size <= FRAME_BYTES_MAX:
            return frames, True
        if len(stream) - position - 4 < size:
            break
        frames.append(stream[position + 4 : position + 4 + size])
        position += 4 + size
    return frames, False


def _frame_seeds() -> list[bytes]:
    small = b"\x00\x00\x00\x0a" + bytes(10)
    large = _FRAME_SIZE.pack(70_000) + bytes(40_000)  # still under way
    return [
        b"\x00" + small,
        b"\x03" + small * 5,
        b"\xff" + small + large,
        b"\x10" + small + b"\xff\xff\xff\xff",
        b"\x40" + small * 50,
    ]


# headers


def _request_header(data: bytes) -> None:
    header, end = decode_request_header(data)
    assert end <= len(data), "the header ends behind its bytes"
    again, _ = decode_request_header(encode_request_header(header))
    assert again == header, "the header changes on a second trip"


def _request_header_seeds() -> list[bytes]:
    client_ids = (None, "", "consumer-1", "größe")
    golden = [message.data for message in golden_messages() if message.name.endswith("Request")]
    return golden + [
        encode_request_header(RequestHeader(int(key), version, 7, client_id)) + b"\x00"
        for key in (ApiKey.PRODUCE, ApiKey.API_VERSIONS, ApiKey.METADATA)
        for version in (0, 3, 12)
        for client_id in client_ids
    ]


def _response_header(data: bytes) -> None:
    if len(data) < 4:
        raise WireError("no API to read a header of")
    key, version = struct.unpack_from(">hh", data)
    decode_response_header(data, int(key), int(version), 4)


def _response_header_seeds() -> list[bytes]:
    return [
        struct.pack(">hh", key, version) + encode_response_header(key, version, 7)
        for key in (0, 3, 18)
        for version in (0, 9, 12)
    ]


# bodies


def _bodies(kinds: tuple[str, ...]) -> tuple[Callable[[bytes], None], Callable[[], list[bytes]]]:
    """Return run and seeds of the decoders of these kinds; two bytes in front choose which."""

    def run(data: bytes) -> None:
        if len(data) < _PAIR.size:
            raise WireError("no message is chosen")
        cases = messages_of(kinds)
        message_class, version, _ = cases[_PAIR.unpack_from(data)[0] % len(cases)]
        message = message_class.decode(data, version, _PAIR.size)
        body = message.encode(version)
        assert message_class.decode(body, version).encode(version) == body, (
            f"{message_class.__name__} version {version} changes on a second trip"
        )

    def seeds() -> list[bytes]:
        cases = messages_of(kinds)
        made_up = [_PAIR.pack(at) + body for at, (_, _, body) in enumerate(cases)]
        places = {(cls.__name__, version): at for at, (cls, version, _) in enumerate(cases)}
        golden = [
            _PAIR.pack(places[message.name, message.version]) + _without_header(message)
            for message in golden_messages()
            if (message.name, message.version) in places
        ]
        return made_up + golden

    return run, seeds


def _without_header(message: GoldenMessage) -> bytes:
    if message.name.endswith("Request"):
        return message.data[decode_request_header(message.data)[1] :]
    if message.name.endswith("Response"):
        (key,) = {
            cls.API_KEY for cls, _, _ in messages_of(("response",)) if cls.__name__ == message.name
        }
        return message.data[decode_response_header(message.data, key, message.version)[1] :]
    return message.data


# the data plane's own decoders


def _produce(data: bytes) -> None:
    if not data:
        raise WireError("no version is chosen")
    version = 3 + data[0] % 11
    body = data[1:]
    frame = bytearray(b"\x00\x00\x00" + body + b"\x00\x00\x00")
    try:
        request = ProduceRequest.decode(body, version)
    except WireError:
        _must_refuse(produce_codec.decode_request, frame, len(body), version)
        raise
    view = produce_codec.decode_request(frame, 3, 3 + len(body), version)
    assert (view.transactional_id, view.acks, view.timeout_ms) == (
        request.transactional_id,
        request.acks,
        request.timeout_ms,
    ), "the fixed fields differ"
    found = [
        (topic.name or "", topic.topic_id or bytes(16), part.partition, _records(frame, part))
        for topic in view.topics
        for part in topic.partitions
    ]
    expected = [
        (topic.name, topic.topic_id, part.index, bytes(part.records or b""))
        for topic in request.topic_data
        for part in topic.partition_data
    ]
    assert found == expected, "topics or partitions differ"


def _records(frame: bytearray, part: produce_codec.PartitionData) -> bytes:
    return bytes(frame[part.records_start : part.records_end])


def _must_refuse(
    decode: Callable[[bytearray, int, int, int], object],
    frame: bytearray,
    body_bytes: int,
    version: int,
) -> None:
    try:
        decode(frame, 3, 3 + body_bytes, version)
    except WireError:
        return
    raise AssertionError("the hand-tuned decoder accepts what the generated one refuses")


def _fetch(data: bytes) -> None:
    """Hold the Fetch decoder against the generated one.

    The hand-tuned decoder does not look into tagged fields that it has no use for, so it may accept
    a body with junk in there; what both accept must be the same.
    """
    if not data:
        raise WireError("no version is chosen")
    version = 4 + data[0] % 15
    body = data[1:]
    frame = bytearray(b"\xff" * 5 + body + b"\xff" * 5)
    view = fetch_codec.decode_request(frame, 5, 5 + len(body), version)
    request = FetchRequest.decode(body, version)
    assert (view.max_wait_ms, view.min_bytes, view.max_bytes, view.isolation_level) == (
        request.max_wait_ms,
        request.min_bytes,
        request.max_bytes,
        request.isolation_level,
    ), "the limits differ"
    assert (view.session_id, view.session_epoch, view.rack_id) == (
        request.session_id,
        request.session_epoch,
        request.rack_id,
    ), "session or rack differ"
    replica_id = request.replica_id if version < 15 else request.replica_state.replica_id
    assert view.replica_id == replica_id, "the replica differs"
    expected = [
        (topic.topic, topic.topic_id if version >= 13 else b"", part.partition, part.fetch_offset)
        for topic in request.topics
        for part in topic.partitions
    ]
    found = [
        (part.topic, part.topic_id, part.partition, part.fetch_offset) for part in view.partitions
    ]
    assert found == expected, "topics or partitions differ"
    forgotten = [
        (topic.topic, topic.topic_id if version >= 13 else b"", part)
        for topic in request.forgotten_topics_data
        for part in topic.partitions
    ]
    assert view.forgotten == forgotten, "forgotten partitions differ"


def _codec_seeds(message: type, first: int) -> Callable[[], list[bytes]]:
    def seeds() -> list[bytes]:
        return [
            bytes((version - first,)) + body
            for message_class, version, body in messages_of(("request",))
            if message_class is message
        ]

    return seeds


def _body_target(name: str, kinds: tuple[str, ...], promise: str) -> Target:
    run, seeds = _bodies(kinds)
    return Target(name, promise, run, seeds, (WireError,))


TARGETS: Final = (
    Target(
        "frame",
        "a stream is split into its frames or refused with WireError, in memory that follows it",
        _frames,
        _frame_seeds,
        (WireError,),
    ),
    Target(
        "request-header",
        "a request header is read or refused with WireError",
        _request_header,
        _request_header_seeds,
        (WireError,),
    ),
    Target(
        "response-header",
        "a response header is read or refused with WireError",
        _response_header,
        _response_header_seeds,
        (WireError,),
    ),
    _body_target("request", ("request",), "request bodies are read or refused with WireError"),
    _body_target("response", ("response",), "response bodies are read or refused with WireError"),
    _body_target(
        "schema-record",
        ("record", "key", "value", "data"),
        "records of internal topics are read or refused with WireError",
    ),
    Target(
        "produce-codec",
        "the Produce decoder of the data plane agrees with the generated one",
        _produce,
        _codec_seeds(ProduceRequest, 3),
        (WireError,),
    ),
    Target(
        "fetch-codec",
        "the Fetch decoder of the data plane agrees with the generated one",
        _fetch,
        _codec_seeds(FetchRequest, 4),
        (WireError,),
    ),
)

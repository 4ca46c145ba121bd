# SPDX-License-Identifier: Apache-2.0
"""The data plane's road of OffsetCommit, for consumers that commit the same partitions again.

A consumer sends the same bytes each time but for correlation id, offsets and leader epochs. After
a request was read, the connection remembers a `CommitShape`: the constant bytes, where the numbers
lie between them, and templates of records and answer. A request that fits is not decoded: its
numbers are put into the records, and the answer is a frame that is there already.

    size | key, version | correlation id | prefix | numbers | gap | numbers | gap ... numbers | end

A shape is bound to the generation of the replica manager, as that of a producer is: which topics
exist, and which partition a group belongs to, follow from the metadata. Everything that can differ
between two equal requests is asked every time: whether the shard serves, and whether the member
may commit. On any doubt the request takes the ordinary road, `handlers.offset_commit`.

Clients that do not repeat themselves would pay for shapes in vain: of the requests in a row that
do not fit only the first, second, fourth and so on is learned from.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from ottla.broker.handlers.offset_commit import take_out_unknown
from ottla.coordinators.group.commit_request import (
    LEADER_EPOCH_FROM,
    NUMBERS_AT,
    NUMBERS_BYTES,
    ROW_BYTES,
    TOPIC_IDS_FROM,
    CommitRequest,
    CommitResponse,
)
from ottla.coordinators.group.plain_commits import CommitTemplate
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ApiError, ErrorCode, WireError
from ottla.protocol.headers import decode_request_header, encode_response_header

if TYPE_CHECKING:
    from ottla.broker.connection_state import ConnectionState
    from ottla.broker.context import Services
    from ottla.net.asyncio_adapter import ServerConnection
    from ottla.net.wire_connection import Reply

VERSIONS = range(LEADER_EPOCH_FROM, 11)

FRAME_BYTES_MAX = 8192
"""Of a request that is learned from; bounds what a connection remembers."""

_PREFIX_AT = 8  # behind key, version and correlation id, which are looked at one by one

_pack_front = struct.Struct(">ii").pack  # size, correlation id


class CommitShape:
    """What the commits of one connection have in common."""

    __slots__ = (
        "_answer_end",
        "_answer_size",
        "_gaps",
        "_unpack_numbers",
        "frame_bytes",
        "generation",
        "index",
        "numbers_at",
        "prefix",
        "request",
        "template",
        "version",
    )

    def __init__(
        self,
        frame: bytes,
        request: CommitRequest,
        body_at: int,
        *,
        version: int,
        generation: int,
        index: int,
    ) -> None:
        """Learn from a request that was read by one look at the rows, its body at `body_at`."""
        self.version = version
        self.generation = generation
        self.index = index  # of the partition that the group belongs to
        self.request = request
        self.frame_bytes = len(frame)
        self.template = CommitTemplate(request)
        spans = _numbers_of(request, body_at)
        self.numbers_at = spans[0]
        self.prefix = frame[_PREFIX_AT : spans[0]]
        layout, gaps = [">"], []
        for start, after in zip(spans, (*spans[1:], len(frame)), strict=True):
            end = start + NUMBERS_BYTES
            layout.append(f"{NUMBERS_BYTES}s{after - end}s")
            gaps.append(frame[end:after])
        self._unpack_numbers = struct.Struct("".join(layout)).unpack_from
        self._gaps = tuple(gaps)
        accepted = self._answer(ErrorCode.NONE)
        self._answer_size, self._answer_end = 4 + len(accepted), accepted

    def numbers(self, data: bytes | bytearray, start: int) -> tuple[bytes, ...] | None:
        """Return offset and leader epoch of each row of a frame of this size, if it fits."""
        if not data.startswith(self.prefix, start + _PREFIX_AT):
            return None
        fields: tuple[bytes, ...] = self._unpack_numbers(data, start + self.numbers_at)
        return fields[::2] if fields[1::2] == self._gaps else None

    def accepted(self, correlation_id: int) -> bytes:
        """Return the frame that answers a success."""
        return _pack_front(self._answer_size, correlation_id) + self._answer_end

    def refused(self, correlation_id: int, code: ErrorCode) -> bytes:
        """Return the frame that gives every partition the same code."""
        answer = self._answer(code)
        return _pack_front(4 + len(answer), correlation_id) + answer

    def _answer(self, code: ErrorCode) -> bytes:
        """Return what follows the correlation id."""
        header = encode_response_header(ApiKey.OFFSET_COMMIT, self.version, 0)
        body = CommitResponse.refusing(self.request.topics, code).encode(self.version)
        return header[4:] + body


def _numbers_of(request: CommitRequest, body_at: int) -> list[int]:
    """Return where in the frame offset and leader epoch of each row lie."""
    spans = []
    for topic in request.topics:
        assert topic.rows_at is not None, "the rows were not read by one look"
        first = body_at + topic.rows_at + NUMBERS_AT
        spans += [first + number * ROW_BYTES for number in range(len(topic.rows))]
    return spans


class _OwedAnswer:
    """The answer to one commit; told by the runtime."""

    __slots__ = ("_correlation_id", "_reply", "_shape")

    def __init__(self, shape: CommitShape, correlation_id: int, reply: Reply) -> None:
        self._shape = shape
        self._correlation_id = correlation_id
        self._reply = reply

    def complete(self, _: None) -> None:
        """Say that the offsets are stored."""
        self._reply.complete((self._shape.accepted(self._correlation_id),))

    def fail(self, error: ApiError) -> None:
        """Say why they are not."""
        self._reply.complete((self._shape.refused(self._correlation_id, error.code),))


class CommitPath:
    """Serves the OffsetCommit requests that fit a shape; one for each loop."""

    __slots__ = ("_burst", "_replicas", "_services")

    def __init__(self, services: Services) -> None:
        self._services = services
        self._burst = services.burst
        self._replicas = services.replicas

    def request(
        self,
        connection: ServerConnection,
        state: ConnectionState,
        start: int,
        end: int,
        version: int,
        correlation_id: int,
    ) -> bool:
        """Serve the frame at `start:end`; false when it has to take the ordinary road."""
        # hot: benchmarks/micro/commit_path.py
        shape = state.commit_shape
        numbers = None
        if (
            shape is not None
            and end - start == shape.frame_bytes
            and shape.version == version
            and shape.generation == self._replicas.generation
        ):
            numbers = shape.numbers(connection.reader.data, start)
        if shape is None or numbers is None:
            state.commit_misses = misses = state.commit_misses + 1
            if not misses & (misses - 1):
                state.commit_shape = self._learn(connection, start, end, version) or shape
            return False
        state.commit_misses = 0
        groups = self._services.groups
        moment = self._burst.moment()
        if not groups.may_commit_again(shape.index, shape.request, version, moment):
            return False
        records = shape.template.records(numbers, moment.wall_ms)
        owed = _OwedAnswer(shape, correlation_id, connection.defer())
        groups.runtime.write_encoded(shape.index, records, moment, owed)
        return True

    def _learn(
        self, connection: ServerConnection, start: int, end: int, version: int
    ) -> CommitShape | None:
        """Return the shape of a request, or None when requests like it are not repeated so."""
        if version not in VERSIONS or end - start > FRAME_BYTES_MAX:
            return None
        frame = bytes(connection.reader.view[start:end])
        try:
            _, body_at = decode_request_header(frame)
            request = CommitRequest.decode(frame[body_at:], version, may_have_rest=True)
        except WireError:
            return None  # the ordinary road says what is wrong
        if any(topic.rows_at is None for topic in request.topics):
            return None
        services = self._services
        has_ids = version >= TOPIC_IDS_FROM
        if take_out_unknown(request, services.image, has_ids=has_ids) or not request.topics:
            return None
        named = [(topic.name, row[0]) for topic in request.topics for row in topic.rows]
        if len(set(named)) < len(named):
            return None
        try:
            index = services.groups.partition_for(request.group_id)
        except ApiError:
            return None
        return CommitShape(
            frame,
            request,
            body_at,
            version=version,
            generation=self._replicas.generation,
            index=index,
        )

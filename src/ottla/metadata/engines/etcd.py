# SPDX-License-Identifier: Apache-2.0
"""etcd 3.4 or later as a `Store`: its JSON gateway over HTTP, one lease as the session.

    Store             etcd
    ----------------  ----------------------------------------------------------------------
    get               range; serializable without `is_latest`
    commit            one txn: compare versions, put, delete
    ephemeral put     a put with the lease
    watched get       a watch of the key, established before the read, kept for later ones
    list_names        range of keys only
    lost              the lease is gone, or was not renewed for its time
    tidy              compaction up to where the log was at the call before

etcd keeps every version of every key until it is told to forget: without compaction each batch
that was trimmed would still take its room.

An HTTP connection carries one request at a time, so two transactions can overtake each other;
the appender has one under way. aiohttp does not repeat a POST.

aiohttp is imported with this module, which only a broker that uses etcd does.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import aiohttp

from ottla.metadata.engines.store import Delete, Put, Stored
from ottla.metadata.journal import EngineRefused, EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence

    from ottla.metadata.engines.cluster_url import ClusterUrl

_logger = logging.getLogger(__name__)

RETRY_DELAY_S = 0.1
RENEWALS_PER_SESSION = 4
KEYS_PER_REQUEST = 6
"""Of up to 512 KiB each: the gateway takes answers below 4 MiB."""

HTTP_OK = 200
INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, PERMISSION_DENIED = 3, 4, 5, 7
FAILED_PRECONDITION, UNAVAILABLE, UNAUTHENTICATED = 9, 14, 16
UNREACHABLE = (aiohttp.ClientError, TimeoutError, OSError, ValueError, RuntimeError)
"""What a request ends with that got no answer: the last two say that it was cut off or closed."""

FORGOTTEN = ("invalid auth token", "revision in header is old")


class _GatewayError(EngineUnavailable):
    """An answer of etcd that says no."""

    def __init__(self, address: str, code: int, message: str) -> None:
        super().__init__(f"{address}: {message}")
        self.code = code
        self.message = message

    def says(self, *texts: str) -> bool:
        """Whether etcd's words have one of these in them."""
        return any(text in self.message for text in texts)


class EtcdStore:
    """One lease. Made and used in one event loop; takes its lease by itself from the start."""

    first_version = 1

    def __init__(self, url: ClusterUrl) -> None:
        self.address = f"etcd at {','.join(url.servers)}"
        self.problem = ""
        self.lost = asyncio.Event()
        self._url = url
        self._scheme = "http" if url.tls is None else "https"
        self._server = 0
        self._token: str | None = None
        self._lease: str | None = None
        self._revision = 0
        self._tidied_revision = 0
        self._refusal: EngineRefused | None = None
        self._changes: dict[str, asyncio.Event] = {}
        self._watches: dict[str, asyncio.Event] = {}  # set while the key is watched
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing: asyncio.Task[None] | None = None
        self._request_timeout = aiohttp.ClientTimeout(total=url.session_timeout_s / 2)
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=True if url.tls is None else url.tls.context(), limit=0
            )
        )
        self._spawn(self._keep_session())

    # the session

    async def ready(self) -> None:
        """Return after a little while, or when lost."""
        if self._refusal is not None:
            raise self._refusal
        with suppress(TimeoutError):
            await asyncio.wait_for(self.lost.wait(), RETRY_DELAY_S)

    async def close(self) -> None:
        """Give the lease back."""
        lease, self._lease = self._lease, None
        if lease is not None and not self.lost.is_set():
            with suppress(EngineUnavailable, EngineRefused):
                await self._post("/lease/revoke", {"ID": lease})
        self._lose()
        assert self._closing is not None, "closed by losing it"
        await self._closing

    async def _keep_session(self) -> None:
        try:
            await self._keep_lease()
        except EngineRefused as refusal:
            self._refusal = refusal
        finally:
            if not self.lost.is_set():
                reason = self.problem or self._refusal or "it has expired"
                _logger.warning("the session with %s is over: %s", self.address, reason)
            self._lose()

    async def _keep_lease(self) -> None:
        """Take a lease and renew it until it is gone."""
        loop = asyncio.get_running_loop()
        ttl = math.ceil(self._url.session_timeout_s)
        alive_until = 0.0
        while not self.lost.is_set():
            asked = loop.time()
            try:
                if self._lease is None:
                    granted = await self._post("/lease/grant", {"TTL": ttl})
                    self._lease, ttl = granted["ID"], int(granted["TTL"])
                else:
                    async with asyncio.timeout_at(alive_until):
                        renewed = await self._post("/lease/keepalive", {"ID": self._lease})
                    if int(renewed.get("result", {}).get("TTL", 0)) <= 0:
                        return
            except (EngineUnavailable, TimeoutError):
                if self._lease is not None and loop.time() >= alive_until:
                    return
                await asyncio.sleep(RETRY_DELAY_S)
            else:
                alive_until = asked + ttl
                await asyncio.sleep(ttl / RENEWALS_PER_SESSION)

    def _lose(self) -> None:
        """Let the session be over."""
        if self.lost.is_set():
            return
        self.lost.set()
        for changed in self._changes.values():
            changed.set()
        self._changes.clear()
        self._closing = asyncio.get_running_loop().create_task(self._end())

    async def _end(self) -> None:
        await self._http.close()  # first: it aborts what is under way, cancelling leaves it open
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # watches

    def changes(self, key: str) -> asyncio.Event:
        """Return the event of the key's next change."""
        return self._changes.setdefault(key, asyncio.Event())

    def _wake(self, key: str) -> None:
        changed = self._changes.pop(key, None)
        if changed is not None:
            changed.set()

    async def _watch(self, key: str, established: asyncio.Event) -> None:
        """Wake whoever waits for the key, for as long as the session lasts."""
        request = {"create_request": {"key": _encode(key.encode())}}
        while not self.lost.is_set():
            with suppress(*UNREACHABLE, EngineUnavailable, EngineRefused):
                async with self._http.post(
                    self._address_of("/watch"),
                    json=request,
                    headers=await self._headers(),
                    timeout=aiohttp.ClientTimeout(sock_connect=self._url.session_timeout_s / 2),
                ) as response:
                    async for line in response.content:
                        if "result" not in json.loads(line):
                            self._token = None  # it may have been that
                            break
                        established.set()
                        self._wake(key)
            established.clear()
            self._next_server()
            await asyncio.sleep(RETRY_DELAY_S)

    # requests

    async def make_folders(self, paths: Sequence[str]) -> None:
        """Do nothing: keys of etcd need no folders."""

    async def get(
        self, key: str, *, is_watched: bool = False, is_latest: bool = True
    ) -> Stored | None:
        """Return a key's value."""
        if is_watched:
            await self._ensure_watch(key)
        answer = await self._post("/kv/range", _range(key) | {"serializable": not is_latest})
        return _stored(answer)

    async def _ensure_watch(self, key: str) -> None:
        established = self._watches.get(key)
        if established is None:
            established = self._watches[key] = asyncio.Event()
            self._spawn(self._watch(key, established))
        with suppress(TimeoutError):  # then whoever waits finds out when it looks again
            await asyncio.wait_for(established.wait(), self._url.session_timeout_s / 4)

    async def get_all(self, keys: Sequence[str]) -> list[Stored | None]:
        """Return several values."""
        groups = [keys[at : at + KEYS_PER_REQUEST] for at in range(0, len(keys), KEYS_PER_REQUEST)]
        answers = await asyncio.gather(
            *(
                self._post(
                    "/kv/txn", {"success": [{"request_range": _range(key)} for key in group]}
                )
                for group in groups
            )
        )
        return [
            _stored(each["response_range"]) for answer in answers for each in answer["responses"]
        ]

    async def list_names(self, folder: str) -> list[str]:
        """Return the keys that begin with the folder."""
        prefix = f"{folder}/".encode()
        end = prefix[:-1] + bytes([prefix[-1] + 1])
        request = {"key": _encode(prefix), "range_end": _encode(end), "keys_only": True}
        answer = await self._post("/kv/range", request)
        keys = [_decode(each["key"])[len(prefix) :].decode() for each in answer.get("kvs", ())]
        return sorted(keys)

    async def commit(self, conditions: Mapping[str, int | None], *writes: Put | Delete) -> bool:
        """Send one transaction."""
        compare = [
            {
                "key": _encode(key.encode()),
                "target": "VERSION",
                "result": "EQUAL",
                "version": version or 0,
            }
            for key, version in conditions.items()
        ]
        operations = [self._operation(write) for write in writes]
        try:
            answer = await self._post("/kv/txn", {"compare": compare, "success": operations})
        except _GatewayError as error:
            if error.code == NOT_FOUND:  # the lease
                self._lose()
            raise
        return bool(answer.get("succeeded", False))

    def _operation(self, write: Put | Delete) -> dict[str, Any]:
        key = _encode(write.key.encode())
        if isinstance(write, Delete):
            return {"request_delete_range": {"key": key}}
        put = {"key": key, "value": _encode(write.value)}
        if write.is_ephemeral:
            if self._lease is None:
                raise EngineUnavailable(f"{self.address} has given no lease yet")
            put["lease"] = self._lease
        return {"request_put": put}

    async def tidy(self) -> None:
        """Let etcd forget what was old at the call before."""
        revision, self._tidied_revision = self._tidied_revision, self._revision
        if revision > 0:
            # Somebody else may have done more already, or this user may have no right to.
            with suppress(_GatewayError, EngineRefused):
                await self._post("/kv/compaction", {"revision": revision})

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask, with credentials; renew them once if etcd has forgotten them."""
        for is_last in (False, True):
            try:
                return await self._post_once(path, body, await self._headers())
            except _GatewayError as error:
                is_forgotten = error.code == UNAUTHENTICATED or error.says(*FORGOTTEN)
                is_denied = error.code == PERMISSION_DENIED or error.says("user name is empty")
                if is_denied or (is_forgotten and is_last):
                    raise EngineRefused(
                        f"{self.address} does not let this broker read and write the cluster: "
                        f"{error.message}"
                    ) from error
                if not is_forgotten:
                    raise
                self._token = None
        raise AssertionError("returned or raised above")

    async def _post_once(
        self, path: str, body: dict[str, Any], headers: dict[str, str]
    ) -> dict[str, Any]:
        try:
            async with self._http.post(
                self._address_of(path), json=body, headers=headers, timeout=self._request_timeout
            ) as response:
                answer: dict[str, Any] = await response.json(content_type=None)
        except UNREACHABLE as error:
            self._next_server()
            self.problem = str(error) or type(error).__name__
            raise EngineUnavailable(f"{self.address}: {self.problem}") from error
        self.problem = ""
        if response.status != HTTP_OK:
            code, message = int(answer.get("code", 0)), str(answer.get("message", answer))
            if code in (DEADLINE_EXCEEDED, UNAVAILABLE):
                self._next_server()  # this one has lost the others
            raise _GatewayError(self.address, code, message)
        revision = int(answer.get("header", {}).get("revision", 0))
        self._revision = max(self._revision, revision)
        return answer

    async def _headers(self) -> dict[str, str]:
        """Return the token that user and password are worth."""
        if self._url.user is None:
            return {}
        if self._token is None:
            body = {"name": self._url.user, "password": self._url.password}
            try:
                answer = await self._post_once("/auth/authenticate", body, {})
            except _GatewayError as error:
                if error.code not in (INVALID_ARGUMENT, FAILED_PRECONDITION, UNAUTHENTICATED):
                    raise
                raise EngineRefused(
                    f"{self.address} does not accept the user and password of this broker: "
                    f"{error.message}"
                ) from error
            self._token = answer["token"]
        return {"Authorization": self._token}

    def _address_of(self, path: str) -> str:
        servers = self._url.servers
        return f"{self._scheme}://{servers[self._server % len(servers)]}/v3{path}"

    def _next_server(self) -> None:
        self._server += 1


def _range(key: str) -> dict[str, Any]:
    return {"key": _encode(key.encode())}


def _stored(answer: dict[str, Any]) -> Stored | None:
    found = answer.get("kvs")
    if not found:
        return None
    return Stored(_decode(found[0].get("value", "")), int(found[0]["version"]))


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text)

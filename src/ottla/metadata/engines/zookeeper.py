# SPDX-License-Identifier: Apache-2.0
"""ZooKeeper as a `Store`: one session of kazoo, and what kazoo leaves to its user.

    Store             ZooKeeper
    ----------------  ----------------------------------------------------------------------
    get               sync and getData in one go; without `is_latest` getData alone
    commit            one multi: check, create, setData, delete
    ephemeral put     ephemeral znode
    watched get       one-shot watch, left by the read
    list_names        sync and getChildren
    lost              the session expired, was closed, or was out of touch for its timeout

What has to be known about kazoo:

* It answers on threads of its own; everything here runs in the event loop, which they call.
* A session that the server has expired is replaced by a new one silently, and while no server can
  be reached it stays "suspended" for ever. Here a store is one session: on either it is over, and
  the client is stopped.
* A multi never raises: the reasons are in its result.
* Requests made while it is not connected are kept and sent later. They are refused here.
* After ten failed attempts it would try again only every few minutes, and a server that swallows
  packets may cost an attempt the whole session timeout: both are bounded here. It also forgets to
  close a connection that it cannot encrypt.

kazoo is imported when the first store is made: a broker without ZooKeeper does not pay for it.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ottla.metadata.engines.store import Delete, Put, Stored
from ottla.metadata.journal import EngineRefused, EngineUnavailable

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping, Sequence

    from ottla.metadata.engines.cluster_url import ClusterUrl

_logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 2.0
RETRY_DELAY_S = 0.05
RETRY_DELAY_MAX_S = 1.0


class ZooKeeperStore:
    """One session. Made and used in one event loop; connects by itself from the start."""

    first_version = 0

    def __init__(self, url: ClusterUrl) -> None:
        self.address = f"ZooKeeper at {','.join(url.servers)}"
        self.lost = asyncio.Event()
        self._timeout_s = url.session_timeout_s
        self._loop = asyncio.get_running_loop()
        self._is_connected = False
        self._is_closing = False
        self._refusal: EngineRefused | None = None
        self._state_changed = asyncio.Event()
        self._changes: dict[str, asyncio.Event] = {}
        self._deadline: asyncio.TimerHandle | None = None
        self._stopping: threading.Thread | None = None
        self.problem = ""
        self._client = _make_client(url, self._note_problem)
        self._client.add_listener(self._heard_state)
        self._client.start_async()

    # the session

    async def ready(self) -> None:
        """Return once connected, or lost, and not at once: what failed may fail again."""
        if self._is_connected:
            await asyncio.sleep(RETRY_DELAY_S)
        while not (self._is_connected or self.lost.is_set()):
            await self._state_changed.wait()
        if self._refusal is not None:
            raise self._refusal

    async def close(self) -> None:
        """End the session and wait until the server has been told."""
        self._is_closing = True
        self._lose()
        stopping = self._stopping
        assert stopping is not None, "stopped by losing it"
        await asyncio.to_thread(stopping.join)

    def _heard_state(self, state: str) -> None:
        """Hand a change of kazoo's state to the loop; called by kazoo's thread."""
        is_auth_failed = str(self._client.client_state) == "AUTH_FAILED"
        self._call_soon(self._enter_state, state, is_auth_failed)

    def _enter_state(self, state: str, is_auth_failed: bool) -> None:
        if is_auth_failed and self._refusal is None:
            self._refusal = EngineRefused(
                f"{self.address} does not accept the user and password of this broker"
            )
        if state == "LOST":
            self.problem = self.problem or "it has expired"
            self._lose()
        elif state == "SUSPENDED":
            self._is_connected = False
            self.problem = "the connection broke"
            if self._deadline is None:
                self._deadline = self._loop.call_later(self._timeout_s, self._lose)
        elif not self.lost.is_set():
            self._is_connected = True
            self.problem = ""
            self._cancel_deadline()
        self._wake(None)

    def _lose(self) -> None:
        """Let the session be over and stop its client, which takes a while."""
        self._is_connected = False
        self._cancel_deadline()
        if self.lost.is_set():
            return
        self.lost.set()
        if not self._is_closing:
            _logger.warning("the session with %s is over: %s", self.address, self.problem)
        self._wake(None)
        self._stopping = threading.Thread(target=self._stop_client, daemon=True)
        self._stopping.start()

    def _stop_client(self) -> None:
        self._client.stop()
        self._client.close()

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _note_problem(self, problem: str) -> None:
        """Keep the last reason for people; called by kazoo's thread."""
        self.problem = problem

    def _call_soon(self, callback: Any, *arguments: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            self._loop.call_soon_threadsafe(callback, *arguments)

    # watches

    def changes(self, key: str) -> asyncio.Event:
        """Return the event of the key's next change."""
        return self._changes.setdefault(key, asyncio.Event())

    def _heard_change(self, event: Any) -> None:
        """Hand a watch to the loop; called by kazoo's thread."""
        self._call_soon(self._wake, event.path)

    def _wake(self, key: str | None) -> None:
        """Wake those who wait for a key; for all of them, and for the state, when it is None."""
        if key is not None:
            changed = self._changes.pop(key, None)
            if changed is not None:
                changed.set()
            return
        for each in self._changes.values():
            each.set()
        self._changes.clear()
        self._state_changed.set()
        self._state_changed = asyncio.Event()

    # requests

    async def make_folders(self, paths: Sequence[str]) -> None:
        """Make znodes that are only there to have others below them."""
        for path in paths:
            await self._ask(self._connected().ensure_path_async(path))

    async def get(
        self, key: str, *, is_watched: bool = False, is_latest: bool = True
    ) -> Stored | None:
        """Return a znode's data."""
        client = self._connected()
        watch = self._heard_change if is_watched else None
        if is_latest:
            client.sync_async(key)  # answered before what follows
        stored = await self._get(client, key, watch)
        while stored is None and is_watched:
            # A znode that is not there is watched by asking whether it exists.
            if await self._ask(client.exists_async(key, watch=watch)) is None:
                break
            stored = await self._get(client, key, watch)
        return stored

    async def get_all(self, keys: Sequence[str]) -> list[Stored | None]:
        """Return the data of several znodes."""
        client = self._connected()
        return list(await asyncio.gather(*(self._get(client, key, None) for key in keys)))

    async def list_names(self, folder: str) -> list[str]:
        """Return the names of a znode's children."""
        client = self._connected()
        client.sync_async(folder)
        return sorted(await self._ask(client.get_children_async(folder)))

    async def commit(self, conditions: Mapping[str, int | None], *writes: Put | Delete) -> bool:
        """Send one multi."""
        from kazoo.exceptions import (  # noqa: PLC0415 - see the module's text
            BadVersionError,
            NodeExistsError,
            NoNodeError,
            RolledBackError,
            RuntimeInconsistency,
        )

        transaction = self._connected().transaction()
        written = {write.key for write in writes}
        for key, version in conditions.items():
            if key not in written:
                transaction.check(key, version)
        for write in writes:
            if isinstance(write, Delete):
                transaction.delete(write.key, conditions.get(write.key, -1))
            elif conditions[write.key] is None:
                transaction.create(write.key, write.value, ephemeral=write.is_ephemeral)
            else:
                transaction.set_data(write.key, write.value, conditions[write.key])
        results = await self._ask(transaction.commit_async())
        failures = [result for result in results if isinstance(result, Exception)]
        unmet = (BadVersionError, NodeExistsError, NoNodeError)
        undone = (RolledBackError, RuntimeInconsistency)
        for failure in failures:
            if not isinstance(failure, unmet + undone):
                raise self._translate(failure)
        return not failures

    async def tidy(self) -> None:
        """Do nothing: ZooKeeper keeps no old versions."""

    def _connected(self) -> Any:
        if self._refusal is not None:
            raise self._refusal
        if not self._is_connected:
            raise EngineUnavailable(f"{self.address} is not connected")
        return self._client

    async def _get(self, client: Any, key: str, watch: Any) -> Stored | None:
        from kazoo.exceptions import NoNodeError  # noqa: PLC0415 - see the module's text

        try:
            value, stat = await self._ask(client.get_async(key, watch=watch))
        except NoNodeError:
            return None
        return Stored(value, stat.version)

    async def _ask(self, request: Any) -> Any:
        """Wait for an answer of kazoo."""
        answered: asyncio.Future[Any] = self._loop.create_future()
        request.rawlink(lambda result: self._call_soon(_settle, answered, result))
        try:
            return await answered
        except Exception as error:
            raise self._translate(error) from error

    def _translate(self, error: Exception) -> Exception:
        """Return the error that a caller of the store expects."""
        from kazoo import exceptions  # noqa: PLC0415 - see the module's text

        no_node: type[Exception] = exceptions.NoNodeError
        if isinstance(error, no_node):
            return error
        if isinstance(error, exceptions.NoAuthError | exceptions.AuthFailedError):
            return EngineRefused(
                f"{self.address} does not let this broker read and write the cluster: "
                "check user and password, or the access lists of the tree"
            )
        return EngineUnavailable(f"{self.address}: {type(error).__name__}")


def _settle(answered: asyncio.Future[Any], result: Any) -> None:
    """Pass an outcome of kazoo on to whoever waits for it in the loop."""
    if answered.done():
        return
    if result.exception is None:
        answered.set_result(result.value)
    else:
        answered.set_exception(result.exception)


def _make_client(url: ClusterUrl, note: Callable[[str], None]) -> Any:
    """Return a client of kazoo that is not started; `note` hears why it cannot connect."""
    from kazoo.client import KazooClient  # noqa: PLC0415 - see the module's text
    from kazoo.handlers.threading import SequentialThreadingHandler  # noqa: PLC0415
    from kazoo.security import CREATOR_ALL_ACL  # noqa: PLC0415

    tls = None if url.tls is None else url.tls.context()
    logger = _logger.getChild("kazoo")
    logger.setLevel(logging.ERROR)  # it would tell of each attempt to connect

    class Handler(SequentialThreadingHandler):  # type: ignore[misc]
        """Connects within a bound, and closes what it could not encrypt."""

        def create_connection(
            self, address: tuple[str, int], hostname: str, timeout: float, **_: Any
        ) -> socket.socket:
            try:
                return _connect(address, hostname, min(timeout, CONNECT_TIMEOUT_S), tls)
            except OSError as error:
                note(str(error) or type(error).__name__)
                raise

    sasl_options = auth_data = None
    if url.sasl_mechanism is not None:
        sasl_options = {"mechanism": url.sasl_mechanism}
        if url.user is not None:
            sasl_options |= {"username": url.user, "password": url.password}
    elif url.user is not None:
        auth_data = [("digest", f"{url.user}:{url.password}")]
    is_authenticated = sasl_options is not None or auth_data is not None
    return KazooClient(
        hosts=",".join(url.servers),
        timeout=url.session_timeout_s,
        handler=Handler(),
        logger=logger,
        auth_data=auth_data,
        sasl_options=sasl_options,
        default_acl=CREATOR_ALL_ACL if is_authenticated else None,
        connection_retry={
            "max_tries": -1,
            "delay": RETRY_DELAY_S,
            "max_delay": RETRY_DELAY_MAX_S,
        },
    )


def _connect(
    address: tuple[str, int], hostname: str, timeout_s: float, tls: ssl.SSLContext | None
) -> socket.socket:
    connection = socket.create_connection(address, timeout_s)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if tls is None:
        return connection
    try:
        return tls.wrap_socket(connection, server_hostname=hostname)
    except BaseException:
        connection.close()
        raise

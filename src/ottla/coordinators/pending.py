# SPDX-License-Identifier: Apache-2.0
"""An answer that may come later, without an event loop.

Whoever owes the answer completes or fails it once; whoever wants it asks to be called. Both
happen on one thread, synchronously, so a state machine can hold pending answers and a test can
look at them. Drivers turn them into replies on a connection or into futures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")
Other = TypeVar("Other")


class Pending(Generic[Answer]):
    """One answer; done once it has a value or an error."""

    __slots__ = ("_callbacks", "_value", "error", "is_done")

    def __init__(self) -> None:
        self.is_done = False
        self.error: ApiError | None = None
        self._value: Answer | None = None
        self._callbacks: list[Callable[[Pending[Answer]], None]] | None = None

    @classmethod
    def of(cls, value: Answer) -> Pending[Answer]:
        """Return one that is done already."""
        pending = cls()
        pending.is_done = True
        pending._value = value
        return pending

    @property
    def value(self) -> Answer:
        """The answer; raises the error when there is one instead."""
        assert self.is_done, "nobody has answered yet"
        if self.error is not None:
            raise self.error
        return self._value  # type: ignore[return-value]  # set together with is_done

    def complete(self, value: Answer) -> None:
        """Give the answer and call everyone who waits."""
        assert not self.is_done, "an answer is given once"
        self.is_done = True
        self._value = value
        if self._callbacks is not None:
            self._tell(self._callbacks)

    def fail(self, error: ApiError) -> None:
        """Give an error instead of an answer."""
        assert not self.is_done, "an answer is given once"
        self.is_done = True
        self.error = error
        if self._callbacks is not None:
            self._tell(self._callbacks)

    def when_done(self, callback: Callable[[Pending[Answer]], None]) -> None:
        """Call `callback(self)` once there is an answer or an error; at once when there is."""
        if self.is_done:
            callback(self)
        elif self._callbacks is None:
            self._callbacks = [callback]
        else:
            self._callbacks.append(callback)

    def then(self, convert: Callable[[Answer], Other]) -> Pending[Other]:
        """Return a pending answer that `convert` makes of this one; errors pass through."""
        converted: Pending[Other] = Pending()

        def finish(done: Pending[Answer]) -> None:
            if done.error is not None:
                converted.fail(done.error)
            else:
                converted.complete(convert(done.value))

        self.when_done(finish)
        return converted

    def otherwise(self, convert: Callable[[ApiError], Answer]) -> Pending[Answer]:
        """Return this, or when it has an error instead what `convert` makes of the error."""
        if self.is_done and self.error is None:
            return self
        converted: Pending[Answer] = Pending()

        def finish(done: Pending[Answer]) -> None:
            converted.complete(convert(done.error) if done.error is not None else done.value)

        self.when_done(finish)
        return converted

    def conclude(self, convert: Callable[[Pending[Answer]], Other]) -> Pending[Other]:
        """Return a pending answer that `convert` makes of this one, be it an error or not."""
        concluded: Pending[Other] = Pending()
        self.when_done(lambda done: concluded.complete(convert(done)))
        return concluded

    def followed_by(self, proceed: Callable[[Answer], Pending[Other]]) -> Pending[Other]:
        """Return what `proceed` answers once there is an answer here; errors pass through."""
        followed: Pending[Other] = Pending()

        def finish(done: Pending[Other]) -> None:
            if done.error is not None:
                followed.fail(done.error)
            else:
                followed.complete(done.value)

        def go_on(done: Pending[Answer]) -> None:
            if done.error is not None:
                followed.fail(done.error)
            else:
                outcome_of(lambda: proceed(done.value)).when_done(finish)

        self.when_done(go_on)
        return followed

    @property
    def error_code(self) -> ErrorCode:
        """The code of the error, NONE when there is an answer."""
        assert self.is_done, "nobody has answered yet"
        return ErrorCode.NONE if self.error is None else self.error.code

    def _tell(self, callbacks: list[Callable[[Pending[Answer]], None]]) -> None:
        self._callbacks = None
        for callback in callbacks:
            callback(self)


def outcome_of(operation: Callable[[], Pending[Answer]]) -> Pending[Answer]:
    """Return what `operation` answers; an error that it raises is an answer too."""
    try:
        return operation()
    except ApiError as error:
        failed: Pending[Answer] = Pending()
        failed.fail(error)
        return failed


def gather(pendings: list[Pending[Answer]]) -> Pending[list[Pending[Answer]]]:
    """Return a pending answer that is done when all are, whatever became of each."""
    gathered: Pending[list[Pending[Answer]]] = Pending()
    missing = sum(not pending.is_done for pending in pendings)
    if not missing:
        gathered.complete(pendings)
        return gathered

    def count_down(_: Pending[Answer]) -> None:
        nonlocal missing
        missing -= 1
        if not missing:
            gathered.complete(pendings)

    for pending in pendings:
        if not pending.is_done:
            pending.when_done(count_down)
    return gathered

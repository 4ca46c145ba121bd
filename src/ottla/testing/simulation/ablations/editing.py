# SPDX-License-Identifier: Apache-2.0
"""Changes the running code of one function, for as long as a context lasts.

An `Edit` names a function and what its source says in one place, and what it would say without the
safeguard there. The function's code is compiled from the edited source and put in place of the
real one, so that everybody who holds the function runs it. A text that is not there exactly once
is an error: whoever changes the code finds out which ablation looked at it.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import textwrap
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from ottla.base.errors import OttlaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class AblationError(OttlaError):
    """The code that an ablation takes away is not there any more."""


class Edit(NamedTuple):
    """One place in the source of one function."""

    function: str
    """Module below `ottla` and qualified name: `replication.leadership:Leadership.propose_join`."""
    old: str
    """What the source of the function says in one place; its own indentation is taken off."""
    new: str


@contextlib.contextmanager
def edited(edits: Iterable[Edit]) -> Iterator[None]:
    """Let the edited code run; raises AblationError when it is not what the edits expect."""
    sources: dict[FunctionType, str] = {}
    for edit in edits:
        function = find_function(edit.function)
        source = sources.get(function) or textwrap.dedent(inspect.getsource(function))
        count = source.count(edit.old)
        if count != 1:
            raise AblationError(f"{edit.function} has {count} times {edit.old!r}, not once")
        sources[function] = source.replace(edit.old, edit.new)
    with contextlib.ExitStack() as stack:
        for function, source in sources.items():
            stack.callback(setattr, function, "__code__", function.__code__)
            function.__code__ = _compiled(function, source)
        yield


def find_function(name: str) -> FunctionType:
    """Return the function of a name; raises AblationError."""
    module, _, path = name.partition(":")
    try:
        found: Any = importlib.import_module(f"ottla.{module}")
        for part in path.split("."):
            found = inspect.getattr_static(found, part)
    except (ImportError, AttributeError) as error:
        raise AblationError(f"{name} is gone: {error}") from error
    if isinstance(found, property):
        found = found.fget
    elif isinstance(found, classmethod | staticmethod):
        found = found.__func__
    if not isinstance(found, FunctionType):
        raise AblationError(f"{name} is no function")
    return found


def _compiled(function: FunctionType, source: str) -> CodeType:
    """Return the code of a function with another source."""
    original = function.__code__
    compiled = compile(source, f"<edited {original.co_qualname}>", "exec", dont_inherit=True)
    for constant in compiled.co_consts:
        if isinstance(constant, CodeType) and constant.co_name == original.co_name:
            if constant.co_freevars != original.co_freevars:
                raise AblationError(f"{original.co_qualname} depends on where it was defined")
            return constant.replace(co_qualname=original.co_qualname)
    raise AblationError(f"{original.co_qualname} is not in its own source")

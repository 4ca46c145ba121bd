# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategies that draw any message a version can carry, from its definition.

Fields that a version lacks keep their defaults, so a drawn message must survive encoding and
decoding unchanged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from tests.protocol.definitions import Case, generated_class

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.protocol_generator.model import Field, Struct

    from ottla.protocol.message import Struct as GeneratedStruct

_INTEGERS = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "uint16": (0, 2**16 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
}

_OTHERS: dict[str, st.SearchStrategy[object]] = {
    "bool": st.booleans(),
    "float64": st.floats(allow_nan=False, allow_infinity=False),
    "uuid": st.binary(min_size=16, max_size=16) | st.just(bytes(16)),
    # Lengths around 127 change the size of a compact length.
    "string": st.text(max_size=6) | st.sampled_from(("x" * 126, "y" * 127, "z" * 300)),
    "bytes": st.binary(max_size=6) | st.just(b"\x01" * 128),
    "records": st.binary(max_size=6) | st.just(b"\x02" * 20_000),
}


def messages(
    case: Case, narrow: Callable[[tuple[str, ...]], st.SearchStrategy[object] | None] | None = None
) -> st.SearchStrategy[GeneratedStruct]:
    """Draw messages of one version.

    `narrow` may replace the strategy of a primitive by its path of field names, for oracles that
    cannot represent every value.
    """
    return _Drawer(case, narrow).struct(case.message.struct, ())


class _Drawer:
    def __init__(
        self,
        case: Case,
        narrow: Callable[[tuple[str, ...]], st.SearchStrategy[object] | None] | None,
    ) -> None:
        self._case = case
        self._narrow = narrow

    def struct(self, struct: Struct, path: tuple[str, ...]) -> st.SearchStrategy[GeneratedStruct]:
        fields = {
            field.name: self._field(field, (*path, field.name))
            for field in struct.fields
            if self._case.version in field.versions
        }
        return st.builds(generated_class(self._case.definition.module, struct), **fields)

    def _field(self, field: Field, path: tuple[str, ...]) -> st.SearchStrategy[object]:
        element = self._element(field, path)
        strategy = st.lists(element, max_size=2) if field.is_array else element
        if field.nullable is not None and self._case.version in field.nullable:
            return st.none() | strategy
        return strategy

    def _element(self, field: Field, path: tuple[str, ...]) -> st.SearchStrategy[object]:
        if field.struct is not None:
            return self.struct(field.struct, path)
        narrowed = self._narrow(path) if self._narrow else None
        if narrowed is not None:
            return narrowed
        if field.base in _INTEGERS:
            low, high = _INTEGERS[field.base]
            return st.integers(low, high)
        return _OTHERS[field.base]

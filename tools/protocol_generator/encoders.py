# SPDX-License-Identifier: Apache-2.0
"""Writes `_write_<struct>_v<range>(message, parts)`, which appends buffers to a list.

Fixed-width fields, the length that follows them and the empty tag section behind them are one
`pack`. Payload (bytes, records) is appended as it is: the only copy is the final join.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.protocol_generator.layouts import FIXED_FORMATS, snake_case
from tools.protocol_generator.python_values import differs_from_default

if TYPE_CHECKING:
    from tools.protocol_generator.layouts import Layout, Present
    from tools.protocol_generator.source import Lines, Packers

_PAD = "x"
"""A pad byte: packs as zero and takes no value."""


class EncoderWriter:
    """Writes the encoder of one layout."""

    def __init__(self, layout: Layout, lines: Lines, packers: Packers) -> None:
        self._layout = layout
        self._lines = lines
        self._packers = packers
        self._formats: list[str] = []
        self._values: list[str] = []
        self._parts = "parts"
        self._declared: set[str] = set()

    def write(self) -> None:
        """Append the function to the module."""
        layout = self._layout
        head = (
            f"def _write_{layout.suffix}"
            f"(message: {layout.struct.name}, parts: list[Buffer]) -> None:"
        )
        start = len(self._lines.text)
        with self._lines.block(head):
            self._refuse_losses()
            for present in layout.fields:
                self._write(present, f"message.{present.field.name}")
            if layout.is_flexible:
                self._write_tagged_fields()
            self._flush()
            if len(self._lines.text) == start + 1:
                self._lines.add("return")
        self._lines.add("", "")

    def _field_text(self, name: str) -> str:
        return f'"{self._layout.struct.name}.{name}"'

    def _refuse_losses(self) -> None:
        for field in self._layout.absent:
            if not field.is_ignorable:
                with self._lines.block(f"if {differs_from_default(field)}:"):
                    self._lines.add(
                        f"raise field_unsupported({self._field_text(field.name)}, "
                        f'"{self._layout.versions_text}")'
                    )

    def _refuse_null(self, present: Present, value: str) -> None:
        if present.field.nullable is not None and not present.is_nullable:
            with self._lines.block(f"if {value} is None:"):
                self._lines.add(
                    f"raise null_unsupported({self._field_text(present.field.name)}, "
                    f'"{self._layout.versions_text}")'
                )

    def _write(self, present: Present, value: str) -> None:
        field = present.field
        self._refuse_null(present, value)
        if field.is_array:
            self._write_array(present, value)
        elif present.layout is not None:
            self._write_struct(present, value)
        elif field.base in FIXED_FORMATS:
            if field.base == "uuid":
                self._lines.add(f"assert len({value}) == 16")
            self._formats.append(FIXED_FORMATS[field.base])
            self._values.append(value)
        else:
            self._write_text_or_bytes(present, value, is_nullable=present.is_nullable)

    def _flush(self) -> None:
        """Write the collected run."""
        if not self._formats:
            return
        formats, values = self._formats, self._values
        self._formats, self._values = [], []
        self._append(self._packed(formats, values))

    def _packed(self, formats: list[str], values: list[str]) -> str:
        if not values:
            return f'b"{chr(92)}x00"' if len(formats) == 1 else f"bytes({len(formats)})"
        return f"{self._packers.pack(formats)}({', '.join(values)})"

    def _append(self, expression: str) -> None:
        self._lines.add(f"{self._parts}.append({expression})")

    def _declare(self, name: str, kind: str) -> str:
        """Return the left side of an assignment, annotated the first time."""
        if name in self._declared:
            return name
        self._declared.add(name)
        return f"{name}: {kind}"

    def _write_length(self, length: str, classic: str) -> None:
        """Write the run and the length behind it; compact lengths are one byte nearly always."""
        formats, values = self._formats, self._values
        self._formats, self._values = [], []
        if not self._layout.is_flexible:
            self._append(self._packed([*formats, classic], [*values, length]))
        elif formats:
            short = self._packed([*formats, "B"], [*values, length])
            long = self._packed(formats, values)
            self._append(f"{short} if {length} < 128 else {long} + uvarint({length})")
        else:
            self._append(f"SHORT_UVARINTS[{length}] if {length} < 128 else uvarint({length})")

    def _write_text_or_bytes(self, present: Present, value: str, *, is_nullable: bool) -> None:
        is_text = present.field.base == "string"
        raw = "text" if is_text else "payload"
        encoded = f"{value}.encode()" if is_text else value
        plus_one = " + 1" if self._layout.is_flexible else ""
        target = self._declare(raw, "Buffer")
        if is_nullable:
            with self._lines.block(f"if {value} is None:"):
                self._lines.add(f'{target} = b""', f"length = {0 if plus_one else -1}")
            with self._lines.block("else:"):
                self._lines.add(f"{raw} = {encoded}", f"length = len({raw}){plus_one}")
        else:
            self._lines.add(f"{target} = {encoded}", f"length = len({raw}){plus_one}")
        self._write_length("length", "h" if is_text else "i")
        self._append(raw)

    def _write_array(self, present: Present, value: str) -> None:
        plus_one = " + 1" if self._layout.is_flexible else ""
        if present.is_nullable:
            null = 0 if plus_one else -1
            self._lines.add(f"count = {null} if {value} is None else len({value}){plus_one}")
        else:
            self._lines.add(f"count = len({value}){plus_one}")
        self._write_length("count", "i")
        if present.is_nullable:
            with self._lines.block(f"if {value}:"):
                self._write_elements(present, value)
        else:
            self._write_elements(present, value)

    def _write_elements(self, present: Present, value: str) -> None:
        field = present.field
        if field.base == "uuid":
            self._lines.add(f"assert all(len(identifier) == 16 for identifier in {value})")
            self._lines.add(f"{self._parts}.extend({value})")
        elif field.base == "int32":
            self._append(f"pack_int32s({value})")
        elif field.base in FIXED_FORMATS:
            self._append(f'pack(f">{{len({value})}}{FIXED_FORMATS[field.base]}", *{value})')
        elif present.layout is None:
            element = "string" if field.base == "string" else "element"
            with self._lines.block(f"for {element} in {value}:"):
                self._write_text_or_bytes(present, element, is_nullable=False)
        else:
            element = snake_case(field.base)
            with self._lines.block(f"for {element} in {value}:"):
                self._lines.add(f"_write_{present.layout.suffix}({element}, {self._parts})")

    def _write_struct(self, present: Present, value: str) -> None:
        assert present.layout is not None
        self._flush()
        write = f"_write_{present.layout.suffix}({value}, {self._parts})"
        if not present.is_nullable:
            self._lines.add(write)
            return
        with self._lines.block(f"if {value} is None:"):
            self._append('b"\\xff"' if present.field.tag is None else 'b"\\x00"')
        with self._lines.block("else:"):
            self._append('b"\\x01"')
            self._lines.add(write)

    def _write_tagged_fields(self) -> None:
        if not self._layout.tagged:
            self._formats.append(_PAD)
            return
        self._flush()
        self._lines.add("tagged: list[Buffer] = []")
        for present in self._layout.tagged:
            with self._lines.block(f"if {differs_from_default(present.field)}:"):
                self._lines.add(f"{self._declare('section', 'list[Buffer]')} = []")
                self._parts = "section"
                self._write(present, f"message.{present.field.name}")
                self._flush()
                self._parts = "parts"
                self._lines.add(f"tagged.append(tagged_field({present.field.tag}, section))")
        self._append("SHORT_UVARINTS[len(tagged)]")
        self._lines.add("parts.extend(tagged)")

# SPDX-License-Identifier: Apache-2.0
"""Writes `_read_<struct>_v<range>(data, offset) -> (struct, offset)`.

Fixed-width fields are collected into a run and read by one `unpack_from`, together with the length
that follows them: a classic length (`h`, `i`), or the first byte of a compact one (`B`), which is
all of it below 128. Ends are not checked field by field; `ottla.protocol.primitives` says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.protocol_generator.layouts import (
    FIXED_FORMATS,
    FIXED_SIZES,
    least_element_size,
    snake_case,
)
from tools.protocol_generator.python_values import default_value, element_type
from tools.protocol_generator.source import Lines, Packers, size_of

if TYPE_CHECKING:
    from tools.protocol_generator.layouts import Layout, Present

_LOCALS = frozenset(
    (
        *("data", "offset", "message", "length", "count", "end", "tag", "text", "marker"),
        *("list", "range", "len", "unpack_from"),
    )
)
"""Names that generated code uses for itself or needs from Python."""


class DecoderWriter:
    """Writes the decoder of one layout."""

    def __init__(self, layout: Layout, lines: Lines, packers: Packers) -> None:
        self._layout = layout
        self._lines = lines
        self._packers = packers
        self._formats: list[str] = []
        self._targets: list[str] = []

    def write(self) -> None:
        """Append the function to the module."""
        layout = self._layout
        name = layout.struct.name
        head = f"def _read_{layout.suffix}(data: bytes, offset: int) -> tuple[{name}, int]:"
        with self._lines.block(head):
            self._lines.add(f"message = _new({name})")
            for field in layout.absent:
                self._lines.add(f"message.{field.name} = {default_value(field)}")
            for present in layout.fields:
                self._read(present, f"message.{present.field.name}")
            if layout.is_flexible:
                self._read_tagged_fields()
            self._flush()
            self._lines.add("return message, offset")
        self._lines.add("", "")

    def _read(self, present: Present, target: str) -> None:
        field = present.field
        if field.is_array:
            self._read_array(present, target)
        elif present.layout is not None:
            self._read_struct(present, target)
        elif field.base in FIXED_FORMATS:
            self._formats.append(FIXED_FORMATS[field.base])
            self._targets.append(target)
        else:
            self._read_text_or_bytes(present, target, is_nullable=present.is_nullable)

    def _flush(self) -> None:
        """Read the collected run."""
        if not self._formats:
            return
        formats, targets = self._formats, self._targets
        self._formats, self._targets = [], []
        if formats == ["B"]:
            self._lines.add(f"{targets[0]} = data[offset]")
        else:
            unpack = self._packers.unpack(formats)
            names = ", ".join(targets) if len(targets) > 1 else f"({targets[0]},)"
            self._lines.add(f"{names} = {unpack}(data, offset)")
        self._lines.add(f"offset += {size_of(formats)}")

    def _read_length(self, name: str, classic: str) -> None:
        """Read the run and the length behind it into the local `name`, as it is on the wire."""
        self._formats.append("B" if self._layout.is_flexible else classic)
        self._targets.append(name)
        self._flush()
        if self._layout.is_flexible:
            with self._lines.block(f"if {name} > 127:"):
                self._lines.add(f"{name}, offset = read_long_uvarint(data, offset, {name})")

    def _null_test(self, length: str) -> str:
        return f"{length} == 0" if self._layout.is_flexible else f"{length} < 0"

    def _field_text(self, present: Present) -> str:
        return f'"{self._layout.struct.name}.{present.field.name}"'

    def _refuse_other_negatives(self, present: Present, length: str) -> None:
        if not self._layout.is_flexible:
            with self._lines.block(f"if {length} != -1:"):
                self._lines.add(f"raise null_refused({self._field_text(present)})")

    def _read_text_or_bytes(self, present: Present, target: str, *, is_nullable: bool) -> None:
        self._read_length("length", "h" if present.field.base == "string" else "i")
        decode = ".decode()" if present.field.base == "string" else ""
        body = (
            "end = offset + length" + (" - 1" if self._layout.is_flexible else ""),
            f"{target} = data[offset:end]{decode}",
            "offset = end",
        )
        if is_nullable:
            with self._lines.block(f"if {self._null_test('length')}:"):
                self._refuse_other_negatives(present, "length")
                self._lines.add(f"{target} = None")
            with self._lines.block("else:"):
                self._lines.add(*body)
        else:
            with self._lines.block(f"if {self._null_test('length')}:"):
                self._lines.add(f"raise null_refused({self._field_text(present)})")
            self._lines.add(*body)

    def _read_array(self, present: Present, target: str) -> None:
        self._read_length("count", "i")
        if present.is_nullable:
            with self._lines.block(f"if {self._null_test('count')}:"):
                self._refuse_other_negatives(present, "count")
                self._lines.add(f"{target} = None")
            with self._lines.block("else:"):
                self._read_elements(present, target)
        else:
            with self._lines.block(f"if {self._null_test('count')}:"):
                self._lines.add(f"raise null_refused({self._field_text(present)})")
            self._read_elements(present, target)

    def _read_elements(self, present: Present, target: str) -> None:
        field = present.field
        if self._layout.is_flexible:
            self._lines.add("count -= 1")
        least = least_element_size(present, is_flexible=self._layout.is_flexible)
        claimed = "count" if least == 1 else f"count * {least}"
        with self._lines.block(f"if {claimed} > len(data) - offset:"):
            self._lines.add(f"raise count_refused({self._field_text(present)}, count)")
        if field.base == "uuid":
            self._lines.add(
                "end = offset + count * 16",
                f"{target} = [data[start : start + 16] for start in range(offset, end, 16)]",
                "offset = end",
            )
        elif field.base == "int32":
            self._lines.add(
                f"{target} = unpack_int32s(data, offset, count)",
                "offset += count * 4",
            )
        elif field.base in FIXED_FORMATS:
            code = FIXED_FORMATS[field.base]
            self._lines.add(
                f'{target} = list(unpack_from(f">{{count}}{code}", data, offset))',
                f"offset += count * {FIXED_SIZES[field.base]}",
            )
        else:
            self._read_each(present, target)

    def _read_each(self, present: Present, target: str) -> None:
        field = present.field
        element = "text" if present.layout is None else snake_case(field.base)
        elements = field.name
        if elements in _LOCALS or elements == element:
            elements += "_list"
        self._lines.add(f"{elements}: list[{element_type(field)}] = []")
        with self._lines.block("for _ in range(count):"):
            if present.layout is None:
                self._read_text_or_bytes(present, element, is_nullable=False)
            else:
                reader = f"_read_{present.layout.suffix}"
                self._lines.add(f"{element}, offset = {reader}(data, offset)")
            self._lines.add(f"{elements}.append({element})")
        self._lines.add(f"{target} = {elements}")

    def _read_struct(self, present: Present, target: str) -> None:
        assert present.layout is not None
        read = f"{target}, offset = _read_{present.layout.suffix}(data, offset)"
        if not present.is_nullable:
            self._flush()
            self._lines.add(read)
            return
        self._formats.append("b")
        self._targets.append("marker")
        self._flush()
        # A struct that may be null has a marker in front, which is unsigned in tagged fields.
        null = -1 if present.field.tag is None else 0
        with self._lines.block(f"if marker == {null}:"):
            self._lines.add(f"{target} = None")
        with self._lines.block("elif marker == 1:"):
            self._lines.add(read)
        with self._lines.block("else:"):
            self._lines.add(f"raise marker_refused({self._field_text(present)}, marker)")

    def _read_tagged_fields(self) -> None:
        tagged = self._layout.tagged
        self._formats.append("B")
        self._targets.append("count")
        self._flush()
        for present in tagged:
            self._lines.add(f"message.{present.field.name} = {default_value(present.field)}")
        with self._lines.block("if count:"):
            if not tagged:
                self._lines.add("offset = skip_tagged_fields(data, offset, count)")
                return
            with self._lines.block("if count > TAGGED_FIELDS_MAX:"):
                self._lines.add("raise too_many_tagged_fields(count)")
            with self._lines.block("for _ in range(count):"):
                self._lines.add("tag, offset, tag_end = read_tag(data, offset)")
                for number, present in enumerate(tagged):
                    test = "elif" if number else "if"
                    with self._lines.block(f"{test} tag == {present.field.tag}:"):
                        self._read(present, f"message.{present.field.name}")
                        self._flush()
                with self._lines.block("else:"):
                    self._lines.add("offset = tag_end")
                with self._lines.block("if offset != tag_end:"):
                    self._lines.add(f'raise size_refused("{self._layout.struct.name}")')

# SPDX-License-Identifier: Apache-2.0
"""How a field of the notation looks in Python: types, defaults, the test for "not the default"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.protocol_generator.layouts import snake_case

if TYPE_CHECKING:
    from tools.protocol_generator.model import Field

_PYTHON_TYPES = {
    "bool": "bool",
    "float64": "float",
    "uuid": "bytes",
    "string": "str",
    "bytes": "bytes",
    "records": "Buffer",
}

_TYPE_DEFAULTS = {
    "bool": "False",
    "float64": "0.0",
    "uuid": "ZERO_UUID",
    "string": '""',
    "bytes": 'b""',
    "records": 'b""',
}


def element_type(field: Field) -> str:
    """Return the annotation of one element, or of the field itself when it is no array."""
    return field.base if field.struct is not None else _PYTHON_TYPES.get(field.base, "int")


def attribute_type(field: Field) -> str:
    """Return the annotation of the attribute."""
    kind = f"list[{element_type(field)}]" if field.is_array else element_type(field)
    return kind if field.nullable is None else f"{kind} | None"


def parameter(field: Field) -> str:
    """Return the constructor's parameter with annotation and default."""
    default = default_value(field)
    kind = attribute_type(field)
    if field.is_array:
        kind = f"Iterable[{element_type(field)}]" + ("" if field.nullable is None else " | None")
        default = "()" if default == "[]" else default
    elif field.struct is not None and default != "None":
        kind, default = f"{field.base} | None", "None"
    return f"{field.name}: {kind} = {default}"


def assignment(field: Field) -> str:
    """Return what the constructor stores."""
    name = field.name
    if field.is_array:
        return f"None if {name} is None else list({name})" if field.nullable else f"list({name})"
    if field.struct is not None and field.nullable is None:
        return f"{field.base}() if {name} is None else {name}"
    return name


def default_value(field: Field) -> str:
    """Return the value of a field that nobody sets, as an expression that makes a fresh one."""
    default = field.default
    if default == "null":
        return "None"
    if field.is_array:
        return "[]"
    if field.struct is not None:
        return f"{field.base}()"
    if field.base == "bool":
        return "True" if default == "true" else "False"
    if default is None:
        return _TYPE_DEFAULTS.get(field.base, "0")
    if field.base == "string":
        return f'"{default}"'
    if field.base == "float64":
        return str(float(default))
    return str(int(default, 0))


def differs_from_default(field: Field) -> str:
    """Return the condition that is true for a value that has to be written."""
    value = f"message.{field.name}"
    default = default_value(field)
    if default == "None":
        return f"{value} is not None"
    if default == "False":
        return value
    if default == "True":
        return f"not {value}"
    if default == "[]" and field.nullable is None:
        return value
    if field.struct is not None and not field.is_array:
        return f"{value} != {default_constant(field)}"
    return f"{value} != {default}"


def default_constant(field: Field) -> str:
    """Return the name of the module's shared default of a struct, used only for comparison."""
    return f"_DEFAULT_{snake_case(field.base).upper()}"

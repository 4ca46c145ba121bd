# SPDX-License-Identifier: Apache-2.0
"""JSON of pydantic's models: `pip install 'ottla[pydantic]'`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ottla.client.extras import import_extra

if TYPE_CHECKING:
    from collections.abc import Callable


def serializer() -> Callable[[Any], bytes | None]:
    """Return a function from a model to its JSON, by field aliases where it has some."""
    import_extra("pydantic", "pydantic")

    def serialize(model: Any) -> bytes | None:
        if model is None:
            return None
        text: str = model.model_dump_json(by_alias=True)
        return text.encode()

    return serialize


def deserializer(kind: Any) -> Callable[[bytes], Any]:
    """Return a function from JSON to a model, or to any other type that pydantic checks."""
    validate: Callable[[bytes], Any]
    validate = import_extra("pydantic", "pydantic").TypeAdapter(kind).validate_json
    return validate

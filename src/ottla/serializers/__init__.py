# SPDX-License-Identifier: Apache-2.0
"""Serializers and deserializers of the formats that people use, each with the library made for it.

    from ottla.serializers import avro, json, protobuf, pydantic

    Producer(value_serializer=avro.serializer(SCHEMA))
    Consumer("orders", value_deserializer=avro.deserializer(SCHEMA))

A serializer is a plain callable from a value to bytes, a deserializer one from bytes to a value: a
function of one's own does as well. Each module needs an extra, `pip install 'ottla[avro]'`, and
raises MissingExtraError without it. None of them adds bytes of its own, such as a schema's number
in a registry. What they raise on wrong data reaches the caller as SerializationError.
"""

# SPDX-License-Identifier: Apache-2.0
"""Error codes: Kafka's numbers with behaviour and words attached."""

from __future__ import annotations

import pickle

import pytest
from kio.schema.errors import ErrorCode as KioErrorCode

from ottla.base.errors import OttlaError
from ottla.protocol.errors import ApiError, ErrorCode, WireError


def test_codes_and_retries_are_kafkas():
    """Every code that kio took from Kafka has the same name, number and retry behaviour here."""
    ours = {code.name.lower(): (int(code), code.retriable) for code in ErrorCode}
    theirs = {code.name: (int(code), code.retriable) for code in KioErrorCode}
    assert ours == theirs


def test_every_code_has_a_sentence_of_its_own():
    """Descriptions are whole sentences, and no two codes share one."""
    descriptions = [code.description for code in ErrorCode]
    assert len(set(descriptions)) == len(descriptions)
    assert all(text[0].isupper() and text.endswith(".") for text in descriptions)


def test_refreshing_metadata_implies_retrying():
    """A code that asks for fresh metadata is retriable; a missing topic is such a code."""
    assert all(code.retriable for code in ErrorCode if code.refresh_metadata)
    assert ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.refresh_metadata
    assert not ErrorCode.REQUEST_TIMED_OUT.refresh_metadata


def test_a_code_from_the_future_is_an_unknown_server_error():
    """A client that does not know a code still knows that its request failed."""
    assert ErrorCode(9_999) is ErrorCode.UNKNOWN_SERVER_ERROR
    with pytest.raises(ValueError, match="not a valid ErrorCode"):
        ErrorCode("NONE")


def test_api_error_carries_code_and_text():
    """The text says the code and the most specific explanation there is."""
    error = ApiError(ErrorCode.INVALID_CONFIG, "retention.ms must be a number")
    assert error.code is ErrorCode.INVALID_CONFIG
    assert str(error) == "INVALID_CONFIG: retention.ms must be a number"
    assert str(ApiError(ErrorCode.NOT_CONTROLLER)) == (
        "NOT_CONTROLLER: This broker is not the controller."
    )
    assert isinstance(error, OttlaError)
    assert isinstance(WireError("x"), OttlaError)


def test_api_error_survives_pickling():
    """Worker processes can send an error home."""
    error = pickle.loads(pickle.dumps(ApiError(ErrorCode.INVALID_CONFIG, "why")))
    assert (error.code, error.message) == (ErrorCode.INVALID_CONFIG, "why")

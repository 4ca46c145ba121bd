# SPDX-License-Identifier: Apache-2.0
"""Codecs: round trips, foreign framings, and bombs that stay small."""

from __future__ import annotations

import contextlib
import gzip
import struct
import tracemalloc

import cramjam
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from ottla.records.batch import CorruptRecord
from ottla.records.compression import Codec, DecompressionLimit, compress, decompress

COMPRESSED = [Codec.GZIP, Codec.SNAPPY, Codec.LZ4, Codec.ZSTD]
MIB = 1024 * 1024


@given(st.sampled_from(Codec), st.binary(min_size=1, max_size=5000), st.integers(1, 40))
def test_round_trip(codec, data, repeats):
    """What goes in comes out, whether it compresses or not."""
    plain = data * repeats
    assert decompress(codec, compress(codec, plain), len(plain)) == plain


@pytest.mark.parametrize("codec", COMPRESSED)
@pytest.mark.parametrize("size", [32 * 1024, 32 * 1024 + 1, 64 * 1024, 200_001])
def test_round_trip_across_blocks(codec, size):
    """Block borders of the framings neither lose nor repeat a byte."""
    plain = bytes(at * 7919 % 251 for at in range(size))
    assert decompress(codec, memoryview(compress(codec, plain)), size) == plain


@pytest.mark.parametrize(
    ("codec", "level"), [(Codec.GZIP, 1), (Codec.GZIP, -1), (Codec.LZ4, 12), (Codec.ZSTD, 19)]
)
def test_levels_are_taken(codec, level):
    """Every level's output is readable."""
    plain = b"temperature,12.5\n" * 500
    assert decompress(codec, compress(codec, plain, level), len(plain)) == plain


def test_no_codec_is_a_copy_under_the_same_limit():
    """Codec NONE obeys the cap too."""
    assert decompress(Codec.NONE, b"abc", 3) == b"abc"
    with pytest.raises(DecompressionLimit):
        decompress(Codec.NONE, b"abcd", 3)


@pytest.mark.parametrize("codec", COMPRESSED)
def test_limit_is_exact(codec):
    """A payload of exactly the limit passes, one byte more does not."""
    packed = compress(codec, b"x" * 10_000)
    assert len(decompress(codec, packed, 10_000)) == 10_000
    with pytest.raises(DecompressionLimit, match="larger than 9999 bytes"):
        decompress(codec, packed, 9_999)


def bomb(codec: Codec) -> bytes:
    """Return about 1:1000 (the format's best for snappy and lz4) of 64 MiB of zeros."""
    if codec is Codec.SNAPPY:
        block = bytes(cramjam.snappy.compress_raw(bytes(64 * 1024)))
        framed = struct.pack(">i", len(block)) + block
        return b"\x82SNAPPY\x00" + struct.pack(">ii", 1, 1) + framed * 1024
    return compress(codec, bytes(64 * MIB))


@pytest.mark.parametrize("codec", COMPRESSED)
def test_bombs_are_refused_in_bounded_memory(codec):
    """Decompressing stops at the cap: Python's heap grows by no more than the payload at hand."""
    packed = bomb(codec)
    tracemalloc.start()
    try:
        with pytest.raises(DecompressionLimit):
            decompress(codec, packed, 4 * MIB)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MIB


def test_snappy_block_that_claims_too_much_is_refused_unread():
    """Snappy states its size in front: a claim beyond what the format can do is a lie."""
    claim = b"\xff\xff\xff\xff\x0f" + b"\x00" * 20
    with pytest.raises(CorruptRecord, match="claims to hold"):
        decompress(Codec.SNAPPY, claim, 2**32)


@pytest.mark.parametrize("codec", COMPRESSED)
def test_cut_payloads_are_corrupt(codec):
    """Every proper prefix is refused: none is taken for the whole."""
    packed = compress(codec, b"hello, log " * 40)
    for size in range(len(packed)):
        with pytest.raises(CorruptRecord):
            decompress(codec, packed[:size], 10_000)


@given(st.sampled_from(COMPRESSED), st.binary(max_size=200))
def test_junk_is_corrupt_or_data(codec, junk):
    """Whatever the bytes are, only CorruptRecord comes out."""
    with contextlib.suppress(CorruptRecord):
        assert len(decompress(codec, junk, 1000)) <= 1000


def test_gzip_of_the_standard_library_is_read():
    """Other encoders' gzip is read."""
    assert decompress(Codec.GZIP, gzip.compress(b"abc" * 50), 1000) == b"abc" * 50


def test_bare_snappy_is_read():
    """Snappy without Java's framing is read."""
    assert decompress(Codec.SNAPPY, bytes(cramjam.snappy.compress_raw(b"a" * 99)), 99) == b"a" * 99


def test_snappy_goes_out_in_javas_framing():
    """Magic, version 1, compatible with 1, then blocks behind their big-endian lengths."""
    packed = compress(Codec.SNAPPY, b"a" * 40_000)
    assert packed[:16] == b"\x82SNAPPY\x00\x00\x00\x00\x01\x00\x00\x00\x01"
    (first,) = struct.unpack_from(">i", packed, 16)
    assert cramjam.snappy.decompress_raw_len(packed[20 : 20 + first]) == 32 * 1024


def test_lz4_goes_out_in_independent_blocks_of_64_kib():
    """The frame header is the one that Kafka's Java client writes."""
    assert compress(Codec.LZ4, b"abc")[:7].hex() == "04224d18604082"


def test_lz4_linked_frames_are_read():
    """Frames of other encoders, linked blocks and checksums included, are read."""
    plain = b"linked blocks " * 20_000
    assert decompress(Codec.LZ4, bytes(cramjam.lz4.compress(plain)), len(plain)) == plain


def test_zstd_windows_are_capped():
    """A frame that makes its reader hold more than 8 MiB is refused, whatever its size."""
    parameters = zstandard.ZstdCompressionParameters(window_log=24)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = packer.compress(b"a" * 100) + packer.flush()
    with pytest.raises(CorruptRecord, match="window of 16777216"):
        decompress(Codec.ZSTD, packed, 1000)


def test_zstd_of_unknown_size_is_read():
    """Streaming encoders (Java's) do not state the size: the frame is read all the same."""
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    packed = packer.compress(b"a" * 5000) + packer.flush()
    assert decompress(Codec.ZSTD, packed, 5000) == b"a" * 5000


def test_codec_names_are_the_configurations():
    """Codecs are found by the names that `compression.type` uses."""
    assert [Codec.from_name(name) for name in ("none", "gzip", "snappy", "lz4", "zstd")] == list(
        Codec
    )

# SPDX-License-Identifier: Apache-2.0
"""`meta.properties`: what Kafka writes is read, and what is written Kafka can read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.base.ids import random_uuid, uuid_from_text
from ottla.storage.meta_properties import (
    MetaProperties,
    MetaPropertiesError,
    format_meta_properties,
    parse_meta_properties,
)

WRITTEN_BY_KAFKA = b"""#
#Fri Nov 20 10:11:12 UTC 2026
cluster.id=4L6g3nShT-eMCtK--X86sw
directory.id=XLF9UPiLQVaMd8ThxW_9sg
node.id=7
version=1
"""


def test_a_file_written_by_kafka_is_read():
    """The comment lines and any order of the keys are taken."""
    properties = parse_meta_properties(WRITTEN_BY_KAFKA, "meta.properties")
    assert properties == MetaProperties(
        "4L6g3nShT-eMCtK--X86sw", 7, uuid_from_text("XLF9UPiLQVaMd8ThxW_9sg")
    )


@given(
    st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), min_size=1),
    st.integers(0, 2**31 - 1),
)
def test_what_is_written_is_read_back(cluster_id, node_id):
    """Formatting and parsing are inverse for any cluster id, and unknown entries are kept."""
    properties = MetaProperties(cluster_id, node_id, random_uuid(), {"my key": " kept = yes "})
    content = format_meta_properties(properties)
    assert properties == parse_meta_properties(content, "meta.properties")


def test_a_folder_of_an_older_kafka_has_no_directory_id():
    """The identifier is missing and is to be chosen, not an error."""
    content = b"version=1\ncluster.id=abc\nnode.id=1\n"
    assert parse_meta_properties(content, "m").directory_id is None


def test_version_0_names_the_broker_id():
    """ZooKeeper-based Kafka wrote `broker.id`."""
    assert parse_meta_properties(b"version=0\ncluster.id=abc\nbroker.id=3\n", "m").node_id == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"version=2\ncluster.id=a\nnode.id=1\n", "newer format"),
        (b"cluster.id=a\nnode.id=1\n", "no `version`"),
        (b"version=one\ncluster.id=a\nnode.id=1\n", "not a number"),
        (b"version=1\nnode.id=1\n", "no `cluster.id`"),
        (b"version=1\ncluster.id=a\n", "no `node.id`"),
        (b"version=1\ncluster.id=a\nnode.id=-1\n", "not a number"),
        (b"version=1\ncluster.id=a\nnode.id=1\ndirectory.id=short\n", "directory.id"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(content, words):
    """Each error names the file and what is wrong."""
    with pytest.raises(MetaPropertiesError, match=words) as caught:
        parse_meta_properties(content, "some/meta.properties")
    assert "some/meta.properties" in str(caught.value)

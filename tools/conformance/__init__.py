# SPDX-License-Identifier: Apache-2.0
"""Proofs by other people's programs: what a client library's own tests and exactly-once find.

`python -m tools.conformance` (`make conformance`) runs all of it at full size; bounded parts of the
same are in `tests/integration`. Everything can be pointed at Apache Kafka instead, which is how one
tells a wrong proof from a wrong broker.
"""

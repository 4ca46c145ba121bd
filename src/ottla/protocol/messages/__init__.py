# SPDX-License-Identifier: Apache-2.0
"""Messages of every API and record: generated from `ottla/protocol/definitions` by `make gen`."""

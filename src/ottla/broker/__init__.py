# SPDX-License-Identifier: Apache-2.0
"""The broker process: server, dispatch, handlers, housekeeping, wiring."""

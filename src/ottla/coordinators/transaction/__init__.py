# SPDX-License-Identifier: Apache-2.0
"""The transaction coordinator: who may write in which transaction, in `__transaction_state`."""

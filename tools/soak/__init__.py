# SPDX-License-Identifier: Apache-2.0
"""Our client for an hour beside a broker that is restarted every minute: no loss, no leak."""

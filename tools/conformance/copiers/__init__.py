# SPDX-License-Identifier: Apache-2.0
"""Programs that copy a topic exactly once, one for each client library, as its users write them.

Each reads records of a group, writes their transformed copies and the offsets in one transaction,
and now and then changes its mind and aborts. A copier that does not know how to go on ends; whoever
started it starts it again, as a service manager would.
"""

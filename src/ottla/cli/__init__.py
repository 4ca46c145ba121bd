# SPDX-License-Identifier: Apache-2.0
"""The command line: `ottla start` runs a broker, all other commands are clients of one."""

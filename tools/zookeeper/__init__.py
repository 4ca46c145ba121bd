# SPDX-License-Identifier: Apache-2.0
"""Apache ZooKeeper itself, fetched by Maven: one server or an ensemble for tests and trials.

On the command line `python -m tools.zookeeper [--servers 3]` keeps one until Ctrl-C.
"""

from tools.zookeeper.server import ZooKeeperEnsemble, ZooKeeperServer

__all__ = ["ZooKeeperEnsemble", "ZooKeeperServer"]

# SPDX-License-Identifier: Apache-2.0
"""`ottla doctor`: finds the usual mistakes and says what to do; never changes anything.

gathers facts (I/O)   judges them (pure)
-------------------   ------------------
probe                 network_checks
cluster_facts         cluster_checks
machine_facts         machine_checks

`patience` limits the time of what may never answer; `command` puts it all together.
"""

# SPDX-License-Identifier: Apache-2.0
"""Whole clusters inside one process, from one seed.

The real broker and the real client run unchanged on a simulated asyncio loop: time, network,
threads, disks and randomness are made up from the seed, so a run can be repeated exactly.

    loop        virtual time; which process a callback belongs to
    process     one run of a program: what dies with a crash and stands still when paused
    network     hosts, links and their faults             tcp      connections, as bytes in order
    node        a machine: disk, clock, address           world    everything of one seed
    engine      the metadata engine, with faults          entropy  stands in for the system's chance
    history     what clients did and saw                  checker  which anomalies that shows
    invariants  what must hold inside the brokers at every moment
"""

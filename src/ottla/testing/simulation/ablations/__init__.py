# SPDX-License-Identifier: Apache-2.0
"""Takes the cluster's safeguards away, one at a time, and has the simulator find out.

A simulator that never finds anything proves little. Here each safeguard is removed from the
running code, and the simulator has to find a seed with which that does harm.

    editing      the code of one function, replaced for a while
    ablation     what is known of one safeguard
    table        all of them; `replicas`, `control` and `serving` have them by where they stand
    search       the first seed that shows that one is missing
"""

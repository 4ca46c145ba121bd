# SPDX-License-Identifier: Apache-2.0
"""Developer tools, run from the repository's root as `python -m tools.<name>`."""

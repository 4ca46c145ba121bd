# SPDX-License-Identifier: Apache-2.0
"""What hot functions cost, each by pyperf; the source marks them with `# hot:`."""

# SPDX-License-Identifier: Apache-2.0
"""What every layer may use: clocks, identifiers, configuration definitions, errors."""

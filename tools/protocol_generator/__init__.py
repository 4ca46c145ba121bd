# SPDX-License-Identifier: Apache-2.0
"""From message definitions to Python: notation -> model -> layouts -> source."""

# SPDX-License-Identifier: Apache-2.0
"""`ottla bench`: measures a cluster with the client library that applications use."""

# SPDX-License-Identifier: Apache-2.0
"""Ottla beside Apache Kafka and RabbitMQ on one machine; `python -m benchmarks --help`."""

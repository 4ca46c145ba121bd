# SPDX-License-Identifier: Apache-2.0
"""A queue between services: orders, kitchen, delivery and analytics, each a process of its own.

    orders ──> [orders] ──> kitchen ──> [meals] ──> delivery ──> deliveries.db
                   └──────────────────────┴───────> analytics

- **orders** writes one record for each order and waits until all are stored.
- **kitchen** cooks each order exactly once, whatever dies: what it cooked and how far it has read
  the orders are one transaction, so that the next kitchen goes on where the last whole one ended.
  With a name of its own for each, several kitchens share the orders.
- **delivery** brings each meal at least once, and a unique key in its database makes that once.
- **analytics** reads both topics from the beginning, without a group: nobody notices it.

Start a broker (`make run`), then each in a terminal; kill and start them again as you like:

    python examples/queue_between_services.py kitchen
    python examples/queue_between_services.py delivery --database deliveries.db
    python examples/queue_between_services.py orders --count 1000
    python examples/queue_between_services.py analytics
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from collections import Counter

from ottla import Admin, Consumer, Producer
from ottla.client.errors import ApiError
from ottla.protocol.errors import ErrorCode

DISHES = ("dal", "dosa", "idli", "vada", "pongal")
PARTITIONS = 4


def create_topics(bootstrap: str) -> None:
    """Make both topics, unless another service was quicker."""
    with Admin(bootstrap_servers=bootstrap) as admin:
        for topic in {"orders", "meals"} - {listed.name for listed in admin.list_topics()}:
            try:
                admin.create_topic(topic, partitions=PARTITIONS)
            except ApiError as error:
                if error.code is not ErrorCode.TOPIC_ALREADY_EXISTS:
                    raise


def take_orders(bootstrap: str, first: int, count: int) -> None:
    """Write orders from `first` on; the table is the key, so its orders stay in order."""
    with Producer(bootstrap_servers=bootstrap) as producer:
        deliveries = []
        for number in range(first, first + count):
            order = {"order": number, "table": number % 17, "dish": DISHES[number % len(DISHES)]}
            deliveries.append(
                producer.send("orders", json.dumps(order), key=f"table-{order['table']}")
            )
        for delivery in deliveries:
            delivery.result()  # raises when an order was not stored
    print(f"{count} orders taken")


def cook(bootstrap: str, name: str) -> None:
    """Turn orders into meals, until somebody ends this process."""
    with (
        Producer(bootstrap_servers=bootstrap, transactional_id=f"kitchen-{name}") as producer,
        Consumer(
            "orders",
            bootstrap_servers=bootstrap,
            group_id="kitchen",
            group_instance_id=f"kitchen-{name}",
            auto_commit=False,
            from_beginning=True,
        ) as orders,
    ):
        print("the kitchen is open", flush=True)
        for batch in orders.batches():
            with producer.transaction():
                for record in batch:
                    order = json.loads(record.value)
                    meal = {**order, "cooked_by": name}
                    producer.send("meals", json.dumps(meal), key=record.key)
                place = (batch.topic, batch.partition)
                producer.send_offsets({place: batch.next_offset}, orders.group_metadata())
            print(f"cooked {len(batch)}", flush=True)


def deliver(bootstrap: str, database: str) -> None:
    """Note each meal in a database, until somebody ends this process."""
    store = sqlite3.connect(database)
    store.execute(
        "create table if not exists deliveries (order_number integer primary key, dish text)"
    )
    with Consumer(
        "meals",
        bootstrap_servers=bootstrap,
        group_id="delivery",
        group_instance_id="delivery-one",
        from_beginning=True,
        isolation_level="read_committed",
    ) as meals:
        print("delivering", flush=True)
        for record in meals:
            meal = json.loads(record.value)
            with store:  # a meal that comes again, after a crash, changes nothing
                store.execute(
                    "insert or ignore into deliveries values (?, ?)", (meal["order"], meal["dish"])
                )


def analyse(bootstrap: str) -> None:
    """Count what there is up to now."""
    dishes: dict[str, Counter[str]] = {"orders": Counter(), "meals": Counter()}
    with Consumer(
        "orders",
        "meals",
        bootstrap_servers=bootstrap,
        from_beginning=True,
        stop_at_end=True,
        isolation_level="read_committed",
    ) as consumer:
        for record in consumer:
            dishes[record.topic][json.loads(record.value)["dish"]] += 1
    print(json.dumps({topic: dict(sorted(counts.items())) for topic, counts in dishes.items()}))


def main() -> int:
    """Be one of the services."""
    parser = argparse.ArgumentParser(description="A queue between services.")
    parser.add_argument("service", choices=("orders", "kitchen", "delivery", "analytics"))
    parser.add_argument("--bootstrap", default="127.0.0.1:9092")
    parser.add_argument("--first", type=int, default=0, help="number of the first order")
    parser.add_argument("--count", type=int, default=100, help="how many orders to take")
    parser.add_argument("--name", default="one", help="of this kitchen; two need two names")
    parser.add_argument("--database", default="deliveries.db")
    options = parser.parse_args()
    create_topics(options.bootstrap)
    if options.service == "orders":
        take_orders(options.bootstrap, options.first, options.count)
    elif options.service == "kitchen":
        cook(options.bootstrap, options.name)
    elif options.service == "delivery":
        deliver(options.bootstrap, options.database)
    else:
        analyse(options.bootstrap)
    return 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Events as the source of truth: accounts whose balances are nothing but the sum of what happened.

The topic `account-events` holds everything that ever happened, keyed by account, kept for ever.

- **State is rebuilt** by reading it from the beginning (`Ledger.rebuild`), or, quicker, from the
  compacted topic `account-states`, which keeps the last state of each account, and then only the
  events after it (`Ledger.rebuild_from_states`). Both give the same.
- **Optimistic concurrency**: an event says which version of the account its author had seen. The
  log puts all events of an account in one order, so that of two authors who saw the same version
  the first one wins, for every reader: the second event is void, and its author learns that by
  reading on to it (`Ledger.append` raises ConflictError).
- **Mistakes are corrected by new events**, never by changing old ones.
- **The format grows by adding fields**: events of the first days have no currency, and are read
  with the one that everybody meant then.

Start a broker (`make run`), then: python examples/source_of_truth.py
"""

from __future__ import annotations

import argparse
import json
import sys
import uuid
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

from ottla import Admin, Consumer, Producer

if TYPE_CHECKING:
    from ottla.client.consumer_record import ConsumerRecord

EVENTS = "account-events"
STATES = "account-states"
PARTITIONS = 3
FIRST_CURRENCY = "EUR"


class ConflictError(Exception):
    """Somebody else changed the account first: look at it again, then decide anew."""


@dataclass
class Account:
    """What the events of one account add up to."""

    name: str
    version: int = 0  # how many events counted
    balance: int = 0  # in cents
    currency: str = FIRST_CURRENCY

    def apply(self, event: dict[str, Any]) -> bool:
        """Let an event count, unless its author had not seen all that happened before."""
        if event["expected_version"] != self.version:
            return False
        kind, amount = event["kind"], event.get("amount", 0)
        if kind == "opened":
            self.currency = event.get("currency", FIRST_CURRENCY)
        elif kind in ("deposited", "corrected"):
            self.balance += amount
        elif kind == "withdrawn":
            self.balance -= amount
        else:
            raise ValueError(f"an event of kind {kind!r} is newer than this program")
        self.version += 1
        return True


@dataclass
class Ledger:
    """All accounts, as of the events read so far."""

    bootstrap: str
    accounts: dict[str, Account] = field(default_factory=dict)
    positions: dict[int, int] = field(default_factory=dict)  # next offset, by partition
    homes: dict[str, int] = field(default_factory=dict)  # the partition of each account

    # reading

    @classmethod
    def rebuild(cls, bootstrap: str) -> Self:
        """Return the ledger from the first event on."""
        ledger = cls(bootstrap)
        ledger.catch_up()
        return ledger

    @classmethod
    def rebuild_from_states(cls, bootstrap: str) -> Self:
        """Return the ledger from the last known states and the events after them."""
        ledger = cls(bootstrap)
        with Consumer(
            STATES, bootstrap_servers=bootstrap, from_beginning=True, stop_at_end=True
        ) as states:
            for record in states:
                saved = json.loads(record.value)
                account, partition = Account(**saved["account"]), saved["partition"]
                ledger.accounts[account.name] = account
                ledger.homes[account.name] = partition
                # The least of them: an event that a state already counts does not count again,
                # since the version that its author saw has gone by.
                seen = ledger.positions.get(partition, saved["next_offset"])
                ledger.positions[partition] = min(seen, saved["next_offset"])
        ledger.catch_up()
        return ledger

    def catch_up(self) -> set[str]:
        """Read the events that were not read yet; return the ids of those that are void."""
        void = set()
        with Consumer(
            bootstrap_servers=self.bootstrap, from_beginning=True, stop_at_end=True
        ) as events:
            events.assign({(EVENTS, n): self.positions.get(n, 0) for n in range(PARTITIONS)})
            for record in events:
                event = json.loads(record.value)
                if not self._account(record).apply(event):
                    void.add(event["id"])
                self.positions[record.partition] = record.offset + 1
        return void

    def _account(self, record: ConsumerRecord) -> Account:
        name = record.key.decode()
        self.homes[name] = record.partition
        return self.accounts.setdefault(name, Account(name))

    # writing

    def append(self, producer: Producer, account: str, kind: str, **fields: Any) -> None:
        """Write an event on top of the version that this ledger has seen.

        Raises ConflictError when somebody else was quicker; the event does not count then.
        """
        expected = self.accounts.get(account, Account(account)).version
        event = {"id": str(uuid.uuid4()), "kind": kind, "expected_version": expected, **fields}
        producer.send(EVENTS, json.dumps(event), key=account).result()
        if event["id"] in self.catch_up():
            raise ConflictError(f"account {account!r} is not at version {expected} any more")

    def save_states(self, producer: Producer) -> None:
        """Write the state of every account to the compacted topic."""
        for name, account in self.accounts.items():
            partition = self.homes[name]
            state = {
                "account": asdict(account),
                "partition": partition,
                "next_offset": self.positions[partition],
            }
            producer.send(STATES, json.dumps(state), key=name)
        producer.flush()


def create_topics(bootstrap: str) -> None:
    """Make both topics, unless they are there."""
    wanted = {
        EVENTS: (PARTITIONS, {"retention.ms": "-1"}),
        STATES: (1, {"cleanup.policy": "compact"}),
    }
    with Admin(bootstrap_servers=bootstrap) as admin:
        there = {listed.name for listed in admin.list_topics()}
        for topic, (partitions, configs) in wanted.items():
            if topic not in there:
                admin.create_topic(topic, partitions=partitions, configs=configs)


def main() -> int:
    """Let something happen to an account, and show that its state follows from it."""
    parser = argparse.ArgumentParser(description="Events as the source of truth.")
    parser.add_argument("--bootstrap", default="127.0.0.1:9092")
    bootstrap = parser.parse_args().bootstrap
    create_topics(bootstrap)
    name = f"account-{uuid.uuid4().hex[:8]}"
    with Producer(bootstrap_servers=bootstrap) as producer:
        mine = Ledger.rebuild(bootstrap)
        mine.append(producer, name, "opened", currency="INR")
        mine.append(producer, name, "deposited", amount=10_000)
        yours = Ledger.rebuild(bootstrap)
        mine.append(producer, name, "withdrawn", amount=2_500)
        try:
            yours.append(producer, name, "withdrawn", amount=9_000)
        except ConflictError as conflict:
            print(f"refused: {conflict}")
        mine.append(producer, name, "corrected", amount=500, reason="2,500 were 2,000")
        mine.save_states(producer)
    rebuilt, resumed = Ledger.rebuild(bootstrap), Ledger.rebuild_from_states(bootstrap)
    print(f"from the beginning: {rebuilt.accounts[name]}")
    print(f"from the states:    {resumed.accounts[name]}")
    return 0 if rebuilt.accounts == resumed.accounts else 1


if __name__ == "__main__":
    sys.exit(main())

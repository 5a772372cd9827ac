"""Sharing out debtors among the collectors of a portfolio."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Debtor:
    """``user``: its collector, None: nobody. ``fixed``: keeps that collector whatever happens."""

    id: int
    amount: float = 0.0
    user: int | None = None
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """``capacity``: debtors of the portfolio at most; 0: as many as there are."""

    user: int
    capacity: int = 0


def share_out(
    debtors: Iterable[Debtor],
    members: Sequence[Member],
    method: str = "number",
    *,
    sticky: bool = True,
) -> dict[int, int | None]:
    """The collector of each debtor of a portfolio.

    Debtors whose collector belongs to the portfolio stay, if ``sticky``; ``fixed`` ones stay
    anyway. The others go, the largest first, to whoever has the least, by ``method``
    *number* or *amount*. When everybody is full they have nobody: None.

    :return: id of the debtor -> user, None. A portfolio without members changes nothing.

    >>> debtors = [Debtor(n, amount) for n, amount in enumerate([90, 50, 40, 10], 1)]
    >>> share_out(debtors, [Member(7), Member(8)])
    {1: 7, 2: 8, 3: 7, 4: 8}
    >>> share_out(debtors, [Member(7), Member(8)], "amount")
    {1: 7, 2: 8, 3: 8, 4: 7}
    >>> share_out(debtors, [Member(7, capacity=1), Member(8, capacity=2)])
    {1: 7, 2: 8, 3: 8, 4: None}
    >>> share_out([Debtor(1, 5, user=8), Debtor(2, 9, user=3), Debtor(3, 1, 3, True)], [Member(7), Member(8)])
    {1: 8, 3: 3, 2: 7}
    >>> share_out([Debtor(1, 5, user=3)], [])
    {1: 3}
    """
    debtors = list(debtors)
    if not members:
        return {debtor.id: debtor.user for debtor in debtors}
    users = {member.user for member in members}
    stay = [d for d in debtors if d.fixed or (sticky and d.user in users)]
    result: dict[int, int | None] = {debtor.id: debtor.user for debtor in stay}
    count = dict.fromkeys(users, 0)
    load = dict.fromkeys(users, 0.0)
    for debtor in stay:
        if debtor.user in users:
            count[debtor.user] += 1
            load[debtor.user] += debtor.amount if method == "amount" else 1
    room = [
        (load[member.user], place, member)
        for place, member in enumerate(members)
        if not member.capacity or count[member.user] < member.capacity
    ]
    heapq.heapify(room)
    others = sorted((d for d in debtors if d.id not in result), key=lambda d: (-d.amount, d.id))
    for debtor in others:
        if not room:
            result[debtor.id] = None
            continue
        least, place, member = heapq.heappop(room)
        result[debtor.id] = member.user
        count[member.user] += 1
        if not member.capacity or count[member.user] < member.capacity:
            more = debtor.amount if method == "amount" else 1
            heapq.heappush(room, (least + more, place, member))
    return result

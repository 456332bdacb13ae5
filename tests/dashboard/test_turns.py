"""Runs of pages take turns: a few at a time, first come first served, and none holds up the others for long."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from dashboard.server.turns import Turns


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_few_run_at_a_time_in_the_order_in_which_they_came() -> None:
    turns = Turns(at_once=2, longest=60)
    began: list[int] = []
    go_on = [Event() for _ in range(8)]

    def run(number: int) -> None:
        began.append(number)
        go_on[number].wait(60)

    with ThreadPoolExecutor(8) as sessions:
        runs = []
        for number in range(8):
            runs.append(sessions.submit(turns.in_turn(run), number))
            wait_for(lambda: len(began) + turns.waiting == len(runs))
        for number in range(8):
            assert began == [*range(min(number + 2, 8))]
            go_on[number].set()
            runs[number].result(60)
            wait_for(lambda: len(began) == min(sum(run.done() for run in runs) + 2, 8))


def test_what_takes_long_holds_up_nobody_and_an_error_ends_a_turn() -> None:
    go_on = Event()

    def run(name: str) -> str:
        if name == "long":
            go_on.wait(60)
        if name == "broken":
            raise ZeroDivisionError
        return name

    in_turn = Turns(at_once=1, longest=0.05).in_turn(run)
    with ThreadPoolExecutor(2) as sessions:
        long = sessions.submit(in_turn, "long")
        wait_for(long.running)
        assert sessions.submit(in_turn, "short").result(60) == "short"
        with pytest.raises(ZeroDivisionError):
            in_turn("broken")
        assert in_turn("next") == "next"
        go_on.set()
        assert long.result() == "long"

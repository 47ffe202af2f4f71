"""The trunk of lifetime models: censored times, and why the likelihood may have no maximum."""

import numpy as np

from ...data import counts
from ...data.dataset import Dataset
from ...model.censoring import events_and_time, middle, seen
from .censored import Censored


class Lifetimes(Censored):
    """``runs_off`` says where the likelihood rises without an event, ``one_time`` where all events are at the end."""

    lifetimes = True
    runs_off = ""
    one_time = ""

    def divergence(self, data):
        if self.runs_off and not seen(data).any():
            return f"{self.runs_off}: no event was seen"
        if self.one_time and "upper" not in data and data["y"][seen(data)].min() == data["y"].max():
            return f"{self.one_time}: every event is at {data['y'].max():g}, the longest time"
        return None


def mean_times(data):
    """Of lifetimes without ageing: the mean time of those seen to their end and of those cut, and how many they are.

    A life that entered late is like one that began then.
    """
    if "upper" in data:
        return None
    # Without ageing the likelihood knows the number of ends and the total time alone: two rows say both.
    times = data["y"] - data["entry"] if "entry" in data else data["y"]
    cut = data.get("event", np.ones(data.n)) == 0
    rows = [np.flatnonzero(group) for group in (~cut, cut) if group.any()]
    columns = {"y": np.array([np.average(times[each], weights=data.counts[each]) for each in rows])}
    if "event" in data:
        columns["event"] = np.array([1.0, 0.0])[[(~cut).any(), cut.any()]]
    return Dataset(columns), np.array([float(data.counts[each].sum()) for each in rows])


def of_logarithms(data):
    """Mean of log time, the cut ones among them, and its spread over those whose end is known: a start's numbers."""
    logs = np.log(middle(data)[middle(data) > 0])
    ended = with_ends(data)
    spread = counts.spread(ended, np.log(middle(ended))) if ended.n > 1 else 1.0
    return float(np.mean(logs)), float(np.clip(spread, 1e-3, 1e3))


def with_ends(data):
    """The rows whose end is known and came after the beginning."""
    return data.rows(np.flatnonzero(seen(data) & (middle(data) > 0)))


def mean_life(data):
    """Total time over the number of ends seen, half an end added."""
    events, time = events_and_time(data)
    return time / (events + 0.5)

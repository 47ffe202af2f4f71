"""The trunk of lifetime models: censored times, and why the likelihood may have no maximum."""

import numpy as np

from ...data.dataset import Dataset
from ...model.censoring import seen
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
    times = data["y"] - data["entry"] if "entry" in data else data["y"]
    cut = data.get("event", np.ones(data.n)) == 0
    rows = [np.flatnonzero(group) for group in (~cut, cut) if group.any()]
    columns = {"y": np.array([np.average(times[each], weights=data.counts[each]) for each in rows])}
    if "event" in data:
        columns["event"] = np.array([1.0, 0.0])[[(~cut).any(), cut.any()]]
    return Dataset(columns), np.array([float(data.counts[each].sum()) for each in rows])

"""Nested subsets of one's own data: rows, or whole groups where rows belong together."""

import numpy as np
import pytest

from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.fit.subsets import nested

GROUPS = Dataset(
    {"y": np.arange(14.0), "group": np.array([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 0, 1, 0.0])},
    {"group": ("five", "four", "three", "two")},
)


def chosen(data, sizes, seed=0):
    return list(nested(data, sizes, seed, least=2))


@pytest.mark.parametrize("seed", range(5))
def test_smaller_subsets_lie_in_larger_ones(seed):
    for data in (GROUPS, Dataset({"y": np.arange(14.0)})):
        kept = [set(subset["y"]) for subset in chosen(data, [3, 7, "all"], seed)]
        assert kept[0] < kept[1] < kept[2] == set(range(14))


@pytest.mark.parametrize("seed", range(5))
def test_groups_stay_whole(seed):
    """The fewest whole groups with as many rows as asked for, in the order of the data, under their own names."""
    sizes = dict(zip(GROUPS.coords["group"], (5, 4, 3, 2), strict=True))
    for wanted in range(2, 15):
        (subset,) = chosen(GROUPS, [wanted], seed)
        names = subset.coords["group"]
        found = np.bincount(subset["group"].astype(int))
        assert found.tolist() == [sizes[name] for name in names]
        assert wanted <= subset.n < wanted + max(found)
        assert np.all(np.diff(subset["y"]) > 0)
        before = {y: GROUPS.coords["group"][int(code)] for y, code in zip(GROUPS["y"], GROUPS["group"], strict=True)}
        assert [before[y] for y in subset["y"]] == [names[int(code)] for code in subset["group"]]


def test_sizes_that_end_with_the_same_group_are_one():
    sizes = [subset.n for subset in chosen(GROUPS, [*range(2, 15), "all"])]
    assert sizes == sorted(set(sizes))
    assert len(sizes) == 4
    assert sizes[-1] == 14


def test_sizes_of_ungrouped_rows_are_exact():
    assert [subset.n for subset in chosen(Dataset({"y": np.arange(14.0)}), [5, 2, "9", 5])] == [2, 5, 9]

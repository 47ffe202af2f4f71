"""Whatever is asked of the command, what must hold holds; the same requests each time, thousands more by `hunt`."""

import sys

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mle_vs_bayes import models

from . import invariants, programs, requests, tables

sys.setrecursionlimit(max(sys.getrecursionlimit(), 10_000))  # as PyTensor does; Hypothesis warns where a test does it


def few(count):
    """So many requests, always the same; one that fails is shown as it came, without a search for a smaller one."""
    phases = (Phase.explicit, Phase.generate)
    return settings(max_examples=count, phases=phases, suppress_health_check=list(HealthCheck))


def check(request, words):
    """Fail with the request, ready to be typed."""
    if words:
        pytest.fail("\n".join([*map(str, words), str(request)]), pytrace=False)


def test_every_kind_of_column_is_drawn():
    """A model whose column no table can hold would only be met by chance."""
    assert {column.kind.name for name in models.MODELS for column in models.get(name).columns} <= {*tables.BY_KIND}


@few(34)
@given(requests.catalogue(requests.DOZEN))
def test_what_must_hold_holds_for_models_of_the_catalogue(request):
    check(request, invariants.broken(requests.answer(request)))


@few(10)
@given(requests.own_programs(st.sampled_from(programs.FEW)))
def test_what_must_hold_holds_for_programs(request):
    check(request, invariants.broken(requests.answer(request)))


@few(6)
@given(requests.catalogue(requests.DOZEN))
def test_the_same_request_twice_gives_the_same_document(request):
    check(request, list(invariants.repeats(requests.answer(request), requests.answer(request))))


@few(10)
@given(requests.in_a_unit(), st.sampled_from((2.0**-20, 2.0**20)))
def test_rows_follow_the_unit_of_the_data(request, factor):
    """By a power of two, which loses no digit."""
    other = requests.rescaled(request, factor)
    check(request, list(invariants.follows_unit(requests.answer(request), requests.answer(other), factor)))

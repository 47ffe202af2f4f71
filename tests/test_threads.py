"""One thread for linear algebra, whatever the caller has set, and the caller's number again afterwards."""

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from mle_vs_bayes import compare, fit_replicates
from mle_vs_bayes.comparison.comparison import Comparison
from mle_vs_bayes.fit.replicates import facade
from mle_vs_bayes.threads import single_threaded


def most_threads():
    return max(each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas")


DATA = {"y": np.random.default_rng(1).normal(size=20)}


def seen_by_compare():
    seen = []
    compare("normal", DATA, estimators=("mle",), progress=lambda _step: seen.append(most_threads()))
    return seen


def seen_by_replicates(fit=fit_replicates):
    seen = []
    fit("normal", [DATA], ("mle",), progress=lambda _done, _total: seen.append(most_threads()))
    return seen


@pytest.mark.parametrize("seen", [seen_by_compare, seen_by_replicates])
def test_one_thread_within_and_two_again_afterwards(seen):
    with threadpool_limits(limits=2):
        assert set(seen()) == {1}
        assert most_threads() == 2


def test_mutant_a_function_that_leaves_the_threads_as_they_are():
    with threadpool_limits(limits=2):
        assert set(seen_by_replicates(facade.fit_replicates.__wrapped__)) == {2}


@single_threaded
class Asked:
    def threads(self):
        return most_threads()

    def _threads(self):
        return most_threads()


def test_every_public_method_of_a_comparison():
    with threadpool_limits(limits=2):
        assert (Asked().threads(), Asked()._threads()) == (1, 2)
    assert all(hasattr(method, "__wrapped__") for method in (Comparison.predict, Comparison.page, Comparison.save))

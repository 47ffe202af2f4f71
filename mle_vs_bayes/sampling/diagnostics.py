"""ArviZ's diagnostics for thousands of scalars at once: the same numbers, all scalars in each step.

Effective sample sizes and R-hat of Vehtari et al. (2021), rank-normalised and split. ArviZ takes one scalar at a time,
which for a batch costs three times the sampling (measured: 1.2 ms per parameter); tested to be its numbers.
One sort of a scalar's draws gives both their ranks and their median.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
TAIL = 0.05
PIECE = 64
"""Scalars that are worked on together: a piece of 1,000 draws each stays in a core's cache."""


@dataclass(frozen=True)
class Diagnostics:
    """Of K scalars, ``(K,)`` each."""

    mean: Array
    median: Array
    sd: Array
    mcse: Array
    ess_bulk: Array
    ess_tail: Array
    rhat: Array

    @property
    def least(self) -> Array:
        """The smaller of both effective sample sizes; 0 where there is none."""
        return np.nan_to_num(np.minimum(self.ess_bulk, self.ess_tail))


def diagnose(draws: Array, cores: int = 1) -> Diagnostics:
    """Diagnostics of draws ``(K, chains, draws)``, at least 2 chains of 4 draws; on so many ``cores``."""
    pieces = [draws[first : first + PIECE] for first in range(0, len(draws), PIECE)] or [draws]
    if cores == 1 or len(pieces) == 1:
        diagnosed = [_diagnosed(piece) for piece in pieces]
    else:
        with ThreadPoolExecutor(cores) as pool:
            diagnosed = list(pool.map(_diagnosed, pieces))
    return Diagnostics(*(np.concatenate(each) for each in zip(*(vars(one).values() for one in diagnosed), strict=True)))


def _diagnosed(draws: Array) -> Diagnostics:
    flat = draws.reshape(len(draws), -1)
    mean, sd = flat.mean(axis=1), flat.std(axis=1, ddof=1)
    halves = _split(draws)
    scores, rising = _normal_scores(halves)
    middle = rising[:, [(rising.shape[1] - 1) // 2, rising.shape[1] // 2]].mean(axis=1)
    whole = rising.shape == flat.shape
    folded, _ = _normal_scores(np.abs(halves - middle[:, None, None]))
    ends = np.quantile(rising if whole else flat, [TAIL, 1 - TAIL], axis=1)
    tails = [_split((draws <= end[:, None, None]).astype(float)) for end in ends]
    # The error of a mean needs the effective size of the values themselves, not of their ranks; in units of their SD,
    # so that neither a large mean nor a tiny spread costs digits.
    standard = (halves - mean[:, None, None]) / np.where(sd > 0, sd, 1.0)[:, None, None]
    return Diagnostics(
        mean=mean,
        median=middle if whole else np.median(flat, axis=1),
        sd=sd,
        mcse=sd / np.sqrt(effective(standard)),
        ess_bulk=effective(scores),
        ess_tail=np.minimum(*(effective(tail) for tail in tails)),
        rhat=np.maximum(_rhat(scores), _rhat(folded)),
    )


def effective(chains: Array) -> Array:
    """Effective sample sizes ``(K,)`` of chains ``(K, M, H)``: Geyer's initial monotone sequence of paired lags."""
    many, length = chains.shape[1:]
    means = chains.mean(axis=2)
    centred = chains - means[:, :, None]
    within = np.mean(centred**2, axis=(1, 2)) * length / (length - 1)
    total = within * (length - 1) / length + means.var(axis=1, ddof=1)
    constant = np.ptp(chains, axis=(1, 2)) < np.finfo(float).resolution
    safe = np.where(constant | (total <= 0), 1.0, total)

    def correlation(lag: int) -> Array:  # of all scalars: to pick those still wanted costs more than it saves
        products = np.einsum("kmh,kmh->k", centred[:, :, : length - lag], centred[:, :, lag:])
        return np.asarray(1 - (within - products / (many * length)) / safe)

    even, odd = np.ones(len(chains)), correlation(1)
    pair = smallest = even + odd
    tau, lag, on = -1 + 2 * pair, 1, pair > 0
    while lag < length - 3 and on.any():
        even, odd = np.where(on, correlation(lag + 1), even), np.where(on, correlation(lag + 2), odd)
        pair = np.where(on, even + odd, pair)
        kept = on & (pair >= 0)
        smallest = np.where(kept, np.minimum(smallest, pair), smallest)
        tau = tau + np.where(kept, 2 * smallest, 0.0)
        lag, on = lag + 2, on & (pair > 0)
    # Of the last pair only the even lag counts, and once: whole if the pair was kept, else where it is above 0.
    ended = (pair >= 0) | (lag == 1)
    tau, size = np.where(ended, tau - 2 * smallest + even, tau + np.maximum(even, 0.0)), many * length
    return np.where(constant, size, size / np.maximum(tau, 1 / np.log10(size)))


def _split(draws: Array) -> Array:
    """Every chain's halves as chains of their own: ``(K, C, D)`` → ``(K, 2 C, D // 2)``."""
    half = draws.shape[2] // 2
    return np.concatenate([draws[:, :, :half], draws[:, :, -half:]], axis=1)


def _normal_scores(chains: Array) -> tuple[Array, Array]:
    """Normal quantiles of Blom's fractional ranks, over all draws of a scalar; and the draws in order ``(K, S)``."""
    from scipy.special import ndtri

    flat = chains.reshape(len(chains), -1)
    count, order = flat.shape[1], np.argsort(flat, axis=1)
    rising = np.take_along_axis(flat, order, axis=1)
    of_rank = ndtri((np.arange(2 * count + 1) / 2 - 0.375) / (count + 0.25))  # by twice the rank
    scores = np.empty_like(flat)
    np.put_along_axis(scores, order, of_rank[_twice_the_ranks(rising)], axis=1)
    scores[np.isnan(rising[:, -1])] = np.nan
    return scores.reshape(chains.shape), rising


def _twice_the_ranks(rising: Array) -> NDArray[np.intp]:
    """Twice the ranks of sorted values ``(K, S)``: of equal ones their mean rank, which may be a half."""
    count = rising.shape[1]
    same, position = rising[:, 1:] == rising[:, :-1], np.arange(1, count + 1)
    if np.any(same[:, 1:] & same[:, :-1]):  # three or more
        first = np.where(np.pad(~same, ((0, 0), (1, 0)), constant_values=True), position, 0)
        last = np.where(np.pad(~same, ((0, 0), (0, 1)), constant_values=True), position, count)
        return np.maximum.accumulate(first, axis=1) + np.minimum.accumulate(last[:, ::-1], axis=1)[:, ::-1]
    twice = np.tile(2 * position, (len(rising), 1))
    row, column = np.nonzero(same)  # distances from a median have such a pair
    twice[row, column] += 1
    twice[row, column + 1] -= 1
    return twice


def _rhat(chains: Array) -> Array:
    length = chains.shape[2]
    within = chains.var(axis=2, ddof=1).mean(axis=1)
    between = length * chains.mean(axis=2).var(axis=1, ddof=1)
    with np.errstate(all="ignore"):
        return np.sqrt((between / within + length - 1) / length)

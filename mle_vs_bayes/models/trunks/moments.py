"""Which moments the posteriors of the catalogue have, worked out from the tails of likelihood and prior.

Where a likelihood falls as a power of a parameter, or stays level, the posterior falls as the product with the prior,
and E|x|^k is finite for k below the sum of their powers minus one. ``tails`` are `model.moments.tails.Tails` of each
parameter's elements by name; the functions give `Moments`.
"""

import numpy as np

from ...data import counts
from ...model.censoring import ended, seen
from ...model.parameter import Moments

FINITE = Moments()


def power(name, order, *tails):
    """Moments below ``order``, because the density of ``name`` falls as a power."""
    words = " and ".join(dict.fromkeys(each.words for each in tails))
    slowest = f"{-(order + 1):.4g}".replace("-", "−")
    return Moments(order, f"the posterior of {name} falls no faster than {name}^{slowest} under {words}")


def squared(moments):
    """Moments of the square of something."""
    return Moments(moments.order / 2, moments.why, moments.attained)


def below(moments, order, why, attained=False):
    """The fewer of these moments and those below ``order``."""
    return moments if moments.order <= order else Moments(order, why, attained)


def location_scale(tails, rows, location="mu", scale="sigma"):
    """Moments of locations (a mean, coefficients) and a scale: ``rows`` values of the density f((y − Xβ)/σ)/σ.

    As σ and one location grow together the likelihood falls as σ^−n, and the volume grows by one power for each other
    location whose prior does not integrate to 1 (for a flat one by 1, which is its −power). Where the locations stay,
    σ has its own prior and σ^−n. Under flat priors this is Student's t on n − k − 1 degrees of freedom. [1]_

    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., sections 3.2 and 14.2 (with a flat prior on log σ,
       which is one degree of freedom more).
    """
    (scale_tails,), others = tails[scale], tails[location]
    spare = [max(0.0, -each.power) for each in others]
    left = rows + scale_tails.above.power
    each = tuple(
        power(location, t.power + left - (sum(spare) - lost), t, scale_tails)
        for t, lost in zip(others, spare, strict=True)
    )
    return {location: each, scale: power(scale, left - sum(spare), scale_tails, *others)}


def between_groups(tails, rows, groups):
    """Moments of a random intercept: tau and sigma are scales, of as many values as there are groups and rows.

    A mean may run off together with either: with tau the likelihood of G groups falls as τ^−G, with sigma that of n
    rows as σ^−n, while tau has its prior's volume.
    """
    (mu,), (tau,), (sigma,) = tails["mu"], tails["tau"], tails["sigma"]
    free_mu, free_tau = max(0.0, -mu.power), max(0.0, -tau.above.power)
    with_sigma = rows + sigma.above.power - free_tau
    return {
        "mu": power("mu", mu.power + min(groups + tau.above.power, with_sigma), mu, tau, sigma),
        "tau": power("tau", groups + tau.above.power - free_mu, tau, mu),
        "sigma": power("sigma", with_sigma - free_mu, sigma, mu, tau),
    }


def student_t(tails, rows):
    """As `location_scale`, and: a normal likelihood is left as nu grows, and a power of μ as nu goes to 0.

    At degrees of freedom ν and a fixed σ the likelihood falls as |μ|^−n(1 + ν), for the smallest ν as |μ|^−n.
    """
    (nu,), (mu,), (sigma,) = tails["nu"], tails["mu"], tails["sigma"]
    wide = location_scale(tails, rows)
    narrow = power("mu", mu.power + rows * (1 + max(nu.lower, 0.0)), mu, sigma)
    return {
        "nu": power("nu", nu.above.power, nu),
        "mu": below(wide["mu"][0], narrow.order, narrow.why),
        "sigma": wide["sigma"],
    }


def mixture(tails, rows, common=False):
    """Moments of a normal mixture, of which a component without values has its prior; not all are without at once.

    In rising order the means above a mean run off with it upwards, those below it downwards; one of them stays with
    the data unless a standard deviation grows with all of them. One ``common`` to all has all values.
    """
    mu, sigma = tails["mu"], tails["sigma"]
    upwards = [sum(t.above.power for t in mu[k:]) for k in range(len(mu))]
    downwards = [sum(t.below.power for t in mu[: k + 1]) for k in range(len(mu))]
    widest = rows + min(t.above.power for t in sigma)
    upwards[0], downwards[-1] = upwards[0] + widest, downwards[-1] + widest
    means = tuple(power("mu", min(pair), *mu) for pair in zip(upwards, downwards, strict=True))
    return {"mu": means, "sigma": tuple(power("sigma", t.above.power + common * rows, t) for t in sigma)}


def rates(tails):
    """Moments of a mixture of counts: rates run off together with a smaller one if none holds a count; never all."""
    orders = [sum(t.above.power for t in tails["rate"][k:]) for k in range(1, len(tails["rate"]))]
    return {"rate": (FINITE, *(power("rate", order, *tails["rate"]) for order in orders))}


def variance(tails, data):
    """Moments of the square of the sigma of one value in each row."""
    return squared(location_scale(tails, counts.size(data))["sigma"])


def uniform(tails, rows):
    """Moments of the upper end: the likelihood falls as its power −n."""
    (upper,) = tails["upper"]
    return {"upper": power("upper", rows + upper.above.power, upper)}


def bounded(_tails, _data):
    """Moments of what cannot leave an interval."""
    return FINITE


def proportion(tails, data):
    """Moments of the odds p / (1 − p): the posterior of p falls at 1 as a power of 1 − p, by one for each failure."""
    (p,) = tails["p"]
    failures = float(counts.total(data, data.get("trials", 1.0) - data["y"]))
    order = failures + p.near_upper
    why = (
        f"near p = 1 its posterior is like (1 − p)^{order - 1:.4g}, with {failures:g} failures and the prior {p.words}"
    )
    return Moments(order, why)


def rate_of_lives(tails, data):
    """Moments of an exponential rate: a time t that has passed is a factor exp(−rate t); else the prior is left."""
    (rate,) = tails["rate"]
    return FINITE if counts.total(data, life_ends(data)[0]) > 0 else power("rate", rate.above.power, rate)


def mean_of_lives(tails, data):
    """Moments of 1/rate: at 0 the posterior of the rate falls as a power of it, by one for each end that is known."""
    (rate,), known = tails["rate"], ended(data)
    order = known + rate.near_lower
    why = f"near rate 0 its posterior is like rate^{order - 1:.4g}, with {known:g} ends seen and the prior {rate.words}"
    return Moments(order, why)


def lives(tails, data):
    """Moments of shape and scale.

    Where every exact time is one and the same, inside all intervals, the likelihood rises as shape^(d − 1) with the
    number d of exact times, scale integrated out; else it falls exponentially.
    """
    (shape,) = tails["shape"]
    lower, upper = life_ends(data)
    exact = lower == upper
    common = np.max(lower) <= np.min(upper)
    rising = (
        power("shape", shape.above.power - max(0.0, float(counts.total(data, exact)) - 1), shape) if common else FINITE
    )
    return {"shape": rising, "scale": scale_of_lives(tails, data)}


def scale_of_lives(tails, data, damped=False):
    """Moments of the scale λ, or (``damped``) of λ times what falls faster than every power of the shape k near 0.

    The likelihood falls as λ^(−k d) with d known ends: hardly, for small k, so that the prior of λ decides. At its own
    order m, ∫ λ^(−1 − k d) dλ is like 1/k, which the posterior of k makes up for if it falls at 0 fast enough: as
    k^(e + a − 1), one power for each end e whose bounds are above 0 and the prior's a.
    """
    (shape,), (scale,) = tails["shape"], tails["scale"]
    lower, upper = life_ends(data)
    known = np.isfinite(upper)
    if shape.lower > 0:
        return power("scale", scale.above.power + shape.lower * float(counts.total(data, known)), scale, shape)
    falling = damped or float(counts.total(data, known & (lower > 0))) + shape.near_lower > 1
    moment = power("scale", scale.above.power, scale)
    return Moments(moment.order, moment.why, attained=bool(known.any() and falling))


def mean_life(tails, data):
    """Moments of λ Γ(1 + 1/k): near k = 0 the posterior falls as a power of k, or as its prior does.

    log Γ(1 + 1/k) is like (1/k) log(1/k), faster than the exponent of any prior that reaches to 0 (1/k of an inverse
    gamma's, the square of log k of a log-normal's), and faster than every power.
    """
    (shape,) = tails["shape"]
    if shape.lower > 0:
        return scale_of_lives(tails, data)
    why = "near shape 0 the posterior falls as a power of the shape and Γ(1 + 1/shape) grows faster than any"
    return Moments(0.0, why, attained=True)


def median_life(tails, data):
    """Moments of λ (log 2)^(1/k): the second factor vanishes near k = 0 faster than every power."""
    return scale_of_lives(tails, data, damped=True)


def mean_of_log_normal(tails, rows):
    """Moments of exp(μ + σ²/2), of ``rows`` values whose logarithms are normal.

    Its k-th power grows as exp(kσ²/2). Beside it exp(kμ) is bounded under a normal prior of μ; under one like
    exp(−r μ), or a flat one (r = 0), μ of variance σ²/n gives another exp((k − r)²σ²/(2n)) for k above r. The prior
    of σ must fall faster than both: it never does if it is exponential. At the bound σ^(1 − n) or less is left.
    """
    (mu,), (sigma,) = tails["mu"], tails["sigma"]
    most, free = 2 * sigma.above.square, mu.above.rate
    if most > free:
        most = free + (np.sqrt(rows**2 + 4 * rows * (most - free)) - rows) / 2 if np.isfinite(most) else np.inf
    why = f"the posterior of sigma falls no faster than {sigma.words} while exp(sigma²/2) grows"
    return Moments(float(most), f"{why} (moments up to {most:.4g})", attained=rows >= 3)


def median_of_log_normal(tails, data):
    """Moments of exp(μ): under priors like exp(−r μ) of μ and exp(−s σ²) of σ those below r + √(2ns).

    At a fixed σ the likelihood of n known ends falls as exp(−nμ²/2σ²); with σ chosen for each μ the product with the
    prior of σ falls as exp(−√(2ns) μ), and where s is 0 slower than every exponential.
    """
    (mu,), (sigma,) = tails["mu"], tails["sigma"]
    most = mu.above.rate + np.sqrt(2 * ended(data) * sigma.above.square)
    return Moments(float(most), f"the posterior of mu falls no faster than exp(−{most:.4g} mu) under {mu.words}")


def shape_of_lives(tails, data, name):
    """Moments of what makes lifetimes alike: if one time is in all intervals, d exact ones rise as its (d − 1)/2th."""
    (shape,) = tails[name]
    lower, upper = life_ends(data)
    if np.max(lower) > np.min(upper):
        return FINITE
    return power(name, shape.above.power - max(0.0, (float(counts.total(data, lower == upper)) - 1) / 2), shape)


def mean_of_gamma(tails, data):
    """Moments of shape/rate: with d known ends the likelihood falls at rate 0 as rate^(d shape), which may be slow.

    The prior of the rate decides, at its own order a by ∫ rate^(d shape − 1) d rate = 1/(d shape), which the power of
    the shape makes up for, d + 1 and its prior's.
    """
    (shape,), (rate,), known = tails["shape"], tails["rate"], ended(data)
    order = rate.near_lower + known * max(shape.lower, 0.0)
    return Moments(order, f"near rate 0 the posterior is like rate^{order - 1:.4g} under {rate.words}", known > 0)


def median_of_gompertz(tails, data):
    """Moments of log(1 + shape log 2/rate)/shape, at most log 2/rate: with d ends the posterior at 0 is like rate^d."""
    (rate,), (shape,) = tails["rate"], tails["shape"]
    order = ended(data) + rate.near_lower
    why = f"near rate 0 the posterior is like rate^{order - 1:.4g} under {rate.words}"
    return Moments(order, why) if shape.near_lower <= 1 else FINITE


def life_ends(data):
    """Between which ends ``(n,)`` each lifetime lies."""
    if "upper" in data:
        return data["lower"], data["upper"]
    return data["y"], np.where(seen(data), data["y"], np.inf)

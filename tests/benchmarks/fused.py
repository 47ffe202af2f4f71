"""Log-likelihood and gradient of one data set in one pass over its rows, in Numba: the floor under every sampler.

Value and slopes are added up, so that the compiler leaves nothing out; constants are left aside.
"""

import math

import numpy as np


def normal(y, _x, theta):
    value = in_mu = in_sigma = 0.0
    for each in y:
        z = (each - theta[0]) / theta[1]
        value -= z * z
        in_mu += z
        in_sigma += z * z
    return value + in_mu + in_sigma


def exponential(y, _x, theta):
    value = in_rate = 0.0
    for each in y:
        value -= theta[0] * each
        in_rate -= each
    return value + in_rate


def poisson(y, _x, theta):
    value = in_rate = 0.0
    log = math.log(theta[0])
    for each in y:
        value += each * log - theta[0]
        in_rate += each / theta[0] - 1
    return value + in_rate


def bernoulli(y, _x, theta):
    value = in_p = 0.0
    log, other = math.log(theta[0] / 10), math.log1p(-theta[0] / 10)
    for each in y:
        value += each * log + (1 - each) * other
        in_p += each - theta[0]
    return value + in_p


def weibull(y, _x, theta):
    value = in_shape = in_scale = 0.0
    for each in y:
        log = np.log(each / theta[1])
        power = np.exp(theta[0] * log)
        value += (theta[0] - 1) * log - power
        in_shape += log - power * log
        in_scale += power
    return value + in_shape + in_scale


def student_t(y, _x, theta):
    value = in_nu = in_mu = in_sigma = 0.0
    for each in y:
        z = (each - theta[0]) / theta[1]
        share = z * z / theta[2]
        log, weight = np.log1p(share), 1 / (1 + share)
        value += log
        in_nu += log - share * weight
        in_mu += z * weight
        in_sigma += z * z * weight
    return value + in_nu + in_mu + in_sigma


def linear(y, x, theta):
    value, gradient = 0.0, np.zeros(3)
    for i in range(len(y)):
        z = y[i] - x[i, 0] * theta[0] - x[i, 1] * theta[1] - x[i, 2] * theta[2]
        value -= z * z
        for j in range(3):
            gradient[j] += z * x[i, j]
    return value + gradient.sum()


def logistic(y, x, theta):
    value, gradient = 0.0, np.zeros(3)
    for i in range(len(y)):
        log_odds = x[i, 0] * theta[0] + x[i, 1] * theta[1] + x[i, 2] * theta[2]
        tail = np.exp(-abs(log_odds))
        value += y[i] * log_odds - max(log_odds, 0.0) - np.log1p(tail)
        left = y[i] - (1.0 if log_odds > 0 else tail) / (1 + tail)
        for j in range(3):
            gradient[j] += left * x[i, j]
    return value + gradient.sum()


def normal_mixture(y, _x, theta):
    value, gradient = 0.0, np.zeros(5)
    for each in y:
        first, second = (each - theta[0]) / theta[1], (each - theta[2]) / theta[1]
        log_odds = 0.5 * (first * first - second * second)
        tail = np.exp(-abs(log_odds))
        share = (1.0 if log_odds > 0 else tail) / (1 + tail)
        value += np.log1p(tail) - 0.5 * min(first * first, second * second)
        gradient[0] += (1 - share) * first
        gradient[1] += share * second
        gradient[2] += (1 - share) * first * first
        gradient[3] += share * second * second
        gradient[4] += share
    return value + gradient.sum()


def random_intercept(y, _x, theta):
    value = in_mu = in_sigma = of_group = 0.0
    for each in y:  # one sum per group is all that the integrated likelihood needs beside these
        z = (each - theta[0]) / theta[1]
        value -= z * z
        in_mu += z
        in_sigma += z * z
        of_group += z
    return value + in_mu + in_sigma + of_group * of_group


def seconds(name, data):
    """Of one pass over the data."""
    import time

    import numba

    once = numba.njit(fastmath=True)(globals()[name])
    y, x, theta = data["y"], data.get("X", np.zeros((1, 3))), np.array([1.5, 2.0, 3.0])
    once(y, x, theta)

    def hundred():
        began = time.perf_counter()
        for _ in range(100):
            once(y, x, theta)
        return (time.perf_counter() - began) / 100

    return min(hundred() for _ in range(20))

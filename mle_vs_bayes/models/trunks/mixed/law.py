"""What effects of groups that were seen add to the predictors of other rows, given θ and the data."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Law:
    """The distribution of a number for each of m rows: ``nodes`` ``(m, K)`` with ``weights`` ``(m, K)`` that sum to 1.

    With ``spread`` ``(m,)`` it is normal, and the nodes have its mean and variance only.
    """

    nodes: Any
    weights: Any
    spread: Any = None

    @classmethod
    def normal(cls, mean, variance):
        """Two nodes, one standard deviation to either side."""
        spread = np.sqrt(np.maximum(variance, 0.0))
        return cls(np.stack([mean - spread, mean + spread], axis=1), np.full((len(mean), 2), 0.5), spread)

    def rows(self, kept):
        """The law of some of the rows."""
        return Law(self.nodes[kept], self.weights[kept], None if self.spread is None else self.spread[kept])

    def draw(self, rng, count):
        """``(m, count)`` draws; of a law that is not normal, nodes by their weights."""
        if self.spread is not None:
            mean = self.nodes.mean(axis=1, keepdims=True)
            return mean + self.spread[:, None] * rng.standard_normal((len(mean), count))
        picked = [rng.choice(len(weights), size=count, p=weights) for weights in self.weights]
        return np.take_along_axis(self.nodes, np.array(picked).reshape(len(self.nodes), count), axis=1)

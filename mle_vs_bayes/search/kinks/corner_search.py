"""Maxima where a log density has no derivative: on kinks, as of |y − μ|, and where a support that follows data ends.

Between kinks the density is smooth, and a maximum is most often a corner of several of them: the median, a regression
quantile, a lasso's zeros. It is climbed as a linear programme is: along a line to its highest point, which is a kink,
then along that kink to the next, until in every direction that is left the density is smooth, and Newton's steps end
it. The gradients around a corner are g − Σ λᵢ Jᵢ with 0 ≤ λᵢ ≤ 1, where g is that before all kinks and Jᵢ what the
gradient loses by crossing kink i. It is a maximum if one of them is 0 (the subgradient condition [1]_), and else a kink
with a λᵢ outside is left. [2]_ Beyond the end of a support the density is 0: a loss without bound, λᵢ ≥ 0.

.. [1] Clarke (1990), Optimization and Nonsmooth Analysis, SIAM.
.. [2] Barrodale & Roberts (1973), An improved algorithm for discrete l₁ linear approximation, SIAM Journal on Numerical
   Analysis 10(5), 839–848.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..newton import GRADIENT_TOLERANCE
from .corner import Corner
from .evaluation import Array, Derivatives, Index, Search, SpentError, abreast, at, in_units, limited, run, units
from .line_maximum import along
from .search_line import Crossing, jump_at
from .stretches import level, plateau

MOST_COORDINATES = 60
_TURNS, _EVALUATIONS = 40, 200
"""Lines that are climbed, and evaluations of some points each, of which a line takes some seven: as many again for each
coordinate."""
_PATIENCE = 5
"""Lines without a kink, and one more for each coordinate, until there is none."""
_ASIDE = 1e-6
"""Units that the search begins beside its start, or less."""
_BESIDE = 1e-7
"""How far beside a kink its sides are looked at, in units of the longest line that led there."""
_GRADIENT = 1e-9
"""Standard errors: a smooth step that is shorter is not taken."""
_LEAST_JUMP = 1e-9
"""Per unit, along which the log density changes by about one: less is rounding and no kink."""
_SLACK = 1e-6
"""Rounding of λ, as of a jump."""
_FAR = 10.0, 1e3, 1e5
"""Distances, times `_BESIDE`, that the meeting of kinks is approached from: the first that lies inside all ends."""
_STRAIGHT = 1e-12
"""Share of the largest second derivative: less is no curvature."""
_SHORT = 1e-2
"""Standard errors: of shorter ones Newton's steps square their length."""


def find_corner(evaluate: Callable[[Array], tuple[float, Array, Array]], start: Array) -> Corner | None:
    """The maximum of one density that is reached from ``start`` ``(f,)``, if it lies on a kink or an end; else None."""

    def each(z: Array, _place: Index) -> Derivatives:
        values, gradients, hessians = zip(*(evaluate(point) for point in z), strict=True)
        return np.array(values), np.array(gradients), np.array(hessians)

    return run({0: corner_search(start)}, each, 1)[0]


def corner_search(start: Array, gave_up: Callable[[], None] = lambda: None) -> Search[Corner | None]:
    """`find_corner` as a search; ``gave_up`` is called where its evaluations are spent."""
    if len(start) > MOST_COORDINATES:
        return None
    try:
        return (yield from limited(_climbing(start), _EVALUATIONS * (1 + len(start))))
    except SpentError:
        gave_up()
    except np.linalg.LinAlgError:  # kinks that are all but parallel
        pass
    return None


def _climbing(start: Array) -> Search[Corner | None]:
    aside = _ASIDE * np.random.default_rng(0).uniform(-1, 1, len(start))
    unit = yield from units(start)
    return (yield from in_units(_from(aside, start, unit), start, unit))


def _from(aside: Array, start: Array, unit: Array) -> Search[Corner | None]:
    begins = np.outer([1, -1, 1e-3, -1e-3, 0], aside)  # the start may be next to an end
    values, _, _ = yield begins
    first = next((k for k, value in enumerate(values) if np.isfinite(value)), len(begins) - 1)
    return (yield from _Climber(begins[first], float(values[first])).top(start, unit))


def _jumps(crossings: list[Crossing], size: int) -> Array:
    """The jumps of some kinks as columns ``(f, k)``."""
    return np.array([crossing.jump for crossing in crossings]).reshape(-1, size).T


class _Climber:
    def __init__(self, start: Array, value: float) -> None:
        self.z, self.value = start.copy(), value
        self.crossings: list[Crossing] = []
        self.reach = 0.0
        """The longest line so far."""

    def top(self, start: Array, unit: Array) -> Search[Corner | None]:
        """The maximum, in the coordinates that ``start`` and ``unit`` ``(f,)`` are given in."""
        corner = yield from self._top()
        if corner is None:
            return None
        jumps, gradient = corner.jumps / unit[:, None], corner.gradient / unit
        hessian, z = corner.hessian / np.outer(unit, unit), start + unit * corner.z
        return replace(corner, z=z, jumps=jumps, gradient=gradient, hessian=hessian, unit=unit)

    def _top(self) -> Search[Corner | None]:
        if not np.isfinite(self.value):
            return None
        polished = False
        for turn in range(_TURNS * (1 + len(self.z))):
            corner = yield from self._corner()
            if corner is None:
                return None
            step, length = corner.smooth_step()
            lost = not self.crossings and turn > _PATIENCE + len(self.z)
            if not lost and length > _GRADIENT and (yield from self._ascend(step, length)):
                polished = False
                continue
            if not self.crossings:
                if not (yield from self._on_a_plateau(corner)):
                    return None  # smooth, and for Newton's method
                continue
            if (direction := self._leave(corner)) is not None:
                if not (yield from self._move(direction)):
                    return None
                polished = False
            elif (yield from self._centre(corner)):
                polished = True
            elif not polished:
                polished = True
                if not (yield from self._settled()):
                    return None
            else:
                return corner if length <= GRADIENT_TOLERANCE and (yield from self._highest(corner)) else None
        return None

    def _corner(self) -> Search[Corner | None]:
        """Where the climber stands, seen from before every kink, which is inside every end."""
        walls = np.array([crossing.wall for crossing in self.crossings], dtype=np.bool_)
        self.crossings = yield from self._refreshed()
        jumps, before = _jumps(self.crossings, len(self.z)), self._before(self.crossings)
        _, gradient, hessian = yield from at(self.z + before)
        if not (np.all(np.isfinite(gradient)) and np.all(np.isfinite(hessian))):
            return None
        stretch = any(crossing.level for crossing in self.crossings)
        gradient = gradient - hessian @ before
        return Corner(self.z, self.value, jumps, walls, gradient, hessian, np.ones_like(gradient), stretch)

    def _before(self, crossings: list[Crossing]) -> Array:
        """A short way ``(f,)`` that leads before every one of these kinks."""
        if not crossings:
            return np.zeros_like(self.z)
        jumps = _jumps(crossings, len(self.z))
        back = np.linalg.pinv(jumps / np.linalg.norm(jumps, axis=0)).sum(axis=0)
        return -back * (self._near / np.linalg.norm(back))

    @property
    def _near(self) -> float:
        return _BESIDE * max(self.reach, 1.0)

    def _ascend(self, step: Array, length: float) -> Search[bool]:
        """One smooth step: whole where it is short and ends nearer to a maximum, else to its highest point."""
        if length < _SHORT:
            z, value = self.z, self.value
            self.z = z + step
            self.value = (yield from at(self.z))[0]
            corner = yield from self._corner()
            if corner is not None and corner.smooth_step()[1] < length / 2:
                return True
            self.z, self.value = z, value
        return (yield from self._move(step))

    def _settled(self) -> Search[bool]:
        """Put the climber where all kinks meet, to the last digits; whether they do.

        From a point before all of them each is found along the direction that keeps the others where they are. Kinks
        that bend are found from nearer with each round.
        """
        before = self._before(self.crossings)
        values, _, _ = yield self.z + np.outer(_FAR, before)
        # A row of the pseudoinverse of the jumps is a direction that crosses one kink and runs along the others. Where
        # kinks are planes one round of moves along these directions ends where all meet.
        far = next((far for far, value in zip(_FAR, values, strict=True) if np.isfinite(value)), 0.0)
        while far >= _FAR[0] / 1000:
            begin, ways = self.z + far * before, np.linalg.pinv(_jumps(self.crossings, len(self.z)))
            place, both = self.z, zip(self.crossings, ways, strict=True)
            ends = yield from abreast(self._again(*each, begin, far) for each in both)
            moved = [each for each in ends if each is not None and each.jump is not None]
            if len(moved) < len(ends):
                return False
            self.z, self.crossings = begin + sum(each.z - begin for each in moved), moved
            if np.all(np.abs(self.z - place) <= 4 * np.spacing(np.abs(place))):
                break
            before, far = self._before(self.crossings), far / 10
        yield from self._step_inside()
        return np.isfinite(self.value) and far > 0

    def _again(self, crossing: Crossing, way: Array, begin: Array, far: float) -> Search[Crossing | None]:
        """A kink found again along ``way``, across which its jump is 1; the middle of a stretch stays where it is.

        From very near an end its normal cannot be measured, as other ends are as near.
        """
        if crossing.level and crossing.jump is not None:
            return replace(crossing, z=begin + way * (crossing.jump @ (self.z - begin)))
        end = yield from along(begin, way, np.zeros_like(way), normals=far >= _FAR[0])
        return replace(end, jump=crossing.jump) if end is not None and end.wall and far < _FAR[0] else end

    def _step_inside(self) -> Search[None]:
        """Where rounding has put the meeting of ends outside of one, some spacings back: more where z is far from 0."""
        self.value = (yield from at(self.z))[0]
        for spacings in 4.0 ** np.arange(8):
            if np.isfinite(self.value):
                return
            back = self._before(self.crossings)
            inside = self.z + spacings * np.sign(back) * np.spacing(np.abs(self.z))
            if np.isfinite(value := (yield from at(inside))[0]):
                self.z, self.value = inside, value

    def _centre(self, corner: Corner) -> Search[bool]:
        """Whether a kink was only the beginning of a level stretch (λ is 0 or 1), whose middle is taken."""
        for place, (crossing, share) in enumerate(zip(self.crossings, corner.shares, strict=True)):
            if crossing.wall or crossing.level or min(abs(share), abs(share - 1)) > _SLACK:
                continue
            others = [each for each in self.crossings if each is not crossing]
            out = np.linalg.pinv(corner.jumps)[place]
            middle = yield from level(self.z, -out if share < 0.5 else out, self._before(others))
            if middle is not None:
                self.z, self.value, self.crossings[place] = middle.z, middle.value, middle
                return True
        return False

    def _on_a_plateau(self, corner: Corner) -> Search[bool]:
        """Whether the climber has come to a stretch without slope or curvature between two kinks, and to its middle."""
        # Without curvature along a coordinate, and without a kink found, the density may be level there (a uniform's):
        # its derivatives alone cannot say where that stretch ends.
        curvature = np.abs(corner.hessian)
        for place in np.flatnonzero(curvature.max(axis=1) <= _STRAIGHT * curvature.max(initial=0.0)):
            middle = yield from plateau(self.z, np.eye(len(self.z))[place])
            if middle is not None:
                self.z, self.value, self.crossings = middle.z, middle.value, [middle]
                return True
        return False

    def _refreshed(self) -> Search[list[Crossing]]:
        """The kinks with their jumps as they are now: a jump of 1/scale changes with the scale."""
        ways = np.linalg.pinv(_jumps(self.crossings, len(self.z)))
        read = [place for place, crossing in enumerate(self.crossings) if not (crossing.wall or crossing.level)]
        jumps = yield from abreast(self._jump(ways[place], ways) for place in read)
        crossings = list(self.crossings)
        for place, jump in zip(read, jumps, strict=True):
            crossings[place] = replace(crossings[place], jump=jump)
        return crossings

    def _jump(self, way: Array, ways: Array) -> Search[Array]:
        """The jump of a kink, read before the other kinks, and on this one: no way but its own leads across it."""
        back = way - ways.sum(axis=0)
        aside = back * (self._near / max(float(np.linalg.norm(back)), 1e-300))
        return jump_at(self.z, way, aside, self._near)

    def _leave(self, corner: Corner) -> Array | None:
        """The direction along which a kink is left that the subgradient condition does not hold for; None if it holds.

        λ follows from g = Σ λᵢ Jᵢ, since along the kinks the gradient is 0 already.
        """
        shares = corner.shares
        excess = np.maximum(-shares, np.where(corner.walls, 0.0, shares - 1))
        worst = int(np.argmax(excess))
        if excess[worst] <= _SLACK:
            return None
        out = np.linalg.pinv(corner.jumps)[worst]
        self.crossings.pop(worst)
        return -out if shares[worst] < 0 else out

    def _move(self, direction: Array) -> Search[bool]:
        """To the highest point of a line; whether it led anywhere."""
        before = self._before(self.crossings)  # rounding on a kink would take its gradient from either side
        crossing = yield from along(self.z + before, direction, np.zeros_like(before))
        if crossing is None:
            return False
        self.reach = max(self.reach, float(np.linalg.norm(crossing.z - self.z)))
        self.z, self.value = crossing.z - before, crossing.value
        if crossing.jump is not None and (crossing.wall or np.linalg.norm(crossing.jump) > _LEAST_JUMP):
            self.crossings.append(crossing)
            if not crossing.wall:  # back on the kinks that the line ran before, along it as far as the new one asks
                self.z += direction * (crossing.jump @ before) / (crossing.jump @ direction)
        return True

    def _highest(self, corner: Corner) -> Search[bool]:
        """Whether the density falls along a spanning set of directions: across each kink, along all, and at random."""
        out = np.linalg.pinv(corner.jumps)
        # First-order conditions hold at some points that are no maxima; a rise along one of these directions shows it.
        directions = [*out, *corner.inside.T, *np.random.default_rng(0).standard_normal((len(self.z), len(self.z)))]
        typical = np.linalg.norm(corner.gradient) + np.max(np.linalg.norm(corner.jumps, axis=0))
        units = np.array([direction / np.linalg.norm(direction) for direction in directions])
        ways = np.concatenate([units, -units])
        values, gradients, _ = yield self.z + 10 * self._near * ways
        rises = np.sum(gradients * ways, axis=1) > 1e-5 * typical
        return not bool(np.any(np.isfinite(values) & rises))

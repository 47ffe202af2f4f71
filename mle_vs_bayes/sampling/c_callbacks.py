"""The two functions that nutpie calls in machine code, compiled by Numba once on a machine and kept on disk.

Neither knows a density: where the compiled one lies in memory stands in the header that nutpie hands over, beside the
numbers. An address that was written into the code instead kept Numba from storing it, and every process compiled the
same few lines for a third of a second. The map from u to z = ẑ + L u is here, too, which each density compiled anew.
Whoever imports this module imports Numba.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numba
import numpy as np
from numba.core import cgutils, types
from numba.extending import intrinsic

from . import NOWHERE

FLOATS, INTEGERS = (types.Array(number, 1, "C") for number in (types.float64, types.int64))
GIVEN = types.StarArgTuple.from_types((FLOATS, FLOATS, INTEGERS))
"""What PyTensor's function takes: z, numbers, lengths, as ``*args``."""
VALUE, GRADIENT = (types.Array(types.float64, dimensions, "A") for dimensions in (0, 1))
RESULT = types.Tuple((VALUE, GRADIENT))
"""What it gives, with strides of any kind: arrays of one dimension look alike in memory whatever their strides."""
NUMBERS, WHOLE_NUMBERS = types.CPointer(types.float64), types.CPointer(types.int64)
HEADER = 8
"""Where the numbers lie and how many they are, the same of the lengths, where the function lies, the centres and the
roots, and the dimension f of each replicate."""
ANY_ORDER = {"contract", "reassoc"}
"""Sums of products may be taken in any order, several terms at once."""


def address(compiled: Any) -> int:
    """Where the machine code of PyTensor's function lies, which must be compiled for `GIVEN`.

    Raises
    ------
    TypeError
        It gives something else than a number and a vector.
    """
    overload = compiled.overloads[(GIVEN,)]
    result = overload.signature.return_type
    shapes = [(getattr(part, "dtype", None), getattr(part, "ndim", None)) for part in result]
    if shapes != [(part.dtype, part.ndim) for part in RESULT]:
        raise TypeError(f"a density gives {result}")
    return int(overload.library.get_pointer_to_function(overload.fndesc.llvm_func_name))


_made_by_hand: Any = intrinsic
"""Numba's decorator, whose type says that the first argument is asked of callers, too."""


@_made_by_hand
def _call(_typing, _address, _z, _numbers, _lengths):
    """PyTensor's function at this address, called as Numba's functions call each other."""

    def generate(context, builder, _signature, values):
        convention = context.call_conv
        packed = context.make_tuple(builder, GIVEN, values[1:])
        pointer = builder.inttoptr(values[0], convention.get_function_type(RESULT, (GIVEN,)).as_pointer())
        status, value = convention.call_function(builder, pointer, RESULT, (GIVEN,), (packed,))
        with cgutils.if_unlikely(builder, status.is_error):
            convention.return_status_propagate(builder, status)
        return value

    return RESULT(types.int64, FLOATS, FLOATS, INTEGERS), generate


def _pointer(kind):
    """What makes a pointer of this kind from an address."""

    @_made_by_hand
    def pointer(_typing, address):
        return kind(address), lambda context, builder, _signature, values: builder.inttoptr(
            values[0], context.get_value_type(kind)
        )

    return pointer


_doubles, _integers = _pointer(NUMBERS), _pointer(WHOLE_NUMBERS)


def density(dimension, u, gradient, value, header):
    numbers = numba.carray(_doubles(header[0]), (header[1],))
    lengths = numba.carray(_integers(header[2]), (header[3],))
    centre, root, size = _doubles(header[5]), _doubles(header[6]), header[7]
    z = np.empty(dimension)
    for i in range(dimension):  # z = ẑ + L u of each replicate
        first, along = i - i % size, 0.0
        for j in range(size):
            along += root[i * size + j] * u[first + j]
        z[i] = centre[i] + along
    total, slope = _call(header[4], z, numbers, lengths)
    for i in range(dimension):
        gradient[i] = 0.0
    for i in range(dimension):  # Lᵀ ∇_z
        first = i - i % size
        for j in range(size):
            gradient[first + j] += slope[i] * root[i * size + j]
    sound = np.isfinite(total[()])
    for i in range(dimension):
        sound = sound and np.isfinite(gradient[i])
    value[0] = total[()] if sound else NOWHERE
    if not sound:
        for i in range(dimension):
            gradient[i] = 0.0
    return 0


def keep(dimension, _size, u, kept_, _data):
    for i in range(dimension):
        kept_[i] = u[i]
    return 0


def compiled(function: Callable[..., int], *arguments: Any) -> Any:
    """The C callback, from disk where it is there; where nothing can be kept, or read back, compiled for this process.

    An entry may be damaged: whatever unpickling raises.
    """
    signature = types.int64(*arguments)
    try:
        return numba.cfunc(signature, cache=True, fastmath=ANY_ORDER)(function)
    except Exception:  # noqa: BLE001
        return numba.cfunc(signature, fastmath=ANY_ORDER)(function)


KEPT = types.uint64, types.uint64, NUMBERS, NUMBERS, types.voidptr
"""What `keep` takes."""


@cache
def of_density() -> Any:
    """Dimension, u, gradient, value, header → 0 or an error."""
    return compiled(density, types.uint64, NUMBERS, NUMBERS, NUMBERS, WHOLE_NUMBERS)


@cache
def of_draws() -> Any:
    """What shall be kept of a draw: u itself."""
    return compiled(keep, *KEPT)

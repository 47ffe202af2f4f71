"""The two functions that nutpie calls in machine code, compiled by Numba once on a machine and kept on disk.

Neither knows a density: where the compiled one lies in memory stands in the header that nutpie hands over, beside the
numbers. An address that was written into the code instead kept Numba from storing it, and every process compiled the
same few lines for a third of a second. Whoever imports this module imports Numba.
"""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba.core import cgutils, types
from numba.extending import intrinsic

from . import NOWHERE

FLOATS, INTEGERS = (types.Array(number, 1, "C") for number in (types.float64, types.int64))
GIVEN = types.StarArgTuple.from_types((FLOATS, FLOATS, INTEGERS))
"""What PyTensor's function takes: u, numbers, lengths, as ``*args``."""
VALUE, GRADIENT = (types.Array(types.float64, dimensions, "A") for dimensions in (0, 1))
RESULT = types.Tuple((VALUE, GRADIENT))
"""What it gives, with strides of any kind: arrays of one dimension look alike in memory whatever their strides."""
HEADER = 5
"""Where the numbers lie and how many they are, the same of the lengths, and where the function lies."""


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
def _call(_typing, _address, _u, _numbers, _lengths):  # type: ignore[no-untyped-def]
    """PyTensor's function at this address, called as Numba's functions call each other."""

    def generate(context, builder, _signature, values):  # type: ignore[no-untyped-def]
        convention = context.call_conv
        packed = context.make_tuple(builder, GIVEN, values[1:])
        pointer = builder.inttoptr(values[0], convention.get_function_type(RESULT, (GIVEN,)).as_pointer())
        status, value = convention.call_function(builder, pointer, RESULT, (GIVEN,), (packed,))
        with cgutils.if_unlikely(builder, status.is_error):
            convention.return_status_propagate(builder, status)
        return value

    return RESULT(types.int64, FLOATS, FLOATS, INTEGERS), generate


@_made_by_hand
def _pointer(_typing, address):  # type: ignore[no-untyped-def]
    """A pointer to this address."""
    return types.voidptr(address), lambda _context, builder, _signature, values: builder.inttoptr(
        values[0], cgutils.voidptr_t
    )


def density(dimension, u_, gradient_, value_, header_):  # type: ignore[no-untyped-def]
    header = numba.carray(header_, (HEADER,), np.int64)
    u, gradient = numba.carray(u_, (dimension,)), numba.carray(gradient_, (dimension,))
    numbers = numba.carray(_pointer(header[0]), (header[1],), np.float64)
    lengths = numba.carray(_pointer(header[2]), (header[3],), np.int64)
    total, slope = _call(header[4], u, numbers, lengths)
    sound = np.isfinite(total[()])
    for i in range(dimension):  # and not one assignment, for whose error message Numba compiles seconds
        gradient[i] = slope[i]
        sound = sound and np.isfinite(slope[i])
    value = numba.carray(value_, (1,))
    value[0] = total[()] if sound else NOWHERE
    if not sound:
        for i in range(dimension):
            gradient[i] = 0.0
    return 0


def keep(dimension, _size, u, kept_, _data):  # type: ignore[no-untyped-def]
    for i in range(dimension):
        kept_[i] = u[i]
    return 0


def compiled(function: Callable[..., int], *arguments: Any) -> Any:
    """The C callback, from disk where it is there; where nothing can be kept, or read back, compiled for this process.

    An entry may be damaged: whatever unpickling raises.
    """
    signature = types.int64(*arguments)
    try:
        return numba.cfunc(signature, cache=True)(function)
    except Exception:  # noqa: BLE001
        return numba.cfunc(signature)(function)


_NUMBER = types.CPointer(types.double)
KEPT = types.uint64, types.uint64, _NUMBER, _NUMBER, types.voidptr
DENSITY = compiled(density, types.uint64, _NUMBER, _NUMBER, _NUMBER, types.voidptr)
"""Dimension, u, gradient, value, header → 0 or an error."""
KEEP = compiled(keep, *KEPT)
"""What shall be kept of a draw: u itself."""

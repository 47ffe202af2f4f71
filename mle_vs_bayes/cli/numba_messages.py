"""Less for Numba to compile in a process that samples once.

Where an array is assigned to a slice, as in the function that nutpie hands to its sampler, Numba compiles an error
message with the two shapes in it: texts of numbers and their joining, in every process anew, for words that nutpie
catches and nobody reads. Measured: 1.6 s of the 5.8 s that ``compare weibull`` takes on 1,000 rows; the rows stay the
same. Numba says that targets may have a shorter message of their own; a process that is only this command takes that
liberty, and a library must not.
"""

alone = False
"""Whether the process is this command and nothing else; `process.run` says so."""
NAME = "raise_with_shape_context"
"""Of the message's stub in ``numba.np.arrayobj``."""


def shorten_messages() -> bool:
    """Put a constant message in the place of the long one; False, and nothing is done, where Numba has none such."""
    try:
        from numba.extending import overload
        from numba.np import arrayobj
    except ImportError:
        return False
    if not hasattr(arrayobj, NAME):
        return False

    def stub(_source: object, _target: object) -> None:
        raise NotImplementedError

    @overload(stub)
    def short(_source: object, _target: object) -> object:
        def implementation(_source: object, _target: object) -> None:
            raise ValueError("cannot assign slice from input of different size")

        return implementation

    setattr(arrayobj, NAME, stub)
    return True

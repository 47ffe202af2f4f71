NOWHERE = -1e300
"""The log density where it, or its gradient, is not a number: a divergence whose end nutpie keeps, as it does not where
a density fails. `c_callbacks` has it in code that is kept on disk until that file changes."""

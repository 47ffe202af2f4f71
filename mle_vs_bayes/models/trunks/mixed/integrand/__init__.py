"""The integrals over effects of groups: their integrand in NumPy, its derivatives, and all of it in PyTensor."""

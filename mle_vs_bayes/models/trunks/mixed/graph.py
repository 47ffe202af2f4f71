"""A mixed model's observed variable in PyMC, whose units are sets of rows and not rows."""


def observed_groups(model, theta, data, log_density):
    """The observed variable ``y`` in the open PyMC model; ``log_density`` gives that of each independent set of rows.

    It takes the model, the parameters and the columns, every X β being part of its offset.
    """
    import pymc as pm
    import pytensor.tensor as pt

    columns = model.known(theta, data)
    y = columns.pop("y") if "y" in columns else columns.pop("upper")
    role = "upper" if "upper" in data else "y"
    coefficients = {role.replace("X", "beta", 1) for role in model.formula.designs}
    free = {name: pt.as_tensor(value) for name, value in theta.items() if name not in coefficients}

    def logp(y, *inputs):
        named = dict(zip([*free, *columns], inputs, strict=True))
        return log_density(model, {name: named[name] for name in free}, {role: y, **{c: named[c] for c in columns}})

    # Each input with all of its axes belongs to the one observation that all rows are together.
    axes = [f"({','.join(f'{name}{k}' for k in range(value.ndim))})" for name, value in free.items()]
    signature = f"{','.join([*axes, *['(n)'] * len(columns)])}->(n)"
    return pm.CustomDist("y", *free.values(), *columns.values(), logp=logp, signature=signature, observed=y)

"""A mixed model's observed variable in PyMC, whose units are sets of rows and not rows."""


def observed_groups(model, theta, data, log_density):
    """The observed variable ``y`` in the open PyMC model; ``log_density`` gives that of each independent set of rows.

    It takes the model, the parameters but beta, the columns, and η = X β + offset of each row.
    """
    import pymc as pm

    # Scalars and one value per row, which PyMC takes to be the arguments of independent values.
    groups = model.groups
    scalars = {"sd": len(groups.effects), "cor": len(groups.pairs)}
    scalars |= {p.name: 1 for p in model.parameters if not p.dims}
    roles = [role for role in data if role not in ("y", "X", "offset")]

    def logp(y, eta, *inputs):
        values = iter(inputs)
        spread = {name: [_scalar(next(values)) for _ in range(count)] for name, count in scalars.items()}
        theta = {name: each if name in ("sd", "cor") else each[0] for name, each in spread.items()}
        return log_density(model, theta, {**dict(zip(roles, values, strict=True)), "y": y}, eta)

    split = [
        theta[name][place] if name in ("sd", "cor") else theta[name]
        for name, count in scalars.items()
        for place in range(count)
    ]
    inputs = (model.predictor(theta, data), *split, *(data[role] for role in roles))
    return pm.CustomDist("y", *inputs, logp=logp, observed=data["y"])


def _scalar(value):
    """PyMC gives scalars the axis of the rows."""
    return value if value.ndim == 0 else value[0]

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mle_vs_bayes.data import column
from mle_vs_bayes.data.column import Column
from mle_vs_bayes.data.formulas.parts import FormulaRule, effect, level
from mle_vs_bayes.data.prepare import prepare
from mle_vs_bayes.errors import DataError, UsageError
from mle_vs_bayes.model.model import Model
from mle_vs_bayes.models import MODELS, get


class Measurements(Model):
    name = "measurements"
    columns = (Column("y", column.number),)

    def unusable(self, data):
        return "every y is the same" if np.ptp(data["y"]) == 0 else None


class Coins(Model):
    name = "coins"
    columns = (Column("y", column.count), Column("trials", column.positive_count, optional=True, default=1.0))


class Lifetimes(Model):
    name = "lifetimes"
    columns = (
        Column("y", column.positive, optional=True),
        Column("event", column.binary, optional=True),
        Column("lower", column.nonnegative, optional=True, unbounded=True),
        Column("upper", column.positive, optional=True, unbounded=True),
    )


class Scores(Model):
    name = "scores"
    columns = (
        Column("y", column.number, optional=True),
        Column("lower", column.number, optional=True, unbounded=True),
        Column("upper", column.number, optional=True, unbounded=True),
    )


class Patients(Model):
    name = "patients"
    columns = (Column("y", column.number), Column("group", column.label))


class Line(Model):
    name = "line"
    columns = (Column("y", column.number), Column("offset", column.number, optional=True, default=0.0))
    formula = FormulaRule()


class Odds(Model):
    name = "odds"
    columns = (Column("y", column.count), Column("trials", column.positive_count, optional=True, default=1.0))
    formula = FormulaRule()


def values(prepared):
    return {role: column.tolist() for role, column in prepared.data.items()}


def frame(**columns):
    return pd.DataFrame(columns)


# --- which column plays which role


def test_what_is_named_comes_first_then_the_roles_own_name_then_a_default():
    data = frame(y=[9, 9], hours=[1, 2], event=[0, 1])
    prepared = prepare(data, Lifetimes(), columns={"y": "hours"})
    assert prepared.columns == {"y": "hours", "event": "event"}
    assert values(prepared) == {"y": [1, 2], "event": [0, 1]}
    assert values(prepare(data[["hours"]], Lifetimes())) == {"y": [1, 2]}


def test_the_only_numeric_column_is_y_if_it_has_no_other_role():
    data = frame(site=["a", "b"], hours=[1, 2], note=[None, None])
    assert prepare(data, Lifetimes()).columns == {"y": "hours"}
    assert prepare(data.assign(seen=[0, 1]), Lifetimes(), columns={"event": "seen"}).columns["y"] == "hours"


def test_a_saved_index_is_no_outcome_unless_it_is_all_there_is():
    data = frame(unnamed_1=[0, 1, 2], hours=[3, 1, 2])
    assert prepare(data, Lifetimes()).columns == {"y": "hours"}
    assert prepare(frame(unnamed_1=[1, 2, 3]), Lifetimes()).columns == {"y": "unnamed_1"}
    with pytest.raises(DataError, match="needs a column for y"):  # a column that does not count rows may be the outcome
        prepare(data.assign(unnamed_1=[0, 2, 1]), Lifetimes())


def test_a_column_that_was_given_a_role_plays_no_other():
    data = frame(trials=[1, 0], n=[5, 6])
    assert prepare(data, Coins(), columns={"y": "trials"}).columns == {"y": "trials"}


def test_a_column_that_the_formula_reads_plays_no_role_unless_asked():
    data = frame(y=[1, 2, 4, 3], offset=[1, 0, 2, 5])
    assert prepare(data, Line(), formula="y ~ offset").columns == {"y": "y"}
    asked = prepare(data, Line(), formula="y ~ offset", columns={"offset": "offset"})
    assert asked.columns == {"y": "y", "offset": "offset"}


@pytest.mark.parametrize("model", MODELS)
def test_every_listed_model_understands_its_own_roles(model):
    leaf = get(model)
    outcomes = ([0, 1, 1, 0], [1, 2, 2, 1], [0.2, 0.4, 0.4, 0.2])
    data = frame(y=next(y for y in outcomes if leaf.columns[0].kind.admits(np.array(y)).all()), x=[1, 2, 3, 5])
    if model == "beta_binomial":  # of single trials it says nothing
        data = data.assign(trials=5)
    required = [c for c in leaf.columns if c.role != "y" and not c.optional]
    data = data.assign(**{c.role: list("abba") if c.kind is column.label else [1, 2, 3, 4] for c in required})
    of_trials = any(c.role == "trials" for c in leaf.columns)
    data = data.assign(y=[0, 1, 2, 0]) if required and not of_trials else data
    formula = "y ~ x" if leaf.takes_formula else None
    prepared = prepare(data, leaf, formula=formula)
    expected = {c.role for c in leaf.columns if c.role == "y" or c.default is not None or c in required}
    expected |= {"xm"} if model == "pareto" else set()  # the least y
    expected |= {effect("Intercept|group"), level("group")} if leaf.groups else set()  # what the groups are in formulas
    assert set(prepared.data) == expected | ({"X"} if formula else set())
    assert all(v.dtype == np.float64 for v in prepared.data.values())


# --- what counts as a number


@pytest.mark.parametrize(
    ("given_values", "expected"),
    [
        ([True, False], [1, 0]),
        (["1.5", " -2e3 "], [1.5, -2000]),
        ([Decimal("0.1"), 2], [0.1, 2]),
        (pd.array([3, 4], dtype="Int64"), [3, 4]),
        (pd.array([True, False], dtype="boolean"), [1, 0]),
        (pd.Categorical([3, 4]), [3, 4]),
        (np.array([1, 2], dtype=np.uint8), [1, 2]),
        (np.array([10**30, 1], dtype=object), [1e30, 1]),
    ],
    ids=["booleans", "text", "decimals", "nullable", "nullable booleans", "categories", "bytes", "python integers"],
)
def test_numbers_in_other_clothes(given_values, expected):
    assert values(prepare(frame(y=given_values), Measurements()))["y"] == expected


# --- missing values, weights, order of rows and columns


numbers = st.floats(-1e6, 1e6).map(lambda v: round(v, 3))
rows = st.lists(st.tuples(numbers, numbers, st.sampled_from("abc"), st.integers(0, 3)), min_size=8, max_size=20)


def table(drawn):
    """At least 8 rows with three levels, so that no formula used here is collinear by accident."""
    data = pd.DataFrame(drawn, columns=["y", "x", "site", "weights"])
    place = np.arange(len(data))
    return data.assign(x=data["x"] + place**2 * 7e6, y=data["y"] + place * 3e6, site=np.array(list("abc"))[place % 3])


@pytest.mark.parametrize(("model", "formula"), [(Measurements(), None), (Line(), "y ~ x + site")])
@given(drawn=rows, seed=st.integers(0, 1000))
@settings(max_examples=20)
def test_order_of_rows_and_columns_does_not_matter(model, formula, drawn, seed):
    data = table(drawn).drop(columns="weights")
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(data))
    shuffled = data.iloc[order][list(rng.permutation(data.columns))]
    straight = prepare(data, model, formula=formula, columns=None if formula else {"y": "y"})
    turned = prepare(shuffled, model, formula=formula, columns=None if formula else {"y": "y"})
    assert turned.columns == straight.columns
    assert turned.data.coords == straight.data.coords
    assert values(turned) == {role: v[order].tolist() for role, v in straight.data.items()}


@pytest.mark.parametrize(("model", "formula"), [(Measurements(), None), (Line(), "y ~ poly(x, 2) + site")])
@given(drawn=rows)
@settings(max_examples=20)
def test_weights_are_repeated_rows(model, formula, drawn):
    data = table(drawn)
    data.loc[:7, "weights"] = [1, 2, 1, 1, 3, 1, 2, 1]
    repeated = data.loc[np.repeat(data.index, data["weights"])].drop(columns="weights")
    weighted, spelled_out = (prepare(d, model, formula=formula, columns={}) for d in (data, repeated))
    assert weighted.columns == {**spelled_out.columns, "weights": "weights"}
    assert values(weighted) == values(spelled_out)


@pytest.mark.parametrize(("model", "formula"), [(Measurements(), None), (Line(), "y ~ center(x) + site")])
@given(drawn=rows, holes=st.sets(st.tuples(st.integers(0, 2), st.sampled_from(["y", "x", "site"])), min_size=1))
@settings(max_examples=20)
def test_dropping_missing_rows_is_preparing_the_others(model, formula, drawn, holes):
    data = table([*drawn, *drawn]).drop(columns="weights")
    used = ["y", "x", "site"] if formula else ["y"]
    bad = sorted({row for row, name in holes if name in used})
    holed = data.copy()
    for row, name in holes:
        holed.loc[row, name] = None if name == "site" else np.nan if row else np.inf
    without = prepare(data.drop(index=bad), model, formula=formula)
    dropped = prepare(holed, model, formula=formula, drop_missing=True)
    assert dropped.dropped == len(bad)
    assert without.dropped == 0
    assert values(dropped) == values(without)
    if bad:
        with pytest.raises(DataError, match=f"row.* {bad[0] + 1}.*--drop-missing"):
            prepare(holed, model, formula=formula)


# --- labels


def labelled(group, **options):
    """Codes and names of a column of labels."""
    prepared = prepare(frame(y=np.arange(len(group)), group=group), Patients(), **options).data
    return prepared["group"].tolist(), prepared.coords["group"]


@pytest.mark.parametrize(
    ("group", "codes", "names"),
    [
        (["b", "a", "b"], [0, 1, 0], ("b", "a")),
        (["b ", "a", " b"], [0, 1, 0], ("b", "a")),
        ([3, 1, 3], [0, 1, 0], ("3", "1")),
        ([3.0, 1.5, 3.0], [0, 1, 0], ("3", "1.5")),
        ([3.0, "3", 3], [0, 0, 0], ("3",)),
        ([1e20, 0.1 + 0.2, 0.3], [0, 1, 2], ("100000000000000000000", "0.30000000000000004", "0.3")),
        ([True, False, True], [0, 1, 0], ("True", "False")),
        (pd.Categorical(["b", "a", "b"], categories=["z", "a", "b"]), [0, 1, 0], ("b", "a")),
        (pd.array([7, 2, 7], dtype="Int64"), [0, 1, 0], ("7", "2")),
        ([date(2020, 1, 2), date(2020, 1, 1), date(2020, 1, 2)], [0, 1, 0], ("2020-01-02", "2020-01-01")),
    ],
    ids=["text", "spaces", "whole", "floats", "mixed", "digits", "booleans", "categories", "nullable", "dates"],
)
def test_labels_are_coded_in_the_order_of_their_first_appearance(group, codes, names):
    assert labelled(group) == (codes, names)


def test_labels_that_only_dropped_rows_had_are_forgotten():
    data = frame(y=[np.nan, 1, 2, np.nan, 3], group=["c", "b", "a", "b", None])
    prepared = prepare(data, Patients(), drop_missing=True)
    assert prepared.dropped == 3
    assert (prepared.data["group"].tolist(), prepared.data.coords["group"]) == ([0, 1], ("b", "a"))


@pytest.mark.parametrize("empty", [None, np.nan, " ", np.inf, pd.NA])
def test_a_missing_label_is_a_missing_row(empty):
    with pytest.raises(DataError, match=r"column group has 1 missing or infinite value \(in row 2\)"):
        labelled(["a", empty, "b"])
    assert labelled(["b", empty, "a"], drop_missing=True) == ([0, 1], ("b", "a"))


def test_weights_are_rows_of_the_same_group():
    data = frame(y=[1, 2, 3], group=["b", "z", "a"], weights=[2, 0, 1])
    prepared = prepare(data, Patients()).data
    assert {role: each.tolist() for role, each in prepared.items()} == {"y": [1, 1, 3], "group": [0, 0, 1]}
    assert prepared.coords["group"] == ("b", "a")


# --- interval-censored outcomes


def test_open_ends_of_lifetimes_and_of_other_numbers():
    data = frame(left=[1, None, 3, 0], right=["2", "4", "", "inf"]).replace("", None)
    columns = {"lower": "left", "upper": "right"}
    prepared = prepare(data, Lifetimes(), columns=columns)
    assert values(prepared) == {"lower": [1, 0, 3, 0], "upper": [2, 4, np.inf, np.inf]}
    assert values(prepare(data[:3], Lifetimes(), columns=columns)) == {"lower": [1, 0, 3], "upper": [2, 4, np.inf]}
    assert values(prepare(data[:3], Scores(), columns=columns)) == {"lower": [1, -np.inf, 3], "upper": [2, 4, np.inf]}


def test_bounds_found_by_name_replace_y_and_event():
    data = frame(lower=[1, 2], upper=[1, 3], event=[1, 1])
    assert values(prepare(data, Lifetimes())) == {"lower": [1, 2], "upper": [1, 3]}
    assert set(prepare(data.assign(t=[1, 2]), Lifetimes(), columns={"y": "t"}).data) == {"y", "event"}


def test_a_row_with_two_open_ends_is_a_missing_row():
    data = frame(lower=[1, None, 3], upper=[2, None, None])
    with pytest.raises(DataError, match=r"column lower has 1 missing .* row 2.*--drop-missing"):
        prepare(data, Lifetimes())
    assert values(prepare(data, Lifetimes(), drop_missing=True)) == {"lower": [1, 3], "upper": [2, np.inf]}


# --- sizes


def test_one_row_is_enough_where_it_holds_trials():
    assert values(prepare(frame(y=[73], trials=[100]), Coins())) == {"y": [73], "trials": [100]}


def test_one_row_is_enough_for_the_one_parameter_of_a_count():
    assert prepare(pd.DataFrame({"y": [5], "exposure": [100]}), get("poisson")).data["exposure"].tolist() == [100.0]
    with pytest.raises(DataError, match="give at least 2"):
        prepare(pd.DataFrame({"y": [5]}), get("negative_binomial"))


def test_as_many_rows_as_terms_are_enough_where_they_hold_trials():
    data = frame(dead=[3, 7], trials=[10, 10], treated=[0, 1])
    assert prepare(data, Odds(), formula="dead ~ treated").data["X"].tolist() == [[1, 0], [1, 1]]


def test_weights_may_make_many_rows_of_one():
    data = frame(y=[0, 1], weights=[27, 73])
    assert prepare(data, Coins()).data.n == 100


NAN, INF = float("nan"), float("inf")
BAD = {
    # roles
    "unknown role": (frame(y=[1, 2]), Lifetimes(), {"columns": {"tme": "y"}}, UsageError, ["tme", "y, event, lower"]),
    "missing column": (
        frame(hours=[1, 2], seen=[0, 1]),
        Lifetimes(),
        {"columns": {"y": "hour"}},
        DataError,
        ["no column hour", "did you mean hours?", "hours and seen", "--column y=NAME"],
    ),
    "which is y": (frame(a=[1, 2], b=[3, 4]), Coins(), {}, DataError, ["column for y", "a and b", "--column y=NAME"]),
    "no group": (
        frame(y=[1, 2], site=["a", "b"]),
        Patients(),
        {},
        DataError,
        ["the model patients needs a column for group", "y and site", "--column group=NAME"],
    ),
    "no numeric column": (
        frame(name=["anna", "bob"], town=["x", "y"]),
        Measurements(),
        {},
        DataError,
        ["no numeric column", "name and town", '"anna" in row 1', "code the outcome as numbers"],
    ),
    "same name twice": (
        pd.DataFrame([[1, 2], [3, 4]], columns=["y", "y"]),
        Measurements(),
        {},
        DataError,
        ["more than one column is called y", "own name"],
    ),
    "no rows": (frame(y=[], x=[]), Measurements(), {}, DataError, ["columns (y and x)", "no rows"]),
    "no columns": (pd.DataFrame(), Measurements(), {}, DataError, ["no columns"]),
    # missing
    "missing": (
        frame(y=[1, NAN, 3, INF, NAN, NAN, NAN, NAN]),
        Measurements(),
        {},
        DataError,
        ["column y has 6 missing or infinite values (in rows 2, 4, 5, 6, 7 and 1 more)", "--drop-missing"],
    ),
    "missing in two": (
        frame(y=[1, NAN, 3], event=[1, 0, None]),
        Lifetimes(),
        {},
        DataError,
        ["column y has 1 missing", "row 2", "and column event has 1 missing", "row 3"],
    ),
    "missing covariate": (
        frame(y=[1, 2, 3, 4], site=["a", None, "b", "a"]),
        Line(),
        {"formula": "y ~ site"},
        DataError,
        ["column site has 1 missing or infinite value (in row 2)", "--drop-missing"],
    ),
    "missing in poly": (
        frame(y=[1, 2, 3, 4], x=[1, 2, NAN, 5]),
        Line(),
        {"formula": "y ~ poly(x, 2)"},
        DataError,
        ["column x", "row 3"],
    ),
    "nothing left": (
        frame(y=[1, NAN], event=[NAN, 1]),
        Lifetimes(),
        {"drop_missing": True},
        DataError,
        ["no row is complete", "column y", "column event"],
    ),
    # values
    "text": (
        frame(hours=["1", "2", "abc"]),
        Measurements(),
        {"columns": {"y": "hours"}},
        DataError,
        ['y (column hours) is "abc" in row 3', "not a number", "code it"],
    ),
    "thousands": (frame(y=["1,000", "2"]), Measurements(), {}, DataError, ['"1,000" in row 1']),
    "underscore": (frame(y=["1_000", "2"]), Measurements(), {}, DataError, ['"1_000" in row 1']),
    "word nan": (frame(y=["1", "nan"]), Measurements(), {}, DataError, ['"nan" in row 2']),
    "nested": (frame(y=[[1], [2]]), Measurements(), {}, DataError, ["[1] in row 1"]),
    "complex": (frame(y=[1j, 2]), Measurements(), {}, DataError, ["1j in row 1"]),
    "dates": (frame(y=[date(2020, 1, 1)] * 2), Measurements(), {}, DataError, ["2020-01-01 in row 1", "days since"]),
    "timestamps": (frame(y=pd.to_datetime(["2020-01-01"] * 2)), Measurements(), {}, DataError, ["a date, 2020-01-01"]),
    "negative lifetime": (
        frame(hours=[1, -3.5, 0]),
        Lifetimes(),
        {},
        DataError,
        ["y (column hours) is -3.5 in row 2 (likewise row 3)", "above 0", "correct"],
    ),
    "two in a coin": (frame(y=[0, 1], event=[1, 2]), Lifetimes(), {}, DataError, ["y is 0 in row 1", "above 0"]),
    "event": (
        frame(y=[1, 3], event=[1, 3]),
        Lifetimes(),
        {},
        DataError,
        ["event is 3 in row 2", "0 or 1", "correct the"],
    ),
    "R's event": (frame(y=[1, 3], event=[1, 2]), Lifetimes(), {}, DataError, ["event is 2 in row 2", "so subtract 1"]),
    "half": (frame(y=[1, 0.5]), Coins(), {}, DataError, ["y is 0.5 in row 2", "whole number"]),
    "no trials": (frame(y=[0, 0], trials=[3, 0]), Coins(), {}, DataError, ["trials is 0 in row 2", "1 or above"]),
    "half in a formula": (
        frame(y=[1, 0.5, 0, 1], x=[1, 2, 3, 5]),
        Odds(),
        {"formula": "y ~ x"},
        DataError,
        ["y is 0.5 in row 2"],
    ),
    "log in a formula": (
        frame(y=[1, 1, 0, 1], x=[1, 2, 3, 5]),
        Odds(),
        {"formula": "log(y + 1) ~ x"},
        DataError,
        ["y (column log(y + 1)) is 0.6931471806 in row 1"],
    ),
    "too large": (
        frame(y=[1, 3_000_000_000]),
        Coins(),
        {},
        DataError,
        ["y is 3000000000 in row 2", "2147483647", "sampler", "normal"],
    ),
    "far too large": (frame(y=[10**20, 1]), Coins(), {}, DataError, ["2147483647"]),
    "too large for numbers": (
        pd.DataFrame({"y": np.array([10**400, 1], dtype=object)}),
        Coins(),
        {},
        DataError,
        ["column y has 1 missing or infinite value (in row 1)"],
    ),
    # weights
    "half a weight": (frame(y=[1, 2], weights=[1, 0.5]), Coins(), {}, DataError, ["weights is 0.5 in row 2", "rename"]),
    "negative weight": (frame(y=[1, 2], weights=[1, -1]), Coins(), {}, DataError, ["weights is -1 in row 2"]),
    "no weight": (frame(y=[1, 2], weights=[0, 0]), Coins(), {}, DataError, ["weights are 0 in every row"]),
    "weights too large": (
        frame(y=[1, 2], w=[9_999_999, 2]),
        Coins(),
        {"columns": {"weights": "w"}},
        DataError,
        ["weights (column w) add up to 10000001 rows", "10000000"],
    ),
    "row of a repeated row": (
        frame(y=[1, 2, -1], weights=[5, 0, 2]),
        Coins(),
        {},
        DataError,
        ["y is -1 in row 3, but"],
    ),
    # intervals
    "lower alone": (
        frame(left=[1, 2]),
        Lifetimes(),
        {"columns": {"lower": "left"}},
        DataError,
        ["--column upper=NAME"],
    ),
    "upper alone": (frame(upper=[1, 2]), Lifetimes(), {}, DataError, ["upper is given without lower", "NAME"]),
    "y and lower": (
        frame(y=[1, 2], lower=[1, 2], upper=[2, 3]),
        Lifetimes(),
        {},
        DataError,
        ["y, lower and upper", "--column y=y", "--column lower=lower"],
    ),
    "both asked for": (
        frame(t=[1, 2], a=[1, 2]),
        Lifetimes(),
        {"columns": {"y": "t", "lower": "a"}},
        UsageError,
        ["y and lower were all named", "leave one form out"],
    ),
    "crossed": (
        frame(left=[1, 5], right=[2, 3]),
        Lifetimes(),
        {"columns": {"lower": "left", "upper": "right"}},
        DataError,
        ["lower (left) is 5", "upper (right) is 3", "row 2", "swap"],
    ),
    "infinite exact time": (frame(lower=[1, INF], upper=[2, INF]), Lifetimes(), {}, DataError, ["row 2"]),
    "negative bound": (frame(lower=[-1, 1], upper=[2, 3]), Lifetimes(), {}, DataError, ["lower is -1 in row 1"]),
    # formulas
    "no formula": (
        frame(age=[1, 2], weight=[3, 4], sex=["f", "m"]),
        Line(),
        {},
        UsageError,
        ["needs a formula", '--formula "age ~ weight + sex"'],
    ),
    "no formula but y": (
        pd.DataFrame({"my age": [1, 2], "weight": [3, 4]}),
        Line(),
        {"columns": {"y": "weight"}},
        UsageError,
        ['--formula "weight ~ `my age`"'],
    ),
    "formula unwanted": (
        frame(y=[1, 2]),
        Measurements(),
        {"formula": "y ~ 1"},
        UsageError,
        ["measurements takes no formula", '"y ~ 1"', "leave it out", "--column y=NAME"],
    ),
    "two outcomes": (
        frame(y=[1, 2, 4], z=[1, 2, 3], x=[1, 2, 4]),
        Line(),
        {"formula": "y ~ x", "columns": {"y": "z"}},
        UsageError,
        ["y=z", '"y ~ x"', "leave out the column"],
    ),
    "as many terms as rows": (
        frame(y=[1, 2], x=[3, 4]),
        Line(),
        {"formula": "y ~ x"},
        DataError,
        ["2 rows", "2 terms", "Intercept and x", "fewer terms"],
    ),
    # sizes
    "one row": (frame(y=[1]), Measurements(), {}, DataError, ["one row", "at least 2"]),
    "one row in a formula": (frame(y=[1], x=[2]), Line(), {"formula": "y ~ x"}, DataError, ["one row"]),
    "one trial": (frame(y=[1], trials=[1]), Coins(), {}, DataError, ["one row"]),
    "one row left": (frame(y=[1, NAN]), Measurements(), {"drop_missing": True}, DataError, ["one row"]),
    "constant": (frame(y=[3, 3]), Measurements(), {}, DataError, ["every y is the same."]),
}


@pytest.mark.parametrize(("data", "model", "options", "kind", "fragments"), BAD.values(), ids=BAD)
def test_bad_data_get_one_sentence(data, model, options, kind, fragments):
    with pytest.raises(kind) as error:
        prepare(data, model, **options)
    sentence = str(error.value)
    assert [part for part in fragments if part not in sentence] == [], sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_the_largest_count_is_accepted():
    assert values(prepare(frame(y=[2**31 - 1, 1], trials=[2**31 - 1, 1]), Coins()))["y"] == [2**31 - 1, 1]


def test_the_frame_is_left_as_it_was():
    data = frame(y=[1.0, NAN, 3], weights=[1, 1, 2])
    before = data.copy()
    prepare(data, Measurements(), drop_missing=True)
    pd.testing.assert_frame_equal(data, before)

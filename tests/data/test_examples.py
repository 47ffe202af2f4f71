import pandas as pd
import pytest

from mle_vs_bayes.data.reading import examples
from mle_vs_bayes.data.reading.read import read
from mle_vs_bayes.errors import UsageError


def test_heart_has_the_columns_that_readme_names():
    heart = read("example:heart")
    assert list(heart.columns) == ["survival", "censors", "age"]
    assert len(heart) == 69


@pytest.mark.parametrize("name", examples.names())
def test_every_example_is_a_table_with_numbers_and_plain_rows(name):
    frame = examples.load(name)
    assert len(frame) > 1
    assert isinstance(frame.index, pd.RangeIndex)
    assert frame.columns.is_unique
    assert len(frame.select_dtypes("number").columns) > 0


def test_rows_named_in_the_source_keep_their_names_in_a_column():
    assert examples.load("statecrime")["state"][0] == "Alabama"


def test_unknown_name_shows_the_nearest_and_the_list():
    with pytest.raises(UsageError) as error:
        read("example:hart")
    assert '"hart"' in str(error.value)
    assert "did you mean heart?" in str(error.value)
    assert all(name in str(error.value) for name in examples.names())

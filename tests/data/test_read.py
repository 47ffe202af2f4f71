import contextlib
import gzip
import io
import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mle_vs_bayes.data.reading.read import read
from mle_vs_bayes.errors import DataError

names = st.lists(st.sampled_from(["y", "x 1", "événement", "a.b", "lower", "t_2"]), min_size=1, unique=True)
words = st.text("abcXé,;\"' -", min_size=1, max_size=8).map(lambda s: s.strip() or "a").map(lambda s: f"w{s}")
columns = (
    st.lists(st.integers(-(2**53), 2**53), min_size=3, max_size=3)
    | st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.none(), min_size=3, max_size=3)
    | st.lists(words | st.none(), min_size=3, max_size=3)
    | st.lists(st.booleans(), min_size=3, max_size=3)
)


@st.composite
def tables(draw):
    return {name: draw(columns) for name in draw(names)}


def as_bytes(table, ending):
    frame, buffer = pd.DataFrame(table), io.BytesIO()
    if ending == ".parquet":
        frame.to_parquet(buffer)
        return buffer.getvalue()
    if ending == ".json":
        return json.dumps(table).encode()
    if ending == ".records.json":
        return json.dumps([dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]).encode()
    return frame.to_csv(sep="\t" if ending == ".tsv" else ",", index=False).encode()


def plain(frame):
    """Columns as lists with None where missing, whatever dtype pandas chose."""
    return {name: [None if pd.isna(value) else value for value in frame[name]] for name in frame.columns}


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".parquet", ".json", ".records.json"])
@given(table=tables())
@settings(max_examples=40, deadline=None)
def test_what_is_written_is_read_back_to_the_last_digit(tmp_path_factory, ending, table):
    path = tmp_path_factory.getbasetemp() / f"table{ending}"
    path.write_bytes(as_bytes(table, ending))
    assert plain(read(str(path))) == plain(pd.DataFrame(table))


TABLE = {"hours": [1.5, 2.25, 3.0], "seen": [1, 0, 1], "site": ["a", "b", None]}


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".json", ".parquet"])
@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_ending_and_compression_in_any_case(tmp_path, ending, case):
    path = tmp_path / case(f"table{ending}.gz")
    path.write_bytes(gzip.compress(as_bytes(TABLE, ending)))
    assert plain(read(str(path))) == TABLE


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".json", ".records.json"])
def test_standard_input_is_told_apart_by_content(monkeypatch, ending):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(as_bytes(TABLE, ending))))
    assert plain(read("-")) == TABLE


def test_json_as_pandas_writes_it(tmp_path):
    path = tmp_path / "t.json"
    pd.DataFrame(TABLE).to_json(path)
    assert plain(read(str(path))) == TABLE


def test_a_named_index_in_parquet_is_a_column(tmp_path):
    path = tmp_path / "t.parquet"
    pd.DataFrame(TABLE).set_index("hours").to_parquet(path)
    assert set(read(str(path)).columns) == set(TABLE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y, x\n1, a\n2, \n", {"y": [1, 2], "x": ["a", None]}),
        ("\ufeffy\r\n1\r\n2\r\n", {"y": [1, 2]}),
        ("y\r1\r2\r", {"y": [1, 2]}),
        ("\ny\n1\n\n2\n\n", {"y": [1, None, 2]}),
        ("y,x\n1,2\n\n3,4\n", {"y": [1, 3], "x": [2, 4]}),
        ("y,x\n1\n3,4\n", {"y": [1, 3], "x": [None, 4]}),
        ("y,x,\n1,2,\n", {"y": [1], "x": [2], "unnamed_3": [None]}),
        ("sep=,\r\ny,x\r\n1,a\r\n2,b\r\n", {"y": [1, 2], "x": ["a", "b"]}),
        ("\ufeffSEP=;\ny;x\n1;2\n3;4\n", {"y": [1, 3], "x": [2, 4]}),
        ('"sep=,"\ny,x\n1,2\n', {"y": [1], "x": [2]}),
        ("sep=,,\ny,x,z\n1,2,3\n", {"y": [1], "x": [2], "z": [3]}),
        ("y\n1e400\n-inf\n", {"y": [float("inf"), float("-inf")]}),
        ('"Größe (cm)";y\n1,5;2\n;3\n', {"Größe (cm)": [1.5, None], "y": [2, 3]}),
        ("Alter, Jahre;y\n30;1,25\n31;-2,5e3\n", {"Alter, Jahre": [30, 31], "y": [1.25, -2500.0]}),
        ("y;x\n1.234,5;a,b\n1 234 567,25;c\n", {"y": [1234.5, 1234567.25], "x": ["a,b", "c"]}),
        ("y;x\n1,234;1.5\n2,345;2\n", {"y": [1.234, 2.345], "x": [1.5, 2.0]}),
        ('y,x\n"1.234,5",a\n7,b\n', {"y": [1234.5, 7.0], "x": ["a", "b"]}),
        ('y,x\n"1,234.5",a\n7,b\n', {"y": [1234.5, 7.0], "x": ["a", "b"]}),
        ('y,x\n"1,234","2,5"\n7,8\n', {"y": ["1,234", "7"], "x": [2.5, 8.0]}),
        ("y\tx\n1\t2\n", {"y": [1], "x": [2]}),
        ("y\tx, cm\n1\t2,5\n", {"y": [1], "x, cm": [2.5]}),
        ("a;b;c\n1;2\n3;4;5\n", {"a": [1, 3], "b": [2, 4], "c": [None, 5]}),
    ],
    ids=[
        *("spaces", "windows", "old mac", "blank is missing", "blank line", "short row", "comma at end"),
        *("excel", "excel semicolon", "excel quoted", "excel padded", "infinite"),
        *("semicolons", "comma in a name", "thousands", "decimals of three digits", "quoted", "quoted, in English"),
        *("undecided stays text", "tabs", "tabs and decimal commas", "short row of semicolons"),
    ],
)
def test_untidy_but_clear_csv(tmp_path, text, expected):
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode())
    assert plain(read(str(path))) == expected


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("ending", [".csv", ".tsv", ".txt", ".json", "-"])
def test_what_has_a_byte_order_mark_is_read_by_it(tmp_path, monkeypatch, encoding, ending):
    text = '[{"Größe": 1.5, "y": 2}]' if ending == ".json" else "Größe\ty\n1.5\t2\n"
    path = tmp_path / f"t{ending}"
    path.write_bytes(text.encode(encoding))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode(encoding))))
    assert plain(read("-" if ending == "-" else str(path))) == {"Größe": [1.5], "y": [2]}


BAD = {
    "empty": ("t.csv", b"", ["t.csv is empty", "column names"]),
    "blank": ("t.tsv", b" \n\n", ["is empty"]),
    "mark only": ("t.csv", b"\xef\xbb\xbf", ["is empty"]),
    "header only": ("t.csv", b"hours,seen\n", ["hours and seen", "no rows", "add rows"]),
    "no columns": ("t.json", b"[]", ["neither columns nor rows"]),
    "long row": ("t.csv", b"a,b\n1,2\n3,4,5\n", ["line 3", "correct"]),
    "all rows long": ("t.csv", b"a,b\n1,2,3\n4,5,6\n", ["2 columns (a and b)", "more cells", "correct"]),
    "open quote": ("t.csv", b'a,b\n1,"2\n3,4\n', ["EOF inside string", "correct"]),
    "numbers as header": ("t.csv", b"1.5,2\n3,4\n", ['"1.5, 2"', "add a line of names"]),
    "semicolons and no rows": ("t.csv", b'"a";b\n', ["columns (a and b) but no rows"]),
    "1234 or 1.234": ("t.csv", b"a;b\n1,5;2\n2,5;1.234\n", ["1.234 in row 2 of column b", "1234 or 1,234", "write"]),
    "names twice": ("t.csv", b"y,x,y\n1,2,3\n", ["column y", "1 and 3", "own name"]),
    "latin 1": ("t.csv", "y\nM\u00fcller\n".encode("latin-1"), ["0xfc", "position 3", "UTF-8"]),
    "cut utf-16": ("t.csv", "y\n1\n".encode("utf-16")[:-1], ["UTF-16", "position 8", "save it as UTF-8"]),
    "broken json": ("t.json", b'[{"y": 1},', ["line 1 column 11", "correct"]),
    "json of scalars": ("t.json", b'{"y": 1}', ['{"y": 1}', "records", "columns"]),
    "json list": ("t.json", b"[1, 2]", ["[1, 2]", "records"]),
    "json number": ("t.json", b"3", ["holds 3", "records"]),
    "json lengths": ("t.json", b'{"y": [1, 2], "x": [1]}', ["y has 2", "x has 1", "equally long"]),
    "json key twice": ("t.json", b'[{"y": 1, "y": 2}]', ["name y occurs twice"]),
    "json too deep": ("t.json", b"[" * 100_000, ["not valid JSON"]),
    "not parquet": ("t.parquet", b"hello", ["Parquet", "write it again"]),
    "cut parquet": ("t.parquet", as_bytes(TABLE, ".parquet")[:-10], ["Parquet"]),
    "not gzip": ("t.csv.gz", b"y\n1\n", ["gzip", "compress it again"]),
    "cut gzip": ("t.csv.gz", gzip.compress(b"y\n1\n")[:-6], ["gzip"]),
    "unknown ending": ("t.xlsx", b"y\n1\n", ['".xlsx"', ".csv, .tsv, .txt, .json and .parquet", "save"]),
    "no ending": ("table", b"y\n1\n", ['""', ".csv"]),
}


@pytest.mark.parametrize(("name", "content", "fragments"), BAD.values(), ids=BAD)
def test_bad_file_gets_one_sentence(tmp_path, name, content, fragments):
    path = tmp_path / name
    path.write_bytes(content)
    assert_one_sentence(str(path), [*fragments, str(path)])


def test_missing_file_names_its_neighbour(tmp_path):
    (tmp_path / "lifetimes.csv").write_text("y\n1\n")
    assert_one_sentence(str(tmp_path / "lifetime.csv"), ["no file", "lifetime.csv", "did you mean lifetimes.csv?"])


def test_directory_and_impossible_path(tmp_path):
    (tmp_path / "data.csv").mkdir()
    assert_one_sentence(str(tmp_path / "data.csv"), ["is a directory", "name a file in it"])
    assert_one_sentence("a\0b.csv", ["cannot be read"])


def test_empty_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert_one_sentence("-", ["standard input is empty"])


@given(content=st.binary(max_size=60), ending=st.sampled_from([".csv", ".tsv", ".json", ".parquet", ".csv.gz"]))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_a_traceback(tmp_path_factory, content, ending):
    path = tmp_path_factory.getbasetemp() / f"t{ending}"
    path.write_bytes(content)
    with contextlib.suppress(DataError):
        assert len(read(str(path))) > 0


def assert_one_sentence(source, fragments):
    with pytest.raises(DataError) as error:
        read(source)
    sentence = str(error.value)
    assert [part for part in fragments if part not in sentence] == []
    assert sentence.endswith(".")
    assert "\n" not in sentence

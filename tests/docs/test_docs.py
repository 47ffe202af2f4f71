"""What the documentation says is run, and what it shows is what comes out."""

import re
import sys
from pathlib import Path

import pytest

from .pages import run_page

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").glob("*.md"))


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """An empty working directory from which Python imports, as it does for a person; nothing stays imported."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [name for name, module in sys.modules.items() if str(tmp_path) in str(getattr(module, "__file__", ""))]:
        del sys.modules[name]


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_runs_and_shows_what_comes_out(page):
    run_page(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_readme_leads_to_every_page():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES if f"(docs/{page.name})" not in readme] == []


FAITHFUL = """
```python
print("estimate 0.737 of the", "coin")
```
```text
estimate 0.74 of the coin
```
```csv file=coin.csv
y
1
0
```
```sh
mle-vs-bayes compare bernoulli coin.csv --estimator mle
mle-vs-bayes compare nothing coin.csv  # exit code 2
```
```text
bernoulli · n = 2 · y = y · seed 0
…
mle-vs-bayes: there is no model "nothing"; run `mle-vs-bayes models` for the list, or write it in PyMC.
```
"""


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("true", "mutant"),
    [
        pytest.param("", "", id="faithful"),
        pytest.param("0.74", "0.78", id="number"),
        pytest.param("of the coin", "of a coin", id="word"),
        pytest.param("n = 2", "n = 3", id="size"),
        pytest.param("exit code 2", "exit code 1", id="exit code"),
        pytest.param("bernoulli coin.csv", "bernoulli coins.csv", id="file"),
        pytest.param("…\nmle-vs-bayes:", "mle-vs-bayes:\nbernoulli", id="order"),
        pytest.param('print("estimate', 'assert False, print("estimate', id="code"),
    ],
)
def test_mutant_page_is_found_out(true, mutant):
    page = FAITHFUL.replace(true, mutant, 1) if true else FAITHFUL
    if not true:
        return run_page(page)
    with pytest.raises(AssertionError):
        run_page(page)
    return None

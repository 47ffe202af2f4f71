"""The house keeps its shape: linters agree, sizes stay small, every leaf is listed, importing is cheap."""

import ast
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from mle_vs_bayes.models import MODELS

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mle_vs_bayes"
MODULES = sorted([*PACKAGE.rglob("*.py"), *ROOT.glob("studies/*/*.py")])
LEAVES = sorted(path for path in PACKAGE.glob("models/*.py") if not path.stem.startswith("_"))
HEAVY = ["arviz", "arviz_plots", "matplotlib", "pandas", "pymc", "pytensor", "scipy.stats", "statsmodels"]
TEST_COMMAND = "python3 -m pip install uv && python3 -m uv run pytest"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python(*arguments):
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def git(*arguments):
    """What git prints; a checkout owned by another user is trusted."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "-c", f"safe.directory={ROOT}", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def short(path):
    return str(path.relative_to(ROOT))


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def spans(nodes):
    """The line numbers that these statements cover."""
    return {line for node in nodes for line in range(node.lineno, node.end_lineno + 1)}


def code_lines(path, within=None, without_imports=False):
    """How many lines of a file (or of one node in it) hold code: no blank, comment or docstring."""
    code = lines_with_code(path, without_imports)
    return len(code & spans([within]) if within else code)


@cache
def lines_with_code(path, without_imports):
    """The line numbers of a file that hold code."""
    nodes = list(ast.walk(tree_of(path)))
    strings = [n for n in nodes if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)]
    imports = [n for n in nodes if without_imports and isinstance(n, ast.Import | ast.ImportFrom)]
    text = path.read_text(encoding="utf-8").splitlines()
    written = {i for i, line in enumerate(text, start=1) if line.strip() and not line.lstrip().startswith("#")}
    return written - spans([*strings, *imports])


def functions():
    """``file:line name`` → lines of code, for every function and method."""
    nodes = [(path, node) for path in MODULES for node in ast.walk(tree_of(path)) if isinstance(node, Function)]
    return {f"{short(path)}:{node.lineno} {node.name}": code_lines(path, node) for path, node in nodes}


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["-c", "from importlinter.cli import lint_imports_command as m; m()", "--no-logo"], id="imports"),
        pytest.param(["-m", "ruff", "check"], id="lint"),
        pytest.param(["-m", "ruff", "format", "--diff"], id="format"),
        pytest.param(["-m", "mypy"], id="types"),
    ],
)
def test_tool_finds_nothing(arguments):
    run = python(*arguments)
    assert run.returncode == 0, run.stdout + run.stderr


def names_in(path):
    """All names that a file's code holds, and that of the file itself and of its folder."""
    found = {path.stem, path.parent.name}
    for node in ast.walk(tree_of(path)):
        found |= {str(getattr(node, field)) for field in ("name", "id", "attr", "arg") if hasattr(node, field)}
    return {part for name in found for part in name.split(".")}


def test_docstrings_name_what_there_is():
    """In single backticks stand names of ours, and a test is named as it is called: renaming leaves none behind."""
    known = set().union(*map(names_in, [*MODULES, *ROOT.glob("tests/**/*.py")]))
    lost = []
    for path in MODULES:
        texts = [
            node.value.value
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        ]
        for text in texts:
            single = re.findall(r"(?<!`)`([\w./]+)`(?!`)", re.sub("``.*?``", "", text, flags=re.DOTALL))
            tests = [name for name in re.findall(r"\btest_\w+", text) if name != "test_my_model"]
            parts = {part for name in [*single, *tests] for part in re.split("[./]", name.removesuffix(".py")) if part}
            lost += [f"{short(path)}: {part}" for part in sorted(parts - known)]
    assert lost == []


def test_modules_are_short():
    lengths = {short(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def entries(folder):
    """The modules and subfolders of a folder of the package."""
    modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    return [*modules, *(path for path in folder.iterdir() if path.is_dir() and any(path.glob("*.py")))]


def test_folders_are_small():
    """At most twelve ideas in one place; the root and the catalogue are lists, and may be longer."""
    folders = [path for path in PACKAGE.rglob("*") if path.is_dir() and "models" not in path.parts]
    crowded = {short(path): len(entries(path)) for path in folders if len(entries(path)) > 12}
    assert crowded == {}


def module_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path, tree, modules):
    """The ``modules`` of this package that a file imports, at its head or in a function; not for annotations alone."""
    above = path.relative_to(ROOT).with_suffix("").parts[:-1]
    branches = [n for n in ast.walk(tree) if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"]
    aside = {id(node) for branch in branches for node in ast.walk(branch)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and id(node) not in aside:
            package = ".".join([*above[: len(above) + 1 - node.level], *filter(None, [node.module])])
            full = package if node.level else node.module
            for name in node.names:
                yield from [each for each in (f"{full}.{name.name}", full) if each in modules][:1]


def circles(edges):
    """A circle among these modules and what each imports, its first module again at its end; or none."""
    order = TopologicalSorter(edges)
    try:
        order.prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_no_circle_between_files():
    """What a circle holds can only be read as a whole; an import inside a function counts."""
    paths = {module_of(path): path for path in PACKAGE.rglob("*.py")}
    edges = {name: {*imported(path, tree_of(path), paths)} - {name} for name, path in paths.items()}
    assert sum(map(len, edges.values())) > 1000  # the imports are seen
    assert circles(edges) == []
    # Mutant: the lazy import that closed a circle of nine files.
    plain = PACKAGE / "models" / "trunks" / "plain.py"
    lazy = ast.parse("def with_groups(self):\n    from .mixed.families import grouped")
    assert circles(edges | {module_of(plain): {*imported(plain, lazy, paths)}}) != []


KINDS = {"ModelDensity", "ProgramDensity", "ProgramModel", "ProgramPrior"}


def kinds_asked_for(tree):
    """Lines that ask an object which kind of density, model or prior it is."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    asked = [node for node in calls if node.func.id in ("isinstance", "issubclass") and len(node.args) == 2]
    return [node.lineno for node in asked if KINDS & {n.id for n in ast.walk(node.args[1]) if isinstance(n, ast.Name)}]


def test_nobody_outside_asks_whether_a_density_is_of_a_program():
    """Both kinds answer the same questions (`density.density.Density`); only `program` tells what it was given."""
    outside = [path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE / "program"]
    assert {short(path): lines for path in outside if (lines := kinds_asked_for(tree_of(path)))} == {}
    assert kinds_asked_for(ast.parse("if isinstance(density, ProgramDensity | Other): pass")) == [1]


def test_functions_are_short():
    lengths = functions()
    assert {name: length for name, length in lengths.items() if length > 50} == {}
    long = {name: length for name, length in lengths.items() if length >= 30}
    assert len(long) <= 0.1 * len(lengths), long


def test_every_leaf_is_listed_and_every_listed_leaf_is_there():
    assert {path.stem for path in LEAVES} == set(MODELS)


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda path: path.stem)
def test_leaf_is_one_small_model(leaf):
    classes = [node.name for node in tree_of(leaf).body if isinstance(node, ast.ClassDef)]
    assert classes == [MODELS.get(leaf.stem)]
    assert code_lines(leaf, without_imports=True) <= 45


LIGHT = ["mle_vs_bayes", "mle_vs_bayes.cli", "mle_vs_bayes.testing", "mle_vs_bayes.pytest_plugin"]


@pytest.mark.parametrize("module", [*LIGHT, *(f"mle_vs_bayes.models.{m}" for m in MODELS)])
def test_import_is_light(module):
    run = python("-c", f"import sys, {module}; print(*sorted({set(HEAVY)} & set(sys.modules)))")
    assert (run.returncode, run.stdout.split()) == (0, []), run.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["compare", "--help"],
        ["check", "--help"],
        ["models"],
        ["models", "weibull"],
        ["study", "run", "--help"],
        ["study", "list"],
        ["study", "summarise", "--help"],
    ],
    ids=" ".join,
)
def test_command_answers_without_heavy_libraries(arguments):
    run = python("-X", "importtime", "-m", "mle_vs_bayes", *arguments)
    loaded = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines()}
    assert run.returncode == 0, run.stderr
    assert loaded & set(HEAVY) == set()


def test_ci_runs_the_command_of_the_readme():
    ci = ROOT / ".ci" / "run"
    assert TEST_COMMAND in (ROOT / "README.md").read_text(encoding="utf-8")
    assert ci.read_text(encoding="utf-8").splitlines()[-1] == TEST_COMMAND
    assert os.access(ci, os.X_OK)


def test_no_file_names_a_package_registry():
    hosts = [".".join(parts).encode() for parts in (("pypi", "org"), ("files", "pythonhosted", "org"))]
    files = [
        ROOT / name for name in git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0") if name
    ]
    assert [short(f) for f in files if f.is_file() and any(host in f.read_bytes() for host in hosts)] == []


def test_lock_file_is_not_tracked():
    assert git("ls-files", "uv.lock") == ""

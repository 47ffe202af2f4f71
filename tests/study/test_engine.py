"""Workers that die, estimators that raise, orders of work, a Dask cluster: the rows do not know."""

import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
from pathlib import Path

import pandas
import pytest

from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.report.pages.render import summary
from mle_vs_bayes.study.judge.results import leave
from mle_vs_bayes.study.keep import plan_file
from mle_vs_bayes.study.plan import cells, plan, seeds
from mle_vs_bayes.study.run import cluster as clusters
from mle_vs_bayes.study.run import unit
from mle_vs_bayes.study.run.cluster import ClusterCrew
from mle_vs_bayes.study.run.run import RunRequest
from mle_vs_bayes.study.run.run import run as run_study
from mle_vs_bayes.study.run.watch import Watch
from mle_vs_bayes.study.vocabulary import source


def rows_of(folder):
    return pandas.read_parquet(sorted((folder / "rows").glob("*.parquet")))


def test_units_are_pure_functions_whatever_their_order(desk):
    found = source.find(str(desk.write()))
    planned = plan.design(found, seed=0, request={}, command="")
    jobs = list(planned.jobs(found))
    first = {job.name: unit.run(job).files["rows"] for job in jobs}
    random.Random(0).shuffle(jobs)
    assert {job.name: unit.run(job).files["rows"] for job in jobs} == first


def test_mutant_a_generator_shared_between_replicates_is_noticed(desk, monkeypatch):
    """The check above can fail: seeds that follow the order of work give other rows in another order."""
    found = source.find(str(desk.write()))
    jobs = list(plan.design(found, seed=0, request={}, command="").jobs(found))
    shared = seeds.generator(0, "data")
    monkeypatch.setattr(seeds, "generator", lambda *key: shared)
    first = {job.name: unit.run(job).files["rows"] for job in jobs}
    assert {job.name: unit.run(job).files["rows"] for job in reversed(jobs)} != first


DEADLY = """
def deadly(data):
    import os
    if abs(data["y"][0] - {value!r}) < 1e-9:
        os._exit(9)
    return {{"mu": data["y"].mean()}}
"""


def test_a_unit_that_kills_its_worker_is_failed_rows_and_the_others_are_there(desk):
    text = desk.write().read_text(encoding="utf-8")
    found = source.find(str(desk.folder / "tiny.py"))
    job = next(iter(plan.design(found, seed=0, request={}, command="").jobs(found, range(2, 3))))
    setting = cells.setting_of(found.study, job.cell)
    value = float(cells.data_sets(setting, 0, [job.first + 3])[0][0]["y"][0])
    text = text.replace("\nstudy =", DEADLY.format(value=value) + "\n\nstudy =").replace("[mean]", "[deadly]")
    outcome = run_study(source.find(str(desk.write(text, "deadly.py"))), desk.folder / "out", RunRequest(workers=2))
    rows = rows_of(desk.folder / "out")
    lost = rows[rows["status"] == "failed"]
    assert set(lost["replicate"]) == set(range(job.first, job.first + 10))
    assert set(lost["n"]) == {job.cell.n}
    assert lost["reason"].unique().tolist() == ["its worker process died 3 times"]
    assert len(rows) == 80
    assert (outcome.fits, outcome.failed) == (80, 10)
    assert leave(outcome).of_concern  # 12.5 % is more than 5 %


RAISING = """
def raising(data):
    if abs(data["y"][0] * 1e4) % 100 < 3:
        raise ArithmeticError("three in\\na hundred")
    return mean(data)
"""


def test_an_estimator_that_raises_is_a_row_with_the_reason_and_coverage_is_told_both_ways(desk):
    text = desk.write().read_text(encoding="utf-8").replace("\nstudy =", RAISING + "\n\nstudy =")
    text = text.replace("[mean]", "[mean, raising]").replace("replicates=40", "replicates=200")
    path = desk.write(text.replace("batch=10", "batch=100"), "raising.py")
    outcome = run_study(source.find(str(path)), desk.folder / "out", RunRequest(workers=1))
    rows = rows_of(desk.folder / "out")
    failed = rows[rows["status"] == "failed"]
    assert 0 < len(failed) == outcome.failed < 0.05 * outcome.fits
    assert failed["reason"].unique().tolist() == ["ArithmeticError: three in a hundred"]
    assert set(failed["estimator"]) == {"raising"}
    assert failed["truth"].notna().all() and failed["estimate"].isna().all()
    results = leave(outcome)
    assert not results.of_concern
    assert summary((desk.folder / "out" / "index.html").read_text(encoding="utf-8"))["word"] == results.verdict
    own = results.table[(results.table["estimator"] == "raising") & (results.table["measure"] == "coverage")]
    assert (own["used"] + own["failed"] == 200).all()
    assert own["failed"].sum() == len(failed)
    code, out, _ = desk.run("status", "out")
    assert (code, f"failed {len(failed)} times: ArithmeticError: three in a hundred" in out) == (0, True)
    one = failed.iloc[0]
    code, out, err = desk.run("replicate", "out", f"normal/default/{one['n']}/{one['replicate']}")
    assert code == 0, err
    assert "raising raised:" in out and 'raise ArithmeticError("three in\\na hundred")' in out
    assert out.count("estimator=mean") == 2  # then and now
    assert len(set(re.findall(r"estimator=mean, .*estimate=(\S+),", out))) == 1


def test_more_than_five_percent_of_failed_fits_and_failed_predictions_exit_with_1(desk):
    text = desk.write().read_text(encoding="utf-8")
    wrong = text.replace("slope=-0.5, within=0.5", "slope=0.5, within=0.1")
    desk.write(
        wrong.replace("    n=[10, 40]", '    answer="It grows.",\n    remark="Means do not.",\n    n=[10, 40]'),
        "wrong.py",
    )
    code, out, _ = desk.run("run", "wrong.py", "--out", "wrong")
    assert (code, "verdict: does not hold" in out) == (1, True)
    told = json.loads((desk.folder / "wrong" / "verdict.json").read_text(encoding="utf-8"))
    assert (told["answer"], told["remark"]) == ("", "Means do not.")
    raising = text.replace('    y = data["y"]', '    y = data["y"]\n    if y[0] < 0:\n        raise ValueError')
    desk.write(raising, "lost.py")
    code, out, _ = desk.run("run", "lost.py", "--out", "lost")
    assert (code, "fits failed" in out) == (1, True)


def test_target_mcse_stops_each_cell_by_itself_and_tells_what_was_reached(desk):
    """RMSE/n: the MCSE of a mean's bias is sd/√(nR), so the cell of n = 10 needs about four times the batches."""
    code, out, err = desk.run("run", "tiny.py", "--out", "out", "--target-mcse", "bias=0.1", "--replicates", "200")
    assert code in (0, 1), out + err
    reached = {int(n): (int(r), float(e)) for n, r, e in re.findall(r"default/(\d+): (\d+) rep.*bias ([\d.]+)", err)}
    files = {n: len(list((desk.folder / "out" / "rows").glob(f"*-n{n}-*"))) for n in (10, 40)}
    assert {n: 10 * count for n, count in files.items()} == {n: replicates for n, (replicates, _) in reached.items()}
    assert files[10] > files[40] >= 1
    assert all(error <= 0.1 for _, error in reached.values())
    again = desk.run("resume", "out")[2]
    assert re.findall(r"default/.*", again) == re.findall(r"default/.*", err)


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers, each a process of its own; their address and the workers' processes."""
    environment = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "3"}
    dask = [str(Path(sys.executable).with_name("dask"))]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path, "env": environment}
    place = tmp_path / "scheduler.json"
    common = ["--scheduler-file", str(place), "--no-dashboard"]
    processes = [subprocess.Popen([*dask, "scheduler", *common, "--port", "0", "--host", "127.0.0.1"], **quiet)]
    worker = [*dask, "worker", *common, "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1"]
    processes += [subprocess.Popen(worker, **quiet) for _ in range(2)]
    yield place, processes[1:]
    for process in processes:
        process.kill()
        process.wait()


def address(desk, place):
    """The scheduler's, from the file that it writes."""
    desk.wait_for(place.exists)
    return json.loads(place.read_text(encoding="utf-8"))["address"]


def test_dask_with_a_worker_killed_mid_chunk_gives_the_same_rows(desk, held, cluster, undisturbed):
    place, workers = cluster
    desk.write(held)
    process = desk.start("run", "tiny.py", "--out", "out", "--scheduler", address(desk, place))
    desk.wait_for(lambda: desk.held() and desk.hashes("out", "ledger", "*.json"))
    assert process.poll() is None
    next(worker for worker in workers if worker.pid in desk.held()).kill()
    desk.let_go()
    out, err = process.communicate(timeout=desk.patience)
    assert process.returncode == 0, out + err
    assert {table: desk.hashes("out", table) for table in undisturbed} == undisturbed


def test_a_scheduler_that_does_not_answer_is_a_sentence(desk):
    desk.write()
    code, _, err = desk.run("run", "tiny.py", "--scheduler", "tcp://127.0.0.1:9", "--patience", "0.3")
    assert (code, "no Dask scheduler answers at tcp://127.0.0.1:9" in err) == (2, True)


def test_rows_are_read_with_one_glob_by_pandas_polars_and_duckdb(finished):
    import duckdb
    import polars

    glob = str(finished.folder / "out" / "rows" / "*.parquet")
    mean = rows_of(finished.folder / "out")["estimate"].mean()
    assert polars.read_parquet(glob)["estimate"].mean() == pytest.approx(mean, rel=1e-12)
    found = duckdb.sql(f"select count(*), avg(estimate) from '{glob}'").fetchall()[0]
    assert found == (80, pytest.approx(mean, rel=1e-12))
    assert plan_file.load(finished.folder / "out").seed == 0


KILLING = """
import os
from mle_vs_bayes.study import Scenario, Study


def fatal(data):
    if data.n == 11:
        os._exit(1)
    return {"mu": data["y"].mean()}


study = Study(n=(10, 11, 12), models=["normal"], replicates=20, batch=10, estimators=[fatal], estimands=["mu"])
"""


def test_dask_with_a_unit_that_kills_every_worker_ends_with_its_rows_and_the_others_there(desk, patience):
    """Processes that Dask starts again: the deadly cell is failed rows with the reason, the others are done."""
    import dask
    from distributed import LocalCluster

    desk.write(KILLING)
    options = {
        "n_workers": 2,
        "threads_per_worker": 1,
        "processes": True,
        "dashboard_address": None,
        "silence_logs": 50,
    }
    settings = {
        "distributed.deploy.lost-worker-timeout": patience,  # else the cluster itself gives up after 15 seconds
        "distributed.scheduler.allowed-failures": 1,
    }
    with dask.config.set(settings), LocalCluster(**options) as cluster:
        code, out, err = desk.run("run", "tiny.py", "--out", "out", "--scheduler", cluster.scheduler_address)
    assert code == 1, out + err  # a third of the fits has failed
    rows = rows_of(desk.folder / "out")
    lost = rows[rows["n"] == 11]
    assert len(rows) == 60 and rows[rows["n"] != 11]["estimate"].notna().all()
    assert lost["estimate"].isna().all() and lost["reason"].str.contains("Dask workers died").all()
    assert "Traceback" not in err


class Killer(Watch):
    """Kills all workers of a cluster when the first unit is finished."""

    def __init__(self, workers):
        self.workers = workers

    def progress(self, progress):
        for worker in self.workers if progress.fresh else ():
            worker.kill()


def test_dask_without_workers_left_is_a_sentence_and_a_study_to_go_on_with(desk, held, cluster, patience, monkeypatch):
    """The workers are waited for at first, and not at all once they are lost."""
    place, workers = cluster
    study = source.find(str(desk.write(held)))
    monkeypatch.chdir(desk.folder)
    monkeypatch.setattr(clusters, "ClusterCrew", lambda client, patience: ClusterCrew(client, 0.0))
    wanted = RunRequest(scheduler=address(desk, place), patience=patience)
    with pytest.raises(UsageError, match=r"the Dask cluster has had no worker for 0 seconds; .*study resume"):
        run_study(study, Path("out"), wanted, Killer(workers))
    desk.let_go()
    code, out, err = desk.run("resume", "out")
    assert code == 0, out + err


def test_a_worker_that_is_being_restarted_counts_as_one_and_a_lost_one_does_not(desk):
    from distributed import Client, LocalCluster

    options = {"processes": True, "dashboard_address": None, "silence_logs": 50}
    with LocalCluster(n_workers=1, threads_per_worker=3, **options) as cluster, Client(cluster) as client:
        crew, nanny = ClusterCrew(client, patience=0.0), cluster.workers[0]
        assert crew.threads() == 3
        nanny.instantiate = asyncio.Event().wait  # the restart, which takes as long as the test
        os.kill(nanny.pid, signal.SIGKILL)
        desk.wait_for(lambda: not client.nthreads())
        assert crew.threads() == 0
        cluster.sync(nanny.close)
        with pytest.raises(UsageError, match="has had no worker"):
            crew.threads()

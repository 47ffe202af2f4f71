"""Nothing lost, nothing changed: what can happen to a run, done for real."""

import errno
import os
import random
import signal

import pytest

from mle_vs_bayes.errors import OutputError
from mle_vs_bayes.study.keep import disk
from mle_vs_bayes.study.run.run import RunRequest
from mle_vs_bayes.study.run.run import run as run_study
from mle_vs_bayes.study.vocabulary import source

KILLS = 20


def same(desk, out, undisturbed):
    return {table: desk.hashes(out, table) for table in undisturbed} == undisturbed


def test_killed_at_twenty_random_moments_and_resumed(desk, undisturbed):
    """SIGKILL to the whole group from before anything is planned until nearly all is done; then the same bytes."""
    moments, done = random.Random(1), []
    for _ in range(KILLS):
        code = desk.run_killed(moments.randrange(20), "run", "tiny.py", "--out", "out", "--workers", "1")
        assert code == -signal.SIGKILL
        done.append(len(desk.hashes("out", "ledger", "*.json")))
    assert len(set(done)) > 4  # kills met the study at several stages
    code, out, err = desk.run("resume", "out")
    assert code == 0, out + err
    assert same(desk, "out", undisturbed)
    assert not list((desk.folder / "out").rglob(f"*{disk.PARTIAL}"))


def test_one_worker_or_two_and_topping_up_give_the_same_rows(desk, undisturbed):
    assert desk.run("run", "tiny.py", "--out", "out", "--replicates", "20", "--workers", "1")[0] == 0
    first = desk.hashes("out")
    assert len(first) == 4
    code, out, err = desk.run("run", "tiny.py", "--out", "out", "--replicates", "40", "--workers", "2")
    assert code == 0, out + err
    assert "40 replicates are done already" in err
    assert same(desk, "out", undisturbed)
    assert first.items() <= desk.hashes("out").items()


def test_a_damaged_file_is_named_set_aside_and_made_again(done, undisturbed):
    rows = done.folder / "out" / "rows"
    cut, flipped, gone = (rows / f"normal-default-n10-b000{batch}.parquet" for batch in range(3))
    cut.write_bytes(cut.read_bytes()[:-100])
    content = bytearray(flipped.read_bytes())
    content[len(content) // 2] ^= 1
    flipped.write_bytes(content)
    gone.unlink()
    code, out, _ = done.run("status", "out")
    assert code == 1
    for path in (cut, flipped, gone):
        assert f"damaged: {path.stem}" in out
    code, out, err = done.run("resume", "out")
    assert code == 0, out + err
    for path in (cut, flipped, gone):
        assert f"{path.stem} was damaged" in err
    assert cut.with_name(f"{cut.name}.corrupt").exists()
    assert same(done, "out", undisturbed)
    assert done.run("status", "out")[0] == 0


def test_a_full_disk_stops_with_a_sentence_and_a_study_to_go_on_with(desk, undisturbed, monkeypatch):
    study, out = source.find(str(desk.folder / "tiny.py")), desk.folder / "out"
    write, room = disk.os.fsync, iter(range(12))

    def fsync(handle):
        if next(room, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(handle)

    with monkeypatch.context() as full:
        full.setattr(disk.os, "fsync", fsync)
        with pytest.raises(OutputError, match=r"the disk is full; free some space, nothing finished before is lost\.$"):
            run_study(study, out, RunRequest(workers=1))
    kept = desk.hashes("out")
    assert 0 < len(kept) < 8
    outcome = run_study(study, out, RunRequest(workers=1))
    assert len(outcome.entries) == 8
    assert same(desk, "out", undisturbed)


def test_a_second_process_is_refused(desk, held):
    desk.write(held)
    first = desk.start("run", "tiny.py", "--out", "out", "--workers", "1")
    desk.wait_for((desk.folder / "out" / "design.json").exists)
    code, _, err = desk.run("run", "tiny.py", "--out", "out")
    assert code == 2
    assert f'process {first.pid} is running the study in "out"' in err
    assert f"process {first.pid} is running it" in desk.run("status", "out")[1]
    desk.kill(first)
    assert desk.run("status", "out")[1].endswith("go on with: mle-vs-bayes study resume out\n")


def test_a_changed_study_file_is_refused_with_the_difference(desk):
    desk.run("run", "tiny.py", "--out", "out")
    before = desk.hashes("out")
    path = desk.folder / "tiny.py"
    path.write_text(path.read_text(encoding="utf-8").replace("1.96 * se}}", "1.64 * se}}"), encoding="utf-8")
    for command in (("run", "tiny.py", "--out", "out"), ("resume", "out")):
        code, _, err = desk.run(*command)
        assert code == 2
        assert "tiny.py has changed since the rows in" in err
        assert "+    return" in err and "-    return" in err and "1.64 * se}}" in err
    assert desk.hashes("out") == before
    path.unlink()  # without the file, the copy in the folder is the study
    assert desk.run("resume", "out")[0] == 0


def test_another_seed_or_study_in_the_folder_is_refused(done):
    code, _, err = done.run("run", "tiny.py", "--out", "out", "--seed", "7")
    assert (code, "have seed 0" in err) == (2, True)
    done.write(name="other.py")
    code, _, err = done.run("run", "other.py", "--out", "out")
    assert (code, "holds the study tiny, not other" in err) == (2, True)
    code, _, err = done.run("run", "tiny.py", "--out", ".")
    assert (code, "has no study but other files" in err) == (2, True)


def test_ctrl_c_says_how_to_go_on(desk, held, undisturbed):
    """The units under way, which would never end, are not waited for."""
    desk.write(held)
    process = desk.start("run", "tiny.py", "--out", "out")
    desk.wait_for(lambda: desk.held() and desk.hashes("out", "ledger", "*.json"))
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=desk.patience)
    assert process.returncode == 130
    desk.let_go()
    command = "mle-vs-bayes study resume out"
    assert err.splitlines()[-2:] == ["mle-vs-bayes: interrupted; what is finished is kept; go on with:", command]
    assert "Traceback" not in err
    assert desk.run(*command.split()[2:])[0] == 0
    assert same(desk, "out", undisturbed)

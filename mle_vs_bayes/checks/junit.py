"""Findings as JUnit XML, which CI systems show: one test case per check."""

from pathlib import Path
from xml.etree import ElementTree

from ..errors import OutputError
from .finding import FAILED, SKIPPED, Finding, Report


def xml(report: Report) -> ElementTree.Element:
    """A ``testsuite`` whose test cases are the checks; properties hold statistic and tolerance."""
    counts = {
        "tests": len(report.findings),
        "failures": len(report.failed),
        "errors": 0,
        "skipped": sum(each.outcome == SKIPPED for each in report.findings),
        "time": f"{sum(each.seconds for each in report.findings):.3f}",
    }
    suites = ElementTree.Element("testsuites")
    name = {"name": f"mle-vs-bayes check {report.model}"}
    suite = ElementTree.SubElement(suites, "testsuite", name | {key: str(value) for key, value in counts.items()})
    for finding in report.findings:
        _case(suite, report, finding)
    ElementTree.indent(suites)
    return suites


def _case(suite: ElementTree.Element, report: Report, finding: Finding) -> None:
    attributes = {"classname": report.model, "name": finding.check, "time": f"{finding.seconds:.3f}"}
    case = ElementTree.SubElement(suite, "testcase", attributes)
    numbers = {"statistic": finding.statistic, "tolerance": finding.tolerance, "unit": finding.unit}
    known = {key: str(value) for key, value in numbers.items() if value not in (None, "")}
    if known:
        properties = ElementTree.SubElement(case, "properties")
        for key, value in known.items():
            ElementTree.SubElement(properties, "property", {"name": key, "value": value})
    if finding.outcome in (FAILED, SKIPPED):
        words = " ".join(f"{key} {value}" for key, value in known.items())
        message = "; ".join(part for part in (words, finding.detail) if part)
        ElementTree.SubElement(case, "failure" if finding.outcome == FAILED else "skipped", {"message": message})


def write(report: Report, path: Path) -> None:
    """Write the file.

    Raises
    ------
    OutputError
        It cannot be written there.
    """
    try:
        ElementTree.ElementTree(xml(report)).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise OutputError(f"{path} cannot be written ({error.strerror}); choose another file for --junit.") from error


def check_writable(path: Path) -> None:
    """Refuse a place that cannot be written to before anything is computed.

    Raises
    ------
    OutputError
        There is no such folder, or it is one.
    """
    if path.is_dir():
        raise OutputError(f"--junit is {path}, which is a folder; give a file in it.")
    if not path.resolve().parent.is_dir():
        raise OutputError(f"--junit is {path}, but there is no folder {path.parent}; make it first.")

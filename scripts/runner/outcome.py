"""What a step of scripts/test found: how many checks passed, failed and were skipped, and which."""
import dataclasses
import pathlib
import xml.etree.ElementTree


@dataclasses.dataclass
class Outcome:
    passed: int = 0
    failures: list[str] = dataclasses.field(default_factory=list)
    skips: list[str] = dataclasses.field(default_factory=list)

    @property
    def verdict(self) -> str:
        if self.failures:
            return "FAILED"
        return "skipped" if self.skips and not self.passed else "ok"

    def without_skips(self) -> "Outcome":
        """In CI nothing is skipped: what was not run has failed."""
        return Outcome(self.passed, self.failures + [f"{name} (skipped)" for name in self.skips])


def of_exit_code(name: str, code: int, skipped_code: int = 77) -> Outcome:
    if code == 0:
        return Outcome(passed=1)
    if code == skipped_code:
        return Outcome(skips=[name])
    return Outcome(failures=[f"{name} (exit code {code})"])


def of_junit(name: str, report: pathlib.Path, code: int) -> Outcome:
    """CTest's report, one check a test. A run that broke down before its end is a failure too."""
    outcome = Outcome()
    try:
        cases = list(xml.etree.ElementTree.parse(report).getroot().iter("testcase"))
    except (OSError, xml.etree.ElementTree.ParseError) as error:
        return Outcome(failures=[f"{name} (exit code {code}, no report: {error})"])
    for case in cases:
        status, test = case.get("status"), case.get("name", "?")
        if status == "run":
            outcome.passed += 1
        elif status == "notrun" and is_deliberate_skip(case) or status == "disabled":
            outcome.skips.append(test)
        else:
            outcome.failures.append(test)
    if not cases:
        outcome.failures.append(f"{name} (no test was found)")
    elif code != 0 and not outcome.failures:
        outcome.failures.append(f"{name} (exit code {code})")
    return outcome


def is_deliberate_skip(case: xml.etree.ElementTree.Element) -> bool:
    """CTest calls a missing executable "not run" as well as a test that asked to be skipped."""
    skipped = case.find("skipped")
    return skipped is not None and "SKIP_" in skipped.get("message", "")

"""The steps of scripts/test: what is built in which configuration, and what runs on it.

A configuration builds only what is run on it, and in CI its build is removed when its last step is
over, so that everything fits a small machine.
"""
import dataclasses
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
CORES = str(os.cpu_count() or 2)

# CTest labels. Short suites run on the dev and sanitizer builds, the others on the release build.
SHORT = ["unit", "contract", "e2e", "lint", "fuzz"]
LONG = ["slow", "fault", "clients", "package"]
SANITIZED = ["unit", "contract", "e2e", "fuzz", "fault"]

SANITIZER_OPTIONS = {
    # The preloaded disk of the fault suites comes before the sanitizer's own library.
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1:verify_asan_link_order=0",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1"
                    f':suppressions="{ROOT}/tests/support/tsan_suppressions.txt"',
}


@dataclasses.dataclass(frozen=True)
class Step:
    name: str
    commands: list[list[str]]
    needs: tuple[str, ...] = ()
    setup: tuple[str, ...] = ("--test",)  # what scripts/setup must have installed
    minutes: float = 15
    env: dict[str, str] = dataclasses.field(default_factory=dict)
    ctest: pathlib.Path | None = None  # the report that the last command writes
    fuzz: bool = False  # the last command is one of several; see fuzz_commands
    makes: pathlib.Path | None = None  # the folder that a build fills


def labels(names: list[str]) -> str:
    return f"^({'|'.join(names)})$"


def without_address_randomisation() -> list[str]:
    """ThreadSanitizer of g++ 12 breaks down where the kernel randomises more bits than it knows."""
    command = ["setarch", os.uname().machine, "-R"] if os.uname().sysname == "Linux" else []
    try:
        works = command and subprocess.run([*command, "true"], capture_output=True, check=False)
    except OSError:
        return []
    return command if works and works.returncode == 0 else []


def build(preset: str, targets: list[str], needs: tuple[str, ...] = (), **more) -> Step:
    target = ["--target", *targets] if targets else []
    return Step(
        f"build {preset}",
        [
            ["cmake", "--preset", preset],
            ["cmake", "--build", "--preset", preset, "--parallel", CORES, *target],
        ],
        needs,
        makes=BUILD / preset,
        **{"minutes": 40, **more},
    )


def no_longer_needed(done: list[Step], to_come: list[Step]) -> list[pathlib.Path]:
    """The builds of the steps that are done which no step to come needs."""
    needed = {name for step in to_come for name in step.needs}
    return [step.makes for step in done if step.makes and step.name not in needed]


def ctest(name: str, preset: str, wanted: list[str], jobs: str, prefix=(), **more) -> Step:
    report = BUILD / "test-logs" / f"{name.replace(' ', '-')}.xml"
    command = [
        *prefix, "ctest", "--test-dir", str(BUILD / preset), "--output-on-failure",
        "--no-tests=error", "--output-junit", str(report), "--parallel", jobs,
        "--label-regex", labels(wanted),
    ]
    return Step(name, [command], (f"build {preset}",), ctest=report, **{"minutes": 30, **more})


def label_targets(names: list[str]) -> list[str]:
    return [f"katra_tests_{name}" for name in names]


def fuzz_commands(minutes: float) -> dict[str, list[str]]:
    """One command for each fuzzer that was built. What it finds grows build/fuzz/found."""
    commands = {}
    for program in sorted((BUILD / "fuzz" / "bin").glob("fuzz_*")):
        name = program.name.removeprefix("fuzz_")
        found, seeds = BUILD / "fuzz" / "found" / name, ROOT / "tests" / "fuzz" / "corpus" / name
        found.mkdir(parents=True, exist_ok=True)
        commands[f"fuzz {name}"] = [
            str(program), f"-max_total_time={round(minutes * 60)}", "-timeout=20",
            "-rss_limit_mb=2048", "-print_final_stats=1",
            f"-artifact_prefix={BUILD / 'fuzz'}/crash-{name}-", str(found),
            *([str(seeds)] if seeds.is_dir() else []),
        ]
    return commands


def steps() -> list[Step]:
    """All of them, in the order in which they run."""
    dev, sanitizer = ("--test", "--dev"), SANITIZER_OPTIONS
    everything = ("--test", "--dev", "--clients")
    tsan = without_address_randomisation()
    return [
        Step("lint", [["scripts/lint/run"]], minutes=5),
        build("dev", []),
        ctest("dev", "dev", SHORT, CORES),
        build("release", ["katra_programs", *label_targets(LONG)], setup=dev),
        ctest("release", "release", LONG, "1", setup=everything),
        Step("tidy", [["scripts/lint/tidy"]], ("build dev",), minutes=40, setup=dev),
        build("asan", label_targets(SANITIZED), setup=dev),
        ctest("asan", "asan", SANITIZED, CORES, setup=dev, env=sanitizer),
        build("tsan", label_targets(SANITIZED), setup=dev),
        ctest("tsan", "tsan", SANITIZED, CORES, prefix=tsan, setup=dev, env=sanitizer),
        build("fuzz", [], setup=dev),
        Step("fuzz", [], ("build fuzz",), setup=dev, fuzz=True),
    ]


DEFAULT = ["lint", "build dev", "dev"]


def select(names: list[str]) -> list[Step]:
    """Steps by name and suites by label, with the builds that they need. KeyError: neither."""
    known = {step.name: step for step in steps()}
    wanted: dict[str, Step] = {}
    for name in names:
        if name in known:
            step = known[name]
        elif name in SHORT:
            step = ctest(name, "dev", [name], CORES, setup=known["dev"].setup)
        elif name in LONG:
            step = ctest(name, "release", [name], "1", setup=known["release"].setup)
        else:
            raise KeyError(name)
        for needed in step.needs:
            wanted[needed] = known[needed]
        wanted[step.name] = step
    return list(wanted.values())

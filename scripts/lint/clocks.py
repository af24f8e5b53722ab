"""Time is read from a Clock (core/clock.h), which tests move by hand. Only what ends in a wait of the kernel
may read the system's clock itself."""
import re
from collections.abc import Iterator

import files

# Also through an alias: SteadyClock::now(), CallClock::Clock::now().
READS = re.compile(r"[Cc]lock::now\(")
ALLOWED = {  # a file, or a folder that ends in "/": why it may
    "core/clock.cc": "is the system's clock",
    "core/files.cc": "waits for a file's lock",
    "core/audit.cc": "hands a deadline to a file's lock",
    "core/http/": "timeouts of sockets, next to the event loop",
    "store/sqlite/connection.cc": "ends a statement at its deadline, in SQLite's own callback",
    "store/sqlite/database.cc": "hands a deadline to the writers' lock",
    "store/sqlite/history.cc": "hands a deadline to the writers' lock",
    "store/sqlite/recall.cc": "hands a deadline to the writers' lock",
    "store/sqlite/sqlite_store.cc": "hands a deadline to the writers' lock",
    "router/gateway/access/tokens.cc": "hands a deadline to a file's lock",
    "router/gateway/observe/usage_recorder.cc": "hands a deadline to the store",
    "router/gateway/server/runtime.cc": "hands a deadline to a file's lock",
    "cli/hooks/notes.cc": "hands a deadline to a file's lock",
    "cli/hooks/wake_budget.cc": "hands a deadline to a file's lock",
    "cli/sessions/gateway_care.cc": "hands a deadline to a file's lock",
    "cli/sessions/handoff.cc": "hands what is left to poll()",
    "cli/sessions/records.cc": "hands a deadline to a file's lock",
    "cli/sessions/subprocess.cc": "hands what is left to poll()",
}


def check(tree: files.Tree) -> Iterator[files.Offence]:
    used = set()
    for path in tree.ending(".cc", ".h"):
        if not path.startswith(tuple(f"{folder}/" for folder in files.PRODUCT)):
            continue
        place = next((one for one in ALLOWED if path == one or (one[-1] == "/" and path.startswith(one))), None)
        for number, line in tree.lines(path):
            if not READS.search(line.split("//")[0]):
                continue
            used.add(place)
            if place is None:
                yield files.Offence(path, number, "take the time from a Clock (core/clock.h); scripts/lint/clocks.py"
                                    " lists the exceptions")
    for place in ALLOWED:
        if place in tree.paths and place not in used:
            yield files.Offence(place, 1, "reads no clock any more: take it off the list in scripts/lint/clocks.py")


if __name__ == "__main__":
    files.main(check, __doc__)

"""Writes a software bill of materials (SPDX 2.3, JSON) for the built programs: the shared libraries
that they load, and the libraries that are compiled into them.

What cannot be found out is NOASSERTION, as SPDX has it; nothing is guessed.
"""
import argparse
import datetime
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess

# Compiled in or header only, so that no program names them: SPDX name -> Debian package, the folder
# of a fetched copy, license.
COMPILED_IN = {
    "CLI11": ("libcli11-dev", "cli11-src", "BSD-3-Clause"),
    "SQLiteCpp": ("libsqlitecpp-dev", "sqlitecpp-src", "MIT"),
    "llhttp": ("node-llhttp", None, "MIT"),
    "nlohmann-json": ("nlohmann-json3-dev", "nlohmann_json-src", "MIT"),
    "spdlog": ("libspdlog-dev", "spdlog-src", "MIT"),
    "tl-expected": ("libexpected-dev", "expected-src", "CC0-1.0"),
}


def output_of(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return ""
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return run.stdout if run.returncode == 0 else ""


def package_version(package: str) -> str:
    return output_of("dpkg-query", "-W", "-f", "${Version}", package).strip()


def owner_of(library: str) -> str:
    """The Debian package of a file; libraries may be known by their path before usr was merged."""
    for path in (library, os.path.realpath(library), library.removeprefix("/usr")):
        found = output_of("dpkg-query", "-S", path)
        if found:
            return found.split(":")[0]
    return ""


def loaded_libraries(programs: list[str]) -> set[str]:
    paths = set()
    for program in programs:
        for line in output_of("ldd", program).splitlines():
            found = re.search(r"=> (/\S+)|^\s*(/\S+) \(", line)
            if found:
                paths.add(found[1] or found[2])
    return paths


def spdx_id(name: str) -> str:
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def described(name: str, version: str, license_name: str, debian: str) -> dict:
    package = {
        "name": name,
        "SPDXID": spdx_id(f"Package-{name}"),
        "versionInfo": version or "NOASSERTION",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": license_name,
        "copyrightText": "NOASSERTION",
    }
    if debian and version:
        package["externalRefs"] = [{
            "referenceCategory": "PACKAGE-MANAGER",
            "referenceType": "purl",
            "referenceLocator": f"pkg:deb/debian/{debian}@{version}",
        }]
    return package


def packages(programs: list[str], fetched: pathlib.Path) -> list[tuple[str, dict]]:
    """Pairs of how the programs hold a package (an SPDX relationship) and the package."""
    found = []
    for owner in sorted({owner_of(path) for path in loaded_libraries(programs)} - {""}):
        found.append(("DYNAMIC_LINK",
                      described(owner, package_version(owner), "NOASSERTION", owner)))
    for name, (debian, folder, license_name) in sorted(COMPILED_IN.items()):
        own_copy = folder is not None and (fetched / folder).is_dir()
        version = "" if own_copy else package_version(debian)
        found.append(("STATIC_LINK", described(name, version, license_name,
                                               "" if own_copy else debian)))
    return found


def written_at(source: str) -> str:
    """The time of the source, so that the same source gives the same file."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or output_of(
        "git", "-C", source, "log", "-1", "--format=%ct").strip() or "0"
    return datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc).strftime(
        "%Y-%m-%dT%H:%M:%SZ")


def files_of(programs: list[str]) -> list[dict]:
    return [{
        "fileName": f"./bin/{pathlib.Path(program).name}",
        "SPDXID": spdx_id(f"File-{pathlib.Path(program).name}"),
        "checksums": [{
            "algorithm": algorithm,
            "checksumValue": hashlib.new(
                algorithm.lower(), pathlib.Path(program).read_bytes()).hexdigest(),
        } for algorithm in ("SHA1", "SHA256")],
        "fileTypes": ["BINARY"],
        "licenseConcluded": "NOASSERTION",
        "copyrightText": "NOASSERTION",
    } for program in programs]


def document(version: str, source: str, programs: list[str], fetched: pathlib.Path) -> dict:
    own = described("katra", version, "NOASSERTION", "")
    parts = packages(programs, fetched)
    programs_in_it = files_of(programs)
    relationships = [("SPDXRef-DOCUMENT", "DESCRIBES", own["SPDXID"])]
    relationships += [(own["SPDXID"], kind, part["SPDXID"]) for kind, part in parts]
    relationships += [(own["SPDXID"], "CONTAINS", file["SPDXID"]) for file in programs_in_it]
    body = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"katra-{version}",
        "creationInfo": {"created": written_at(source), "creators": ["Tool: katra-sbom"]},
        "packages": [own, *(part for _, part in parts)],
        "files": programs_in_it,
        "relationships": [
            {"spdxElementId": of, "relationshipType": kind, "relatedSpdxElement": to}
            for of, kind, to in relationships
        ],
    }
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return {**body, "documentNamespace": f"https://katra.invalid/spdx/katra-{version}-{digest}"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--fetched", required=True, type=pathlib.Path)
    parser.add_argument("programs", nargs="+")
    options = parser.parse_args()
    made = document(options.version, options.source, options.programs, options.fetched)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

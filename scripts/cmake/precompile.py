"""Compiles a precompiled header, and writes beside it what it was made of: precompile.py ccache g++ ...

g++ makes other bytes each time, although they mean the same. So ccache is given the sum of what went in
(CCACHE_PCH_EXTSUM), and clones that made the header themselves share what they compile with it.
"""
import hashlib
import subprocess
import sys


def sum_of_input(compiler: str, arguments: list[str]) -> str:
    """Of the compiler, its options that are no paths, and all the text of the headers."""
    output = arguments.index("-o")
    reading = [*arguments[:output], *arguments[output + 2:], "-E", "-P"]
    text = subprocess.run([compiler, *reading], check=True, capture_output=True).stdout
    version = subprocess.run([compiler, "--version"], check=True, capture_output=True).stdout
    options = "\n".join(argument for argument in arguments if "/" not in argument)
    return hashlib.sha256(b"\0".join([version, options.encode(), text])).hexdigest()


def main(ccache: str, compiler: str, *arguments: str) -> int:
    code = subprocess.run([ccache, compiler, *arguments], check=False).returncode
    output = arguments[arguments.index("-o") + 1]
    if code == 0 and output.endswith(".gch"):
        with open(f"{output}.sum", "w", encoding="utf-8") as file:
            file.write(f"{sum_of_input(compiler, list(arguments))}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""Sources are compiled as one only where nothing in one of them changes what another means."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "scripts" / "cmake" / "unity_groups.py"


def unnamed(body: str) -> str:
    return f"namespace katra {{\nnamespace {{\n{body}\n}}  // namespace\n}}  // namespace katra\n"


class UnityGroupsTest(unittest.TestCase):
    def groups(self, *texts: str, size: int = 8, targets: int = 1) -> list[list[int]]:
        with tempfile.TemporaryDirectory() as folder:
            paths = [f"{folder}/{number}.cc" for number in range(len(texts))]
            for path, text in zip(paths, texts):
                pathlib.Path(path).write_text(text)
            asked = "".join("\t".join([f"t{n}", *paths]) + "\n" for n in range(targets))
            run = subprocess.run([sys.executable, SCRIPT, str(size)], input=asked,
                                 capture_output=True, text=True, check=True)
            return [[paths.index(path) for path in line.split("\t")[2:]]
                    for line in run.stdout.splitlines()]

    def test_sources_with_names_of_their_own_are_one_in_their_order(self):
        one, two = unnamed("bool IsOne() { return true; }"), unnamed("constexpr int kTwo = 2;")
        self.assertEqual(self.groups(one, two), [[0, 1]])

    def test_a_private_name_that_another_source_uses_keeps_them_apart(self):
        private = [
            unnamed("bool Shared(char c) {\n  return c;\n}"),
            unnamed("std::vector<std::string> Shared(\n    int longer) {\n}"),
            unnamed("void First() {\n}\n\nvoid Shared() {\n}"),
            unnamed("struct Shared {\n  int x;\n};"),
            unnamed("template <class T>\nclass Shared : Base {\n};"),
            unnamed("constexpr std::string_view Shared = \"x\";"),
            unnamed("constexpr std::array<int, 2> Shared{1, 2};"),
            unnamed("enum class Shared { kA };"),
            "static int Shared(int);\n",
            "#define Shared 1\n",
            "using other::Shared;\n",
            "using Shared = other::Thing;\n",
        ]
        for text in private:
            for other in ("int y = Shared(1);\n", unnamed("int Shared() { return 1; }")):
                self.assertEqual(self.groups(text, other), [], text + other)
                self.assertEqual(self.groups(other, text), [], text + other)

    def test_what_is_no_use_of_the_name_keeps_nothing_apart(self):
        private = unnamed("int Shared() { return 1; }")
        for text in ("// Shared\n", "/* Shared */\n", "auto a = \"Shared\";\n", "auto a = R\"(Shared)\";\n",
                     "int a = x.Shared();\n", "int a = x->Shared();\n", "int a = other::Shared();\n",
                     "int SharedToo();\n"):
            self.assertEqual(self.groups(private, text), [[0, 1]], text)

    def test_a_name_that_a_header_of_another_source_declares_keeps_them_apart(self):
        declares = "#include \"core/clock.h\"\nint a;\n"
        self.assertEqual(self.groups(unnamed("class Clock {\n};"), declares), [])
        self.assertEqual(self.groups(unnamed("class Bell {\n};"), declares), [[0, 1]])

    def test_the_same_alias_of_the_same_type_may_stand_twice(self):
        self.assertEqual(self.groups("using a::B;\n", "using a::B;\nB b;\n"), [[0, 1]])
        self.assertEqual(self.groups("using J = a::B;\n", "using J = a::C;\n"), [])

    def test_a_group_has_a_size(self):
        texts = [f"int a{n};\n" for n in range(5)]
        self.assertEqual(self.groups(*texts, size=2), [[0, 1], [2, 3]])
        self.assertEqual(self.groups(*texts, size=3, targets=2), [[0, 1, 2], [3, 4]] * 2)


if __name__ == "__main__":
    unittest.main()

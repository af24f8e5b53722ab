#!/usr/bin/env python3
"""The table of invisible characters says what the Unicode database says."""
import importlib.util
import pathlib
import re
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[3]
SPEC = importlib.util.spec_from_file_location("tables", ROOT / "scripts" / "unicode_tables.py")
tables = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(tables)
DATABASE = pathlib.Path("/usr/share/unicode")


def table():
    text = tables.TABLE.read_text(encoding="utf-8")
    points = set()
    for first, last in re.findall(r"\{0x([0-9A-F]+), 0x([0-9A-F]+)\}", text):
        points.update(range(int(first, 16), int(last, 16) + 1))
    return points, re.search(r"from Unicode ([0-9.]+):", text)[1]


class UnicodeTables(unittest.TestCase):
    @unittest.skipUnless((DATABASE / "UnicodeData.txt").exists(), f"no database in {DATABASE}")
    def test_has_every_invisible_character_of_the_database(self):
        wanted, version = tables.invisible(DATABASE)
        have, made_from = table()
        self.assertEqual(sorted(wanted - have), [])
        if version == made_from:
            self.assertEqual(sorted(have - wanted), [])

    def test_has_what_is_known_to_be_invisible(self):
        have, _ = table()
        for point in [0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x180B, 0x180E, 0x200B, 0x200D,
                      0x202E, 0x2060, 0x2065, 0x206A, 0x2800, 0x3164, 0xFE00, 0xFE0F, 0xFEFF,
                      0xFFA0, 0xFFF9, 0x1D159, 0x1D173, 0xE0001, 0xE0061, 0xE0100, 0xE01EF, 0xE0FFF]:
            self.assertIn(point, have, hex(point))
        for point in [0x20, 0x41, 0xA0, 0xE9, 0x301, 0x905, 0x3000, 0x4E00, 0xFFFD, 0x1F600]:
            self.assertNotIn(point, have, hex(point))

    def test_reads_single_characters_ranges_and_first_last_pairs(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "DerivedCoreProperties.txt").write_text(
                "# DerivedCoreProperties-1.2.3.txt\n"
                "0041          ; Alphabetic # L&\n"
                "00AD          ; Default_Ignorable_Code_Point # Cf\n"
                "E0000..E0003  ; Default_Ignorable_Code_Point # Cn\n", encoding="utf-8")
            (folder / "UnicodeData.txt").write_text(
                "0041;LATIN CAPITAL LETTER A;Lu;0\n"
                "0600;ARABIC NUMBER SIGN;Cf;0\n"
                "5000;<Fake, First>;Cf;0\n"
                "5002;<Fake, Last>;Cf;0\n", encoding="utf-8")
            points, version = tables.invisible(folder)
        wanted = {0xAD, 0x600, 0x5000, 0x5001, 0x5002, 0xE0000, 0xE0001, 0xE0002, 0xE0003}
        self.assertEqual(points, wanted | set(tables.BLANK_LOOKING))
        self.assertEqual(version, "1.2.3")


if __name__ == "__main__":
    unittest.main()

"""Screens of a terminal become a picture that shows each text where it was, for as long as it was there."""
import pathlib
import re
import sys
import unittest
import xml.etree.ElementTree as ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts"))
import terminal_svg as picture  # noqa: E402

Frame, Run, Style = picture.Frame, picture.Run, picture.Style
NAMESPACE = "{http://www.w3.org/2000/svg}"


def drawn(*frames: Frame) -> ElementTree.Element:
    return ElementTree.fromstring(picture.svg(list(frames), 20, 3, "a title", "what it shows"))


def text_of(root: ElementTree.Element) -> list[str]:
    return [e.text for e in root.iter(f"{NAMESPACE}text")][1:]  # the first is the title


class TerminalSvgTest(unittest.TestCase):
    def test_styles_last_from_row_to_row_until_they_are_changed(self):
        rows = picture.rows("\x1b[1;36mSam\x1b[0m says\n\x1b[2mdim\nstill dim\x1b[22m plain\x1b[92m!\x1b[39m.")
        cyan, dim = Style(colour=6, bold=True), Style(dim=True)
        self.assertEqual(rows[0], (Run(0, "Sam", cyan), Run(3, " says", Style())))
        self.assertEqual(rows[1], (Run(0, "dim", dim),))
        self.assertEqual(rows[2], (Run(0, "still dim", dim), Run(9, " plain", Style()),
                                   Run(15, "!", Style(colour=10)), Run(16, ".", Style())))

    def test_256_colours_are_those_of_terminals(self):
        (row,) = picture.rows("\x1b[1;38;5;214mSam\x1b[0m")
        self.assertEqual(row, (Run(0, "Sam", Style(colour=214, bold=True)),))
        self.assertEqual([picture.colour_of(n) for n in (1, 16, 214, 231, 232, 255)],
                         [picture.COLOURS[1], "#000000", "#ffaf00", "#ffffff", "#080808", "#eeeeee"])

    def test_wide_characters_take_two_columns(self):
        (row,) = picture.rows("日本\x1b[1mx")
        self.assertEqual([run.column for run in row], [0, 4])

    def test_what_stays_on_its_row_is_drawn_once(self):
        frames = [Frame(1, "title\na"), Frame(1, "title\nb"), Frame(2, "title\nb")]
        self.assertEqual(sorted(text_of(drawn(*frames))), ["a", "b", "title"])
        times = {s.what.text: (s.first, s.end) for s in picture.intervals(frames)}
        self.assertEqual(times, {"title": (0, 3), "a": (0, 1), "b": (1, 3)})

    def test_each_text_is_shown_when_it_was_on_the_screen(self):
        style = next(drawn(Frame(1, "a"), Frame(3, "b")).iter(f"{NAMESPACE}style")).text
        rules = re.findall(r"@keyframes \w+\{(.*?)\}\.", style)
        self.assertEqual(rules, ["0%{opacity:1}25%{opacity:0}", "0%{opacity:0}25%{opacity:1}"])

    def test_without_animation_the_last_screen_is_seen(self):
        root = drawn(Frame(1, "first"), Frame(1, "last"))
        hidden = [g for g in root.iter(f"{NAMESPACE}g") if "h" in g.get("class", "").split()]
        self.assertEqual([e.text for g in hidden for e in g.iter(f"{NAMESPACE}text")], ["first"])

    def test_markup_on_the_screen_stays_text(self):
        self.assertEqual(text_of(drawn(Frame(1, "<b> & </b>"))), ["<b> & </b>"])


if __name__ == "__main__":
    unittest.main()

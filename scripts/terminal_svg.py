"""Makes an animated SVG of a terminal's screens, as `tmux capture-pane -e` prints them.

Each piece of text is drawn once for as long as it stays on its row. CSS shows and hides it, so that
the picture needs no script, and a viewer without animation shows the last screen.
"""
import dataclasses
import html
import re
import unicodedata

CELL_WIDTH, CELL_HEIGHT, FONT_SIZE = 8.4, 18, 14
PADDING, TITLE_HEIGHT = 14, 30
BACKGROUND, TITLE_BAR, FOREGROUND = "#15181e", "#22262e", "#d5dae3"
COLOURS = ["#3b4048", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d5dae3",
           "#6b727f", "#f08a91", "#b5e090", "#f5d698", "#86c5ff", "#dc9bf0", "#7ad0dc", "#ffffff"]
# The steps of the colour cube of terminals with 256 colours, whose numbers begin at 16.
CUBE_STEPS = (0, 95, 135, 175, 215, 255)
SGR = re.compile(r"\x1b\[([0-9;]*)m")


def colour_of(number: int) -> str:
    """One of a terminal's 256 colours, as `#rrggbb`."""
    if number < 16:
        return COLOURS[number]
    if number >= 232:
        return "#" + f"{8 + 10 * (number - 232):02x}" * 3
    cube = number - 16
    return "#" + "".join(f"{CUBE_STEPS[part]:02x}" for part in (cube // 36, cube // 6 % 6, cube % 6))


@dataclasses.dataclass(frozen=True)
class Style:
    colour: int | None = None  # 0 to 255
    bold: bool = False
    dim: bool = False
    reverse: bool = False

    def after(self, codes: str) -> "Style":
        """This style with the SGR codes (`1;36`) applied to it."""
        style = self
        rest = iter([int(code or 0) for code in codes.split(";")])
        for code in rest:
            if code == 38:  # 38;5;N
                next(rest, None)
                style = dataclasses.replace(style, colour=next(rest, None))
            elif code == 0:
                style = Style()
            elif code in (1, 2, 7, 22, 27):
                change = {1: {"bold": True}, 2: {"dim": True}, 7: {"reverse": True},
                          22: {"bold": False, "dim": False}, 27: {"reverse": False}}[code]
                style = dataclasses.replace(style, **change)
            elif 30 <= code <= 37:
                style = dataclasses.replace(style, colour=code - 30)
            elif 90 <= code <= 97:
                style = dataclasses.replace(style, colour=code - 82)
            elif code == 39:
                style = dataclasses.replace(style, colour=None)
        return style


@dataclasses.dataclass(frozen=True)
class Run:
    """Text in one style, and the column at which it starts."""

    column: int
    text: str
    style: Style

    @property
    def width(self) -> int:
        return cells(self.text)


@dataclasses.dataclass
class Frame:
    seconds: float  # how long it is shown
    screen: str  # with escapes
    cursor: tuple[int, int] | None = None  # column, row


def cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    marks = sum(unicodedata.combining(c) != 0 for c in text)
    return len(text) + wide - marks


def rows(screen: str) -> list[tuple[Run, ...]]:
    """The runs of each row. A style lasts from one row to the next, as tmux prints it."""
    style, result = Style(), []
    for line in screen.split("\n"):
        runs, column = [], 0
        for i, part in enumerate(SGR.split(line)):
            if i % 2:
                style = style.after(part)
            elif part:
                if part.strip() or style.reverse:
                    runs.append(Run(column, part, style))
                column += cells(part)
        result.append(tuple(runs))
    return result


@dataclasses.dataclass(frozen=True)
class Shown:
    """Something on a row, and the frames (first, and the one after the last) that show it."""

    row: int
    what: Run | None  # None: the cursor, at `column`
    column: int
    first: int
    end: int


def intervals(frames: list[Frame]) -> list[Shown]:
    """Each piece for as long as it stays where it is."""
    open_since: dict[tuple, int] = {}
    found = []
    for number in range(len(frames) + 1):
        now = set()
        if number < len(frames):
            for row, runs in enumerate(rows(frames[number].screen)):
                now |= {(row, run, run.column) for run in runs}
            if cursor := frames[number].cursor:
                now.add((cursor[1], None, cursor[0]))
        for key in [key for key in open_since if key not in now]:
            found.append(Shown(*key, open_since.pop(key), number))
        for key in now:
            open_since.setdefault(key, number)
    return sorted(found, key=lambda shown: (shown.first, shown.row, shown.column, shown.end))


def number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def draw(shown: Shown) -> str:
    x = PADDING + shown.column * CELL_WIDTH
    top = TITLE_HEIGHT + PADDING / 2 + shown.row * CELL_HEIGHT
    if shown.what is None:
        return (f'<rect x="{number(x)}" y="{number(top)}" width="{CELL_WIDTH}" '
                f'height="{CELL_HEIGHT}" fill="{FOREGROUND}" opacity=".7"/>')
    run, style = shown.what, shown.what.style
    colour = FOREGROUND if style.colour is None else colour_of(style.colour)
    box = ""
    if style.reverse:
        box = (f'<rect x="{number(x)}" y="{number(top)}" width="{number(run.width * CELL_WIDTH)}" '
               f'height="{CELL_HEIGHT}" fill="{colour}"/>')
        colour = BACKGROUND
    text = run.text.rstrip()
    x += (len(text) - len(text.lstrip())) * CELL_WIDTH
    text = text.lstrip()
    if not text:
        return box
    look = f' fill="{colour}"' if colour != FOREGROUND else ""
    look += ' font-weight="bold"' if style.bold else ""
    look += ' opacity=".6"' if style.dim else ""
    return box + (f'<text xml:space="preserve" x="{number(x)}" y="{number(top + 13.5)}" '
                  f'textLength="{number(cells(text) * CELL_WIDTH)}"{look}>'
                  f"{html.escape(text, quote=False)}</text>")


def animation(name: str, first: float, end: float, total: float) -> str:
    """Visible from `first` to `end` seconds of each round of `total`."""
    steps = ["0%{opacity:0}"] if first > 0 else []
    steps.append(f"{number(100 * first / total)}%{{opacity:1}}")
    if end < total:
        steps.append(f"{number(100 * end / total)}%{{opacity:0}}")
    return (f"@keyframes {name}{{{''.join(steps)}}}"
            f".{name}{{animation:{name} {number(total)}s step-end infinite}}")


def svg(frames: list[Frame], columns: int, height: int, title: str, description: str) -> str:
    starts = [0.0]
    for frame in frames:
        starts.append(starts[-1] + frame.seconds)
    groups: dict[tuple[int, int], list[str]] = {}
    for shown in intervals(frames):
        groups.setdefault((shown.first, shown.end), []).append(draw(shown))
    rules, body = [], []
    for i, ((first, end), pieces) in enumerate(groups.items()):
        whole = (first, end) == (0, len(frames))
        last = end == len(frames)
        body.append(f'<g class="{"" if last else "h "}{"" if whole else f"a{i}"}">'
                    + "".join(pieces) + "</g>")
        if not whole:
            rules.append(animation(f"a{i}", starts[first], starts[end], starts[-1]))
    wide = 2 * PADDING + columns * CELL_WIDTH
    high = TITLE_HEIGHT + PADDING + height * CELL_HEIGHT
    lights = "".join(f'<circle cx="{20 + 18 * i}" cy="15" r="5.5" fill="{colour}"/>'
                     for i, colour in enumerate(("#e06c75", "#e5c07b", "#98c379")))
    newline = "\n"
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(wide)} {number(high)}" \
width="{number(wide)}" height="{number(high)}" role="img">
<title>{html.escape(title)}</title>
<desc>{html.escape(description)}</desc>
<style>
text{{font:{FONT_SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}}
.h{{opacity:0}}
@media (prefers-reduced-motion:no-preference){{
{newline.join(rules)}
}}
</style>
<rect width="{number(wide)}" height="{number(high)}" rx="9" fill="{BACKGROUND}"/>
<path d="M0 {TITLE_HEIGHT}V9a9 9 0 0 1 9-9h{number(wide - 18)}a9 9 0 0 1 9 9v{TITLE_HEIGHT - 9}z" \
fill="{TITLE_BAR}"/>
{lights}
<text x="{number(wide / 2)}" y="20" text-anchor="middle" fill="#9aa1ad">{html.escape(title)}</text>
<g fill="{FOREGROUND}">
{newline.join(body)}
</g>
</svg>
"""

"""Which members of a request are read, for each format of a client, stands in one table, so that a
new one is noticed: the table agrees with the translators, and names every member that the SDKs
know (where scripts/setup --clients has installed them)."""
import re
from collections.abc import Iterator

import files

PAGE = "docs/dev/request-members.md"
SDKS = "build/clients/node_modules"


class Format:
    def __init__(self, title: str, source: str, head: str, sdk: list[tuple[str, str]]):
        self.title, self.source, self.head, self.sdk = title, source, head, sdk


FORMATS = [
    Format("Messages", "router/translate/request_draft.cc", "kRead = {",
           [("@anthropic-ai/sdk/resources/messages/messages.d.ts", "MessageCreateParamsBase"),
            ("@anthropic-ai/sdk/resources/beta/messages/messages.d.ts", "MessageCreateParamsBase")]),
    Format("Chat Completions", "router/translate/openai_clients/chat_request.cc", "read = {",
           [("openai/resources/chat/completions/completions.d.ts",
             "ChatCompletionCreateParamsBase")]),
    Format("Responses", "router/translate/openai_clients/responses_request.cc", "read = {",
           [("openai/resources/responses/responses.d.ts", "ResponseCreateParamsBase")]),
]
ROW = re.compile(r"\| `(\w+)` \| (read|dropped|refused)\b[^|]*\|$")


def read_members(text: str, head: str) -> set[str]:
    begin = text.find(head)
    return set(re.findall(r'"(\w+)"', text[begin:text.index("}", begin)])) if begin >= 0 else set()


def sdk_members(text: str, interface: str) -> list[str]:
    """The names of an interface's own members, not of the objects within."""
    begin = text.index(f"export interface {interface} {{")
    body = re.sub(r"/\*.*?\*/", "", text[begin:], flags=re.S)
    found, depth = [], 0
    for token in re.findall(r"[{}]|[^{}\n]+", body[body.index("{"):]):
        if token == "{":
            depth += 1
        elif token == "}":
            depth -= 1
            if depth == 0:
                break
        elif depth == 1 and (name := re.match(r"\s*(\w+)\??:", token)):
            found.append(name[1])
    return found


def check(tree: files.Tree) -> Iterator[files.Offence]:
    if PAGE not in tree.paths:
        return
    title, rows, lines = "", {}, {}
    for number, line in tree.lines(PAGE):
        if line.startswith("## "):
            title = line[3:].strip()
            lines[title] = number
            rows.setdefault(title, {})
        elif row := ROW.match(line):
            if row[1] in rows.setdefault(title, {}):
                yield files.Offence(PAGE, number, f"`{row[1]}` stands here a second time")
            rows[title][row[1]] = (row[2], number)
    for form in FORMATS:
        table = rows.get(form.title)
        if table is None:
            yield files.Offence(PAGE, 1, f"there is no table of {form.title}")
            continue
        read = read_members(tree.text(form.source), form.head)
        for name in sorted(read - set(table)):
            yield files.Offence(PAGE, lines[form.title],
                                f"{form.source} reads `{name}`, and the table does not say so")
        for name, (what, number) in table.items():
            if (what == "read") != (name in read):
                yield files.Offence(PAGE, number, f"`{name}` is told to be {what}, and "
                                    f"{form.source} {'reads' if name in read else 'does not read'} it")
        for path, interface in form.sdk:
            file = tree.root / SDKS / path
            if not file.is_file():
                continue
            for name in sdk_members(file.read_text(encoding="utf-8"), interface):
                if name not in table and name != "betas":  # a header
                    yield files.Offence(PAGE, lines[form.title],
                                        f"{path} knows `{name}`: say what becomes of it")


if __name__ == "__main__":
    files.main(check, __doc__)

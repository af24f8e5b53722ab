"""Each lint fails on the offence that it is for, and passes what is right."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
LINTS = ROOT / "scripts" / "lint"


class LintTest(unittest.TestCase):
    def run_lint(self, lint: str, files: dict[str, str]) -> tuple[int, str]:
        """Runs one lint on a tree that has only `files`."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            shutil.copy(ROOT / ".clang-format", root)
            for path, text in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            run = subprocess.run(
                [sys.executable, LINTS / f"{lint}.py", "--root", root],
                capture_output=True, text=True, check=False,
            )
            self.assertEqual(run.stderr, "")
            return run.returncode, run.stdout

    def assert_passes(self, lint: str, path: str, text: str, **others: str) -> None:
        self.assertEqual(self.run_lint(lint, {path: text, **others}), (0, ""))

    def assert_offends(self, lint: str, path: str, text: str, message: str, line: int = 1) -> None:
        code, said = self.run_lint(lint, {path: text})
        self.assertEqual(code, 1, said)
        self.assertTrue(said.startswith(f"{path}:{line}: "), said)
        self.assertIn(message, said)

    def members(self, read: str, rows: str, sdk: str = "") -> tuple[int, str]:
        sources = {"router/translate/request_draft.cc": "kRead = {%s};",
                   "router/translate/openai_clients/chat_request.cc": "read = {%s};",
                   "router/translate/openai_clients/responses_request.cc": "read = {%s};"}
        tables = {"Messages": "", "Chat Completions": rows, "Responses": ""}
        page = "".join(f"## {title}\n{text}" for title, text in tables.items())
        found = {path: text % (read if "chat" in path else "") for path, text in sources.items()}
        if sdk:
            found["build/clients/node_modules/openai/resources/chat/completions/completions.d.ts"] = sdk
        return self.run_lint("members", {**found, "docs/dev/request-members.md": page})

    def test_each_member_that_is_read_stands_in_the_table(self):
        row = "| `n` | read |\n"
        self.assertEqual(self.members('"n"', row), (0, ""))
        for read, rows, message in [
            ('"n", "seed"', row, "reads `seed`, and the table does not say so"),
            ("", row, "`n` is told to be read"),
            ('"n"', "| `n` | dropped |\n", "`n` is told to be dropped"),
            ('"n"', row + row, "stands here a second time"),
        ]:
            with self.subTest(message):
                code, said = self.members(read, rows)
                self.assertEqual(code, 1)
                self.assertIn(message, said)

    def test_a_member_that_an_sdk_knows_is_noticed(self):
        sdk = ("export interface ChatCompletionCreateParamsBase {\n  /** a: no */\n  n?: number;\n"
               "  audio?: {\n    format: string;\n  };\n}\nexport interface Other {\n  x: 1;\n}\n")
        code, said = self.members('"n"', "| `n` | read |\n", sdk)
        self.assertEqual((code, said.count("\n")), (1, 1), said)
        self.assertIn("knows `audio`", said)
        self.assertEqual(self.members('"n"', "| `n` | read |\n| `audio` | dropped |\n", sdk), (0, ""))

    def test_the_configuration_reference_is_what_the_schemas_say(self):
        sys.path.insert(0, str(ROOT / "scripts"))
        import config_reference  # pylint: disable=import-outside-toplevel
        schema = json.dumps({"description": "D.", "properties": {
            "a": {"type": "integer", "minimum": 1, "maximum": 9000, "description": "x | y"},
            "b": {"type": "array", "maxItems": 3, "items": {"$ref": "#/definitions/c"}}},
            "required": ["a"], "definitions": {
                "c": {"type": "object", "properties": {"d": {"enum": ["e"]}}}}})
        schemas = {path: schema for path, _, _ in config_reference.FILES}
        page = config_reference.page(schemas)
        self.assertIn("| `a` | whole number, 1 to 9,000 | x \\| y Required. |\n", page)
        self.assertIn("| `b` | list of at most 3 entries; each: [object](#b) |", page)
        self.assertIn("### b[]\n\n| member | value | meaning |\n|---|---|---|\n| `d` | `e` |", page)
        tree = {**schemas, config_reference.PAGE: page}
        self.assertEqual(self.run_lint("reference", tree), (0, ""))
        for wrong in (page.replace("9,000", "8,000"), page + "more\n", ""):
            code, said = self.run_lint("reference", {**tree, config_reference.PAGE: wrong})
            self.assertEqual(code, 1)
            self.assertIn("run scripts/config_reference.py", said)

    def test_layers_allow_what_points_downward(self):
        for path, include in [
            ("store/a.cc", '"core/result.h"'),
            ("store/sqlite/a.cc", "<sqlite3.h>"),
            ("mcp_server/main.cc", '"store/open.h"'),
            ("render/a.cc", '"store/types.h"'),
            ("mcp_server/tools/a.cc", '"render/peer_text.h"'),
            ("cli/a.cc", '"render/peer_text.h"'),
            ("cli/a.cc", '"router/config/load.h"'),
            ("tests/unit/a_test.cc", '"store/sqlite/connection.h"'),
            ("core/a.h", "<nlohmann/json_fwd.hpp>"),
            ("core/uv/loop.cc", "<uv.h>"),
        ]:
            with self.subTest(path=path, include=include):
                self.assert_passes("layers", path, f"#include {include}\n")

    def test_layers_refuse_what_points_upward_or_leaves_home(self):
        for path, include, message in [
            ("core/a.cc", '"store/store.h"', "core/ must not know store/"),
            ("store/a.h", '"mcp_server/tools/tool.h"', "store/ must not know mcp_server/"),
            ("core/a.cc", '"render/bound.h"', "core/ must not know render/"),
            ("store/a.cc", '"render/bound.h"', "store/ must not know render/"),
            ("render/a.cc", '"mcp_server/tools/tool.h"', "render/ must not know mcp_server/"),
            ("render/a.cc", '"router/a.h"', "render/ must not know router/"),
            ("render/a.cc", '"cli/a.h"', "render/ must not know cli/"),
            ("router/a.cc", '"cli/a.h"', "router/ must not know cli/"),
            ("router/a.cc", '"mcp_server/a.h"', "router/ must not know mcp_server/"),
            ("mcp_server/a.cc", '"router/a.h"', "mcp_server/ must not know router/"),
            ("mcp_server/a.cc", '"router/routing/learning/a.h"', "mcp_server/ must not know router/"),
            ("mcp_server/a.cc", '"cli/a.h"', "mcp_server/ must not know cli/"),
            ("cli/a.cc", '"mcp_server/tools/tool.h"', "cli/ must not know mcp_server/"),
            ("core/a.cc", '"tests/support/cpp/catch.h"', "must not know tests/"),
            ("core/a.cc", '"../store/store.h"', "from the repository root"),
            ("mcp_server/tools/a.cc", '"store/sqlite/connection.h"', "by store/open.h"),
            ("mcp_server/main.cc", '"store/sqlite/open.h"', "by store/open.h"),
            ("store/a.cc", "<SQLiteCpp/Database.h>", "in store/sqlite/ only"),
            ("mcp_server/a.cc", "<sqlite3.h>", "in store/sqlite/ only"),
            ("mcp_server/a.cc", "<uv.h>", "may be included in core/uv/"),
            ("store/a.cc", "<spdlog/spdlog.h>", "may be included in core/log.cc only"),
            ("core/a.h", "<nlohmann/json.hpp>", "json_fwd.hpp"),
        ]:
            with self.subTest(path=path, include=include):
                self.assert_offends("layers", path, f"// Why.\n#  include {include}\n", message, 2)

    def test_rooms_of_a_layer_know_those_that_are_named_for_them(self):
        for path, include in [
            ("router/config/a.cc", "router/providers/provider.h"),
            ("router/translate/to_chat/a.cc", "router/translate/request.h"),
            ("router/translate/openai_clients/a.cc", "router/translate/messages/reader.h"),
            ("router/gateway/proxy/a.cc", "router/gateway/access/caller.h"),
            ("router/gateway/server/main.cc", "router/gateway/proxy/proxied_request.h"),
            ("mcp_server/prompts/a.cc", "mcp_server/resources/resource.h"),
            ("mcp_server/transport/a.cc", "mcp_server/server.h"),
        ]:
            with self.subTest(path=path, include=include):
                self.assert_passes("layers", path, f'#include "{include}"\n')

    def test_rooms_of_a_layer_know_no_others(self):
        for path, include, wanted in [
            # against the order of the layer's rooms
            ("router/providers/a.h", "router/config/config.h", "router/config/"),
            ("router/config/a.cc", "router/translate/errors.h", "router/translate/"),
            ("router/translate/a.cc", "router/policy/policy.h", "router/policy/"),
            ("router/policy/a.cc", "router/gateway/settings.h", "router/gateway/"),
            ("mcp_server/rpc/a.cc", "mcp_server/protocol/pending_requests.h", "mcp_server/protocol/"),
            ("mcp_server/protocol/a.cc", "mcp_server/server.h", "mcp_server/server"),
            # what is common, of what stands on it
            ("router/translate/a.cc", "router/translate/to_chat/parts.h",
             "router/translate/to_chat/"),
            ("router/gateway/settings.h", "router/gateway/proxy/answer_watchdog.h",
             "router/gateway/proxy/"),
            # siblings, of one another
            ("router/translate/from_responses/a.h", "router/translate/from_chat/reply.h",
             "router/translate/from_chat/"),
            ("router/cloud/a.cc", "router/credentials/credential.h", "router/credentials/"),
            ("router/gateway/observe/a.cc", "router/gateway/capture/capture_line.h",
             "router/gateway/capture/"),
            ("router/gateway/proxy/a.cc", "router/gateway/server/runtime.h",
             "router/gateway/server/"),
            ("mcp_server/resources/a.cc", "mcp_server/tools/tool.h", "mcp_server/tools/"),
            ("mcp_server/tools/a.cc", "mcp_server/prompts/prompt.h", "mcp_server/prompts/"),
            # a program apart, of the gateway
            ("router/claude_code_router/a.cc", "router/gateway/access/tokens.h",
             "router/gateway/access/"),
        ]:
            with self.subTest(path=path, include=include):
                self.assert_offends("layers", path, f'// Why.\n#include "{include}"\n',
                                    f"must not know {wanted}", 2)
        self.assert_offends("layers", "router/new/a.cc", '#include "router/new/b.h"\n',
                            "is in no room")

    def test_length_is_500_lines_at_most(self):
        for path in ["core/a.cc", "tests/a.py", "tests/e2e/a.mjs", "scripts/a.sh", "core/a.h"]:
            with self.subTest(path=path):
                self.assert_passes("length", path, "//\n" * 500)
                self.assert_offends("length", path, "//\n" * 501, "501 lines", 501)
        self.assert_offends("length", "scripts/tool", "#!/bin/bash\n" + "#\n" * 500, "501", 501)

    def test_a_file_that_no_build_names_is_found(self):
        for path in ["tests/unit/core/a_test.cc", "core/a.cc", "tests/unit/b_test.py",
                     "tests/e2e/clients/c_test.mjs"]:
            with self.subTest(path=path):
                self.assert_offends("registered", path, "//\n", "no CMakeLists.txt names")
        for build, words in [("core", "add_library(x\n  a.cc)\n"), ("tests/b", "t(x ../../core/a.cc)"),
                             ("core", "${CMAKE_CURRENT_SOURCE_DIR}/a.cc"),
                             ("tests", '"${CMAKE_SOURCE_DIR}/core/a.cc"')]:
            with self.subTest(words=words):
                named = {"core/a.cc": "//\n", f"{build}/CMakeLists.txt": words}
                self.assertEqual(self.run_lint("registered", named), (0, ""))
        for words in ["# a.cc\n", "add_library(x aa.cc)\n", "add_library(x a.cc.in)\n",
                      "add_library(x b/a.cc)\n"]:
            with self.subTest(words=words):
                other = {"core/a.cc": "//\n", "core/CMakeLists.txt": words}
                self.assertEqual(self.run_lint("registered", other)[0], 1)

    def test_a_file_with_tests_is_named_so_and_its_suite_after_it(self):
        tests = {"cc": 'TEST_CASE("x") {}\n', "py": "class A:\n    def test_x(self):\n",
                 "mjs": "await RunScenario(main);\n"}
        for suffix, text in tests.items():
            with self.subTest(suffix=suffix):
                for name, code in [("a", 1), ("tests_of_a", 1), ("a_test", 0)]:
                    tree = {f"tests/e2e/{name}.{suffix}": text,
                            "tests/e2e/CMakeLists.txt": f"t({name}.{suffix})\n"}
                    found, said = self.run_lint("registered", tree)
                    self.assertEqual(found, code, said)
                    self.assertEqual("is called NAME_test" in said, code == 1, said)
        helper = {"tests/support/a.cc": "void TEST_CASES();\n", "tests/CMakeLists.txt": "t(support/a.cc)"}
        self.assertEqual(self.run_lint("registered", helper), (0, ""))
        for call, code in [
            ("katra_test(a_test unit SOURCES a_test.cc)", 0),
            ("katra_test(cli_a_test unit SOURCES a_test.cc helper.cc)", 0),
            ("katra_test(both_test unit\n  SOURCES a_test.cc b_test.cc)", 0),
            ("katra_test(b_test unit SOURCES a_test.cc)", 1),
            ("katra_test(aa_test unit SOURCES a_test.cc)", 1),
            ("katra_script_test(a fault COMMAND run ${CMAKE_CURRENT_SOURCE_DIR}/a_test.py)", 1),
            ("katra_script_test(${suite} e2e COMMAND run ${script})", 0),
        ]:
            with self.subTest(call=call):
                tree = {"tests/a_test.cc": "//\n", "tests/b_test.cc": "//\n",
                        "tests/CMakeLists.txt": f"t(a_test.cc b_test.cc)\n{call}\n"}
                found, said = self.run_lint("registered", tree)
                self.assertEqual(found, code, said)
                self.assertEqual("call the suite of a_test" in said, code == 1, said)

    def test_unfinished_words_and_paths_of_one_machine_are_found(self):
        # In pieces, so that this file passes the lint itself.
        for word, rest in [("TO" "DO", ""), ("FIX" "ME", "(sam)"), ("XX" "X", "."),
                           ("not imple" "mented", ""), ("Not yet imple" "mented", "."),
                           ("/ho" "me/sam", "/katra"), ("/ro" "ot/", ".npm"),
                           ("/Us" "ers/sam", "")]:
            with self.subTest(word=word):
                self.assert_offends("words", "docs/a.md", f"fine\nx: {word}{rest}\n", word, 2)
        self.assert_passes("words", "tests/golden/a.txt", "folder: /home/sam\n")
        home = os.path.expanduser("~")
        self.assert_offends("words", "tests/golden/a.txt", f"folder: {home}/a\n", home)
        for text in ["mktemp -d /tmp/aXXXXXX", "the todo list of a persona", "/home/you/katra",
                     "https://example.org/home/page", "~/.katra", "$root/core"]:
            with self.subTest(text=text):
                self.assert_passes("words", "docs/a.md", f"{text}\n")

    def test_headers_need_a_guard_and_files_a_reason(self):
        self.assert_passes("headers", "core/a.h", "// Why.\n#pragma once\n")
        self.assert_offends("headers", "core/a.h", "// Why.\n", "#pragma once")
        self.assert_offends("headers", "core/a.h", "#pragma once\n", "why it exists")
        self.assert_offends("headers", "core/a.cc", "int a;\n", "why it exists")
        pair = {"core/a.h": "// Why.\n#pragma once\n", "core/a.cc": '#include "core/a.h"\n'}
        self.assertEqual(self.run_lint("headers", pair)[0], 0)

    def test_json_must_parse_without_a_key_twice(self):
        self.assert_passes("json_files", "schemas/a.json", '{"a": {"b": 1}, "b": 2}')
        self.assert_offends("json_files", "schemas/a.json", '{"a": 1,\n}', "not JSON", 2)
        self.assert_offends("json_files", "schemas/a.json", '{"a": {"b": 1, "b": 2}}', '"b"')

    def test_shell_scripts_must_parse_and_stop_at_errors(self):
        good = "#!/usr/bin/env bash\nset -euo pipefail\n"
        for path in ["scripts/a", "scripts/a.sh"]:
            with self.subTest(path=path):
                self.assert_passes("shell", path, good)
                self.assert_offends("shell", path, good + "if true; then\n", "syntax error")
                self.assert_offends("shell", path, "#!/bin/bash\ntrue\n", "set -euo pipefail")

    def test_links_between_documents_must_lead_somewhere(self):
        room = {"docs/room.md": "# The room\n## Who `hears` it?\n"}
        for link in ["docs/room.md", "docs/room.md#the-room", "docs/room.md#who-hears-it",
                     "https://example.org/none", "#top"]:
            with self.subTest(link=link):
                files = {"README.md": f"# Top\nsee [it]({link})\n", **room}
                self.assertEqual(self.run_lint("docs", files), (0, ""))
        for link in ["docs/none.md", "docs/room.md#none", "#none", "/docs/room.md"]:
            with self.subTest(link=link):
                files = {"README.md": f"# Top\nsee [it]({link})\n", **room}
                code, said = self.run_lint("docs", files)
                self.assertEqual(code, 1, said)
                self.assertTrue(said.startswith(f"README.md:2: {link} leads to no "), said)

    def test_a_picture_leads_to_a_file_too(self):
        code, said = self.run_lint("docs", {"README.md": "![a room](docs/none.svg)\n"})
        self.assertEqual((code, said), (1, "README.md:1: docs/none.svg leads to no file\n"))

    def test_a_source_file_that_a_page_names_exists(self):
        page = "see `core/a.cc`, `cli/cmd_NAME.cc`, `router/personas.json` and `core/uv/`\n"
        self.assertEqual(self.run_lint("docs", {"README.md": page, "core/a.cc": ""}), (0, ""))
        self.assertEqual(self.run_lint("docs", {"README.md": page}),
                         (1, "README.md:1: core/a.cc does not exist\n"))

    def test_markdown_is_wrapped(self):
        long = "word " * 30 + "end"
        for text in [f"{long}\n", f"- {long}\n", f"    {long}\n", f"> {long}\n"]:
            with self.subTest(text):
                self.assert_offends("prose", "docs/a.md", f"# Top\n{text}", "wrap it at 120", 2)
        link = f"[the page](https://example.org/{'x' * 120})"
        for text in ["word " * 23 + "w.end", f"| {long} |", f"# {long}", f"```\n{long}\n```", link,
                     f"- {link},", f"- `{long}`."]:
            with self.subTest(text):
                self.assert_passes("prose", "docs/a.md", f"{text}\n")

    def test_defects_and_the_tests_against_them_name_each_other(self):
        row = "| B1 | a call is lost | `unit/a_test.cc` |\n"
        suite = {"tests/unit/a_test.cc": 'TEST_CASE("B1 a call is kept") {}\n'}
        listed = {"docs/dev/regressions.md": f"# All\n{row}"}
        self.assertEqual(self.run_lint("regressions", {**listed, **suite}), (0, ""))
        for files, message in [
            (listed, "docs/dev/regressions.md:2: there is no tests/unit/a_test.cc"),
            ({**listed, "tests/unit/a_test.cc": "// B11\n"}, "has no test of B1"),
            ({**suite, "docs/dev/regressions.md": row + row}, "docs/dev/regressions.md:2: B1 stands here"),
            ({**suite, "docs/dev/regressions.md": "| B1 | lost | none |\n"}, "B1 names no suite"),
            ({**listed, **suite, "tests/b.py": "# B1\n"}, "tests/b.py:1: docs/dev/regressions.md does"),
            ({**listed, **suite, "tests/b.py": "# B2\n"}, "does not name this file at B2"),
        ]:
            with self.subTest(message):
                code, said = self.run_lint("regressions", files)
                self.assertEqual(code, 1, said)
                self.assertIn(message, said)

    def test_rule_codes_are_defined(self):
        index = {"docs/dev/rules.md": "# Codes\n| B | rules of bees |\n| B1 | they fly |\n"}
        for path, line in [("core/a.cc", "int b2 = B2;  // B1, and B10.5, MiniMax-B2 or U+B2\n"),
                           ("core/a.cc", 'Set("B2", "the B2");\n'),
                           ("tests/a_test.py", "def test_flight():  # B1\n"),
                           ("tests/a_test.py", 'b = """B2"""\n"""A docstring."""\nb = B2\n'),
                           ("docs/a.md", "See B1 and docs/B2.\n")]:
            with self.subTest(line):
                self.assertEqual(self.run_lint("rules", {**index, path: line}), (0, ""))
        for path, line in [("core/a.h", "int a;  // as B2 says\n"),
                           ("core/a.h", "// At the end of a sentence: B2.\n"),
                           ("core/a.h", "// The range B1-B2\n"),
                           ("tests/a_test.cc", 'TEST_CASE("B2 they buzz") {\n'),
                           ("tests/a_test.cc", '    "B1 B2 they fly and buzz") {\n'),
                           ("tests/a_test.py", "    def test_b2(self):  # B2\n"),
                           ("tests/a_test.py", '"""They buzz (B2)."""\n'),
                           ("store/a.sql", "SELECT 1;  -- B2\n"),
                           ("CMakeLists.txt", "# B2\n"),
                           ("scripts/a", "#!/bin/sh # B2\n"),
                           ("docs/a.md", "See (B2).\n")]:
            with self.subTest(line):
                code, said = self.run_lint("rules", {**index, path: line})
                self.assertEqual(code, 1, said)
                self.assertIn(f"{path}:1: no document defines B2", said)
        code, said = self.run_lint("rules", {**index, "a.py": '"""They fly,\nand buzz (B2).\n"""\nb = B2\n'})
        self.assertEqual((code, said.count("B2"), said[:7]), (1, 1, "a.py:2:"), said)
        code, said = self.run_lint("rules", {**index, "core/a.h": "// as Z9 says\n"})
        self.assertEqual((code, said[:30]), (1, "core/a.h:1: no document defines"[:30]), said)

    def test_rule_codes_have_one_definition(self):
        page = "docs/dev/rules.md"
        index = "# Codes\n| B | rules of bees |\n| B1 | they fly |\n"
        for files, message in [
            ({page: index + "| B1 | they buzz |\n"}, f"{page}:4: B1 is also defined in {page}:3"),
            ({page: index, "docs/z.md": "| B1 | they buzz |\n"}, f"docs/z.md:1: B1 is also defined in {page}:3"),
            ({page: index + "| B | of birds |\n"}, f"{page}:4: the letter B has a second row"),
            ({page: index + "| C1 | they sting |\n"}, f"{page}:4: {page} has no row for the letter of C1"),
        ]:
            with self.subTest(message):
                code, said = self.run_lint("rules", files)
                self.assertEqual((code, said), (1, f"{message}\n"))

    def test_time_is_read_from_a_clock(self):
        for path in ["cli/a.cc", "core/a.h", "store/sqlite/a.cc", "router/gateway/a.cc", "core/clock.cc.h"]:
            for read in ["std::chrono::steady_clock::now()", "system_clock::now()", "SteadyClock::now()",
                         "CallClock::Clock::now()"]:
                with self.subTest(path=path, read=read):
                    self.assert_offends("clocks", path, f"// Why\nauto a = {read};\n", "from a Clock", 2)
        for path, line in [("core/clock.cc", "steady_clock::now()"), ("core/http/a.h", "Clock::now()"),
                           ("tests/a.cc", "steady_clock::now()"), ("cli/a.cc", "clock.Steady()"),
                           ("cli/a.cc", "0;  // steady_clock::now()")]:
            with self.subTest(path=path, line=line):
                self.assert_passes("clocks", path, f"auto a = {line};\n")
        self.assert_offends("clocks", "core/files.cc", "int a;\n", "reads no clock any more")

    def test_layout_is_that_of_clang_format(self):
        code, said = self.run_lint("format", {"core/a.cc": "int  a;\n"})
        if code == 77 and not os.environ.get("CI"):
            self.skipTest(said)
        self.assertEqual((code, said.split(" ")[0]), (1, "core/a.cc:1:"), said)
        self.assert_passes("format", "core/a.cc", "int a;\n")

    def test_the_build_folder_is_not_linted(self):
        self.assert_passes("length", "build/dev/a.cc", "//\n" * 501)


if __name__ == "__main__":
    unittest.main()

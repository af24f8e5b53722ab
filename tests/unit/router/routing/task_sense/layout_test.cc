// What of a request was typed, and what pasted.
#include "router/routing/task_sense/layout.h"

#include <string>

#include "tests/support/cpp/catch.h"

using namespace katra::router::routing::task_sense;  // NOLINT: a test file

TEST_CASE("pasted text is told by its kind", "[layout]") {
  struct Case {
    const char* text;
    Mark mark;
  };
  const Case cases[] = {
      {"why?\nTraceback (most recent call last):\n  File \"a.py\", line 3, in <module>",
       Mark::kTracePython},
      {"look\nCaused by: java.io.IOException: gone\n\tat com.x.Y.z(Y.java:3)", Mark::kTraceJava},
      {"hm\nTypeError: x is undefined\n    at f (app.js:3:4)", Mark::kTraceJavaScript},
      {"hm\npanic: runtime error: index out of range\n\ngoroutine 1 [running]:",
       Mark::kTraceNative},
      {"hm\nerror[E0382]: use of moved value", Mark::kCompiler},
      {"hm\nmain.c:3:4: error: expected ';'", Mark::kCompiler},
      {"hm\n--- FAIL: TestAdd (0.00s)", Mark::kTestFailure},
      {"hm\n2024-05-01 12:30:45 ERROR pool exhausted", Mark::kLog},
      {"hm\n[ERROR] pool exhausted", Mark::kLog},
      {"ok?\ndiff --git a/x b/x\n@@ -1 +1 @@\n-a\n+b", Mark::kDiff},
      {"what is it\n```\nx = 1\n```", Mark::kFence},
      {"hm\n$ make all", Mark::kShell},
      {"hm\n<<<<<<< HEAD", Mark::kConflict},
      {"hm\nint main() { return f(x); }", Mark::kCode},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    const Layout layout = ReadLayout(one.text);
    CHECK(layout.has(one.mark));
    CHECK(layout.typed.size() == 1);
    CHECK(layout.has(Mark::kPastedLast));
  }
}

TEST_CASE("prose is not taken for something pasted", "[layout]") {
  for (const char* text : {"emails go out twice\nsince the update", "Hi,\nplease add a page (404).",
                           "1. rename it\n2. move it", "at noon the job stops\nwhy"}) {
    CAPTURE(text);
    const Layout layout = ReadLayout(text);
    CHECK(layout.pasted.empty());
    CHECK(layout.typed.size() == 2);
  }
}

TEST_CASE("a request of one line was typed, also if it begins with an error", "[layout]") {
  const Layout layout = ReadLayout("TypeError: x is undefined when I click save");
  CHECK(layout.typed.size() == 1);
  CHECK(layout.has(Mark::kTracePython));
  CHECK_FALSE(layout.has(Mark::kOnlyPasted));
}

TEST_CASE("a trace without a word is only pasted", "[layout]") {
  CHECK(ReadLayout("panic: x\ngoroutine 1 [running]:").has(Mark::kOnlyPasted));
}

TEST_CASE("of a long text both ends are read", "[layout]") {
  std::string log;
  for (int i = 0; i < 3000; ++i) log += "2024-05-01 12:30:45 INFO tick\n";
  const std::string text = "first words\n" + log + "last words";
  const Layout layout = ReadLayout(text);
  REQUIRE(layout.typed.size() == 2);
  CHECK(layout.typed[0] == "first words");
  CHECK(layout.typed[1] == "last words");
  CHECK(layout.cut);
  size_t bytes = 0;
  for (const auto line : layout.pasted) bytes += line.size();
  CHECK(bytes <= 2048);
}

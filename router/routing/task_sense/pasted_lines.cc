#include "router/routing/task_sense/pasted_lines.h"

#include <algorithm>
#include <array>

namespace katra::router::routing::task_sense {
namespace {

bool Digit(char c) { return c >= '0' && c <= '9'; }

bool Has(std::string_view line, std::string_view part) {
  return line.find(part) != std::string_view::npos;
}

template <size_t N>
bool BeginsWithOne(std::string_view line, const std::array<std::string_view, N>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [line](std::string_view begin) { return line.starts_with(begin); });
}

std::string_view FirstToken(std::string_view line) { return line.substr(0, line.find(' ')); }

// `java.lang.NullPointerException: …`, `KeyError: 'x'`, `TypeError [ERR]: …`
bool NamesException(std::string_view line) {
  const size_t colon = line.find(':');
  const auto name = line.substr(0, std::min(colon, line.size()));
  if (name.size() < 5 || name.find(' ') != std::string_view::npos) return false;
  return name.ends_with("Error") || name.ends_with("Exception") || name.ends_with("Warning");
}

std::optional<Mark> Trace(std::string_view line, bool indented) {
  static constexpr std::array<std::string_view, 4> kPython = {
      "Traceback (most recent", "During handling of the above", "The above exception was",
      "KeyboardInterrupt"};
  static constexpr std::array<std::string_view, 4> kJava = {"Caused by: ", "Exception in thread ",
                                                            "Unhandled exception", "... "};
  static constexpr std::array<std::string_view, 11> kNative = {
      "panic: ",      "goroutine ", "thread '",        "Segmentation fault",   "terminate called",
      "Aborted (",    "==",         "stack backtrace", "note: run with `RUST", "signal: ",
      "fatal error: "};
  if (BeginsWithOne(line, kPython)) return Mark::kTracePython;
  if (line.starts_with("File \"") && Has(line, ", line ")) return Mark::kTracePython;
  if (line.starts_with("at ") && (Has(line, "(") || Has(line, ":"))) {
    if (Has(line, ".js:") || Has(line, ".ts:") || Has(line, ".mjs:") || Has(line, "node:") ||
        Has(line, ".tsx:") || Has(line, ".jsx:") || Has(line, ".vue:")) {
      return Mark::kTraceJavaScript;
    }
    if (indented || Has(line, ".java:") || Has(line, ".kt:") || Has(line, ".cs:")) {
      return Mark::kTraceJava;
    }
  }
  if (BeginsWithOne(line, kJava) && (line[0] != '.' || line.ends_with("more"))) {
    return Mark::kTraceJava;
  }
  if (BeginsWithOne(line, kNative) && (line[0] != '=' || Has(line, "ERROR"))) {
    return Mark::kTraceNative;
  }
  if (line.size() > 3 && line[0] == '#' && Digit(line[1]) && Has(line, " in ")) {
    return Mark::kTraceNative;
  }
  if (line.starts_with("Uncaught ")) return Mark::kTraceJavaScript;
  if (NamesException(line)) {
    return Has(FirstToken(line), ".") ? Mark::kTraceJava : Mark::kTracePython;
  }
  return std::nullopt;
}

std::optional<Mark> CompilerOrTest(std::string_view line) {
  static constexpr std::array<std::string_view, 12> kCompiler = {
      "error[E",   "error: ", "warning: ", "npm ERR!", "npm error", "ERROR in ",
      "make: ***", "ld: ",    "--> ",      "fatal: ",  "E: ",       "undefined reference"};
  static constexpr std::array<std::string_view, 11> kTest = {"FAILED ",    "--- FAIL",
                                                             "FAIL ",      "FAIL\t",
                                                             "E   ",       "AssertionError",
                                                             "Expected: ", "Received: ",
                                                             "expect(",    "test result: FAILED",
                                                             "● "};
  if (BeginsWithOne(line, kTest)) return Mark::kTestFailure;
  if (BeginsWithOne(line, kCompiler) || Has(line, ": error: ") || Has(line, ": error:") ||
      Has(line, ": warning: ") || Has(line, "error TS") || Has(line, "error CS") ||
      Has(line, "SQLSTATE[") || Has(line, "ORA-0")) {
    return Mark::kCompiler;
  }
  if (line.starts_with("^") && line.find_first_not_of("^~ ") == std::string_view::npos) {
    return Mark::kCompiler;
  }
  return std::nullopt;
}

// A date or a time of day within the first letters, or a level.
bool OfLog(std::string_view line) {
  const auto head = line.substr(0, 34);
  for (size_t i = 0; i + 7 < head.size(); ++i) {
    const bool time = Digit(head[i]) && Digit(head[i + 1]) && head[i + 2] == ':' &&
                      Digit(head[i + 3]) && Digit(head[i + 4]) && head[i + 5] == ':' &&
                      Digit(head[i + 6]);
    if (time) return true;
  }
  static constexpr std::array<std::string_view, 14> kLevels = {
      "[ERROR]", "[WARN",  "[INFO",  "[DEBUG", "ERROR ",  "WARN ",     "INFO ",
      "DEBUG ",  "FATAL ", "TRACE ", "level=", "time=\"", "Warning  ", "Normal  "};
  return BeginsWithOne(line, kLevels) || (Has(line, "\"level\":") && line.starts_with("{")) ||
         Has(line, " level=");
}

bool OfShell(std::string_view line) {
  static constexpr std::array<std::string_view, 8> kPrompts = {"$ ",    "❯ ",    "➜ ",    "PS C:\\",
                                                               "C:\\>", "root@", "# apt", "% "};
  if (BeginsWithOne(line, kPrompts)) return true;
  const auto first = FirstToken(line);
  const size_t at = first.find('@');
  return at != std::string_view::npos && at > 0 && Has(first, ":") &&
         (first.ends_with("$") || first.ends_with("#"));
}

bool OfCode(std::string_view line, bool indented) {
  static constexpr std::array<std::string_view, 14> kBegin = {
      "#include ", "import ",  "from ",  "def ",  "function ", "const ",  "let ",
      "public ",   "private ", "class ", "func ", "fn ",       "SELECT ", "return "};
  const auto symbols = static_cast<size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return std::string_view("{}()[];=<>|&$+*\\\"").find(c) != std::string_view::npos;
  }));
  const char last = line.back();
  const bool ends = last == ';' || last == '{' || last == '}' || line.ends_with("):");
  if (line.size() <= 2 && symbols > 0) return true;
  if (ends && symbols >= 2) return true;
  if (BeginsWithOne(line, kBegin) && symbols >= 2) return true;
  if (symbols * 5 >= line.size() && symbols >= 3) return true;
  return indented && (ends || symbols >= 3);
}

bool OfTable(std::string_view line) {
  return (line.starts_with("|") && line.ends_with("|") && line.size() > 2) ||
         (line.size() > 4 && line.find_first_not_of("-+=|") == std::string_view::npos) ||
         std::count(line.begin(), line.end(), '\t') >= 2;
}

}  // namespace

std::string_view WithoutBlanks(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

std::optional<Mark> PastedKind(std::string_view line) {
  const auto text = WithoutBlanks(line);
  if (text.empty()) return std::nullopt;
  const bool indented = line.size() > text.size() && (line[0] == '\t' || line.starts_with("  "));
  if (text.starts_with("<<<<<<<") || text.starts_with(">>>>>>>") || text == "=======" ||
      text.starts_with("CONFLICT (")) {
    return Mark::kConflict;
  }
  if (const auto trace = Trace(text, indented)) return trace;
  if (const auto failed = CompilerOrTest(text)) return failed;
  if (OfLog(text)) return Mark::kLog;
  if (OfShell(text)) return Mark::kShell;
  if (OfTable(text)) return Mark::kTable;
  if (OfCode(text, indented)) return Mark::kCode;
  if (text.starts_with("> ")) return Mark::kQuote;
  return std::nullopt;
}

bool OfDiff(std::string_view line, bool within) {
  static constexpr std::array<std::string_view, 6> kBegin = {"diff --git ", "@@ ",    "+++ ",
                                                             "--- a/",      "index ", "--- /dev"};
  if (BeginsWithOne(line, kBegin)) return line[0] != 'i' || (within && line.size() > 15);
  if (!within || line.empty()) return false;
  return line[0] == '+' || line[0] == '-' || line[0] == ' ' || line[0] == '\\';
}

}  // namespace katra::router::routing::task_sense

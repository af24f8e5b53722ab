// A command as it was declared, without CLI11: what help, completions and man pages are made from,
// so that they cannot disagree with the parser.
#pragma once

#include <string>
#include <vector>

namespace katra::cli {

class Program;

struct OptionInfo {
  std::vector<std::string> names;  // "-b", "--background"; a positional: its name alone
  std::string value;               // the name of its value; empty: a flag
  std::string text;
  std::string default_value;
  std::vector<std::string> choices;  // the values allowed; empty: any
  bool positional = false;
  bool required = false;
  bool repeated = false;  // may be given several times
};

struct CommandInfo {
  std::string name;   // "start"; of the root: the program's
  std::string path;   // "katra start", "katra memory list"
  std::string text;   // what it does; the first line is the summary
  std::string group;  // of the parent's help
  std::string footer;
  bool passes_rest = false;  // takes "-- ARGUMENTS"
  std::vector<OptionInfo> options;
  std::vector<CommandInfo> commands;
};

[[nodiscard]] std::string Summary(const CommandInfo& command);

// The whole tree of a program that RunProgram has set up.
[[nodiscard]] CommandInfo Describe(const Program& program);

// What `--help` and `katra help` print, for a terminal of `width` columns.
[[nodiscard]] std::string RenderHelp(const CommandInfo& command, int width);

// nullptr: none. Borrowed from `root`.
[[nodiscard]] const CommandInfo* FindCommand(const CommandInfo& root,
                                             const std::vector<std::string>& names);

// "katra start [OPTIONS] [FOLDER] [-- ARGUMENTS...]"
[[nodiscard]] std::string UsageOf(const CommandInfo& command);

// Breaks text into lines of at most `width` columns at spaces; line breaks of the text stay.
[[nodiscard]] std::vector<std::string> WrapText(const std::string& text, size_t width);

}  // namespace katra::cli

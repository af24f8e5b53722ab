// A declared command, independent of CLI11: the source of help, completions and man pages, so that
// they always agree with the parser.
#pragma once

#include <string>
#include <vector>

namespace katra::cli {

class Program;

struct OptionInfo {
  std::vector<std::string> names;  // "-b", "--background"; for a positional, only its name
  std::string value;               // the name of its value; empty for a flag
  std::string text;
  std::string default_value;
  std::vector<std::string> choices;  // allowed values; empty: any
  bool positional = false;
  bool required = false;
  bool repeated = false;  // may occur several times
};

struct CommandInfo {
  std::string name;   // "start"; for the root, the program's name
  std::string path;   // "katra start", "katra memory list"
  std::string text;   // what it does; the first line is the summary
  std::string group;  // its group in the parent's help
  std::string footer;
  bool passes_rest = false;  // accepts "-- ARGUMENTS"
  std::vector<OptionInfo> options;
  std::vector<CommandInfo> commands;
};

[[nodiscard]] std::string Summary(const CommandInfo& command);

// The command tree of a program that RunProgram has set up.
[[nodiscard]] CommandInfo Describe(const Program& program);

// What `--help` and `katra help` print, for a terminal of `width` columns.
[[nodiscard]] std::string RenderHelp(const CommandInfo& command, int width);

// nullptr if there is none. Borrowed from `root`.
[[nodiscard]] const CommandInfo* FindCommand(const CommandInfo& root,
                                             const std::vector<std::string>& names);

// "katra start [OPTIONS] [FOLDER] [-- ARGUMENTS...]"
[[nodiscard]] std::string UsageOf(const CommandInfo& command);

// Wraps text at spaces into lines of at most `width` columns; keeps its line breaks.
[[nodiscard]] std::vector<std::string> WrapText(const std::string& text, size_t width);

}  // namespace katra::cli

// Reads a TOML text into its statements, each with its place, so that an editor can change one
// table and leave every other byte alone. Strict in syntax, so that a damaged file is seen before
// it is touched; values other than texts are checked but not kept. Pure functions; knows no client.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace katra::cli {

// A table header or a "key = value".
struct TomlStatement {
  size_t start = 0;  // of its first line, in bytes
  size_t end = 0;    // past its last line with the line's end
  int line = 0;      // of its start, from 1
  bool header = false;
  std::vector<std::string> table;   // the table it opens, or that it stands in
  std::vector<std::string> key;     // of a value: what stands before "=", below `table`
  std::optional<std::string> text;  // the value, when it is a text
};

// In the order of the text; blank lines and comments belong to none. kInvalidArgument: "line N:
// what is wrong", also for a table or key that is there twice.
[[nodiscard]] Result<std::vector<TomlStatement>> ReadToml(const std::string& text);

}  // namespace katra::cli

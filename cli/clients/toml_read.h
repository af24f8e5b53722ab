// Parses a TOML text into statements with their positions, so that an editor can change one table
// without changing any other byte. Strict in syntax, so that a damaged file is detected before it
// is changed; values other than strings are checked but not returned. Pure functions; knows no
// client.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace katra::cli {

// A table header or a "key = value".
struct TomlStatement {
  size_t start = 0;  // start of its first line, in bytes
  size_t end = 0;    // end of its last line, including the line end
  int line = 0;      // line number of its start, from 1
  bool header = false;
  std::vector<std::string> table;   // the table that it opens or belongs to
  std::vector<std::string> key;     // of a value: the key before "=", below `table`
  std::optional<std::string> text;  // the value, if it is a string
};

// In text order; blank lines and comments belong to no statement. kInvalidArgument: "line N: what
// is wrong", also for duplicate tables or keys.
[[nodiscard]] Result<std::vector<TomlStatement>> ReadToml(const std::string& text);

}  // namespace katra::cli

// Tables with exactly one line per row: on a narrow page cells are cut and columns are left out, in
// an order that the caller gives. Without a page nothing is cut. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/output.h"

namespace katra::cli {

struct FitColumn {
  std::string heading;
  bool right = false;  // aligned to the right, for numbers
};

// One way to make a table narrower: the column may be cut to `width` columns; 0: left out.
struct FitStep {
  size_t column = 0;
  size_t width = 0;
};

struct FitTable {
  std::vector<FitColumn> columns;
  std::vector<std::vector<std::string>> rows;
  std::vector<FitStep> steps;  // applied in order, each only as far as necessary
};

// Rows under their headings. Each cell becomes one line. `look`: as in RenderTable.
[[nodiscard]] std::string RenderFitted(const FitTable& table, const Page& page,
                                       const CellLook& look = nullptr);

// `text` cut to `columns`, with "…" at its end if it was longer.
[[nodiscard]] std::string CutToWidth(const std::string& text, size_t columns);

}  // namespace katra::cli

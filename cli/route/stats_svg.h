// The bars of `katra stats` as an SVG picture: one file without scripts, fonts or links. Pure
// functions.
#pragma once

#include <string>
#include <vector>

#include "store/usage.h"

namespace katra::cli {

// `title`: for people who see or hear the picture.
[[nodiscard]] std::string StatsSvg(const std::vector<store::RouteSum>& sums, bool by_route,
                                   const std::string& title);

}  // namespace katra::cli

// One finding of a check among others. Knows no check.
#pragma once

#include <string>

#include "cli/health/check.h"

namespace katra::cli::testing {

// The first of that subject; its text says when there is none.
inline Finding FindingOf(const Findings& findings, const std::string& subject) {
  for (const Finding& finding : findings) {
    if (finding.subject == subject) return finding;
  }
  return {Health::kGood, subject, "(no such finding)", "(none)", 0};
}

}  // namespace katra::cli::testing

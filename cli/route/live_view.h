// `katra watch --routing`: prints decisions as they are made, one line a request.
#pragma once

#include <string>

#include "cli/context.h"
#include "cli/output.h"
#include "store/usage.h"

namespace katra::cli {

// "[12:03:04] Dario claude-sonnet-5 -> openai/gpt-5 · review (0.91) · 812 ms · $0.0123 · fallback
// 1", cut to the page. Colours are only a help: the words say the same.
[[nodiscard]] std::string DecisionLine(const store::UsageRecord& record, const Page& page);

struct LiveOptions {
  std::string persona;  // only its requests; empty: all
  bool json = false;    // one JSON object per line
};

// Prints the last few decisions and then new ones, until a signal or the end of stdout. Without a
// running gateway it reads the store, and waits for a gateway.
[[nodiscard]] int WatchRouting(const LiveOptions& options, Context& context);

}  // namespace katra::cli

// Texts about one decision of the gateway: which model answered a request, why, and at what cost.
// The same for records of the store and for events of the gateway's feed. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/output.h"
#include "core/json_view.h"
#include "core/json_write.h"
#include "core/result.h"
#include "store/usage.h"

namespace katra::cli {

// A decision as the gateway's feed writes it. Its `id` is 0. kInvalidArgument: it is not one.
[[nodiscard]] Result<store::UsageRecord> ReadDecision(std::string_view json);

// All of a record's members; unknown ones are null.
void WriteDecision(const store::UsageRecord& record, JsonWriter& writer);

// "openai/gpt-5": the model that answered or was asked last; "nobody" if none was.
[[nodiscard]] std::string ChosenModel(const store::UsageRecord& record);
// The model as the client named it; "-" if it named none.
[[nodiscard]] std::string RequestedModel(const store::UsageRecord& record);
// "review (0.91)", "review (0.91, held)", "think", or the rule if there is no route: "explicit";
// "-" if neither was recorded.
[[nodiscard]] std::string RouteText(const store::UsageRecord& record);
// Why the model was asked; for failures the kind of the error.
[[nodiscard]] std::string WhyText(const store::UsageRecord& record);
// "$0.0123", "<$0.0001", "$0" if it cost nothing, "$?" if the price is unknown, "-" for failures
// without cost.
[[nodiscard]] std::string CostText(const store::UsageRecord& record);
[[nodiscard]] std::string DollarText(int64_t usd_micros);
// "812 ms", "12.3 s", "4 min"; "-": unknown.
[[nodiscard]] std::string MillisText(std::optional<int64_t> milliseconds);
// "950", "12.3k", "4.5M".
[[nodiscard]] std::string ShortCount(int64_t count);

// Whether another model answered than the first one that was tried.
[[nodiscard]] bool IsFallback(const store::UsageRecord& record);

// The whole decision in several lines, for `katra route explain`: a heading, and indented lines of
// a name and a text.
[[nodiscard]] std::string ExplainText(const store::UsageRecord& record, WallTime now);
// Its lines wrapped to the page, with the texts below each other.
[[nodiscard]] std::string WrapExplained(const std::string& text, const Page& page);

}  // namespace katra::cli

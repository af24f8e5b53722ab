// What the parts of a request's translation share (request.cc wires them). Internal to
// router/translate.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/json_view.h"
#include "core/json_write.h"
#include "core/result.h"
#include "router/translate/names.h"
#include "router/translate/request.h"

namespace katra::translate {

struct Draft {
  const Target& target;
  JsonView root;  // the Messages request
  ToolIds ids;
  TranslatedRequest result;
  std::set<std::string> dropped;
  std::vector<std::string> system_notes;  // what the model must be told, as plain text
  bool reasoning_model = false;           // of OpenAI's families (R45-R47)
  bool claude_model = false;              // behind a provider that keeps cache_control (R14)
  bool thinking = false;                  // thinking is asked for
  bool has_functions = false;             // tools that the upstream was given

  Draft(const Target& for_target, JsonView request)
      : target(for_target), root(request), ids(for_target.quirks.tool_ids) {}
  [[nodiscard]] const router::Quirks& quirks() const { return target.quirks; }
};

[[nodiscard]] const std::string& UpstreamOf(const Target& target);

// The name of a tool for the upstream; remembers a changed one for the reply (R31).
[[nodiscard]] std::string MapToolName(std::string_view name, ReplyContext* reply);

// A 400 that says which feature is refused (E5).
[[nodiscard]] tl::unexpected<Error> RejectCapability(std::string_view token, std::string message);
[[nodiscard]] tl::unexpected<Error> Malformed(std::string message);

// Leaves a content block out, and says so. One that is not known to belong to Anthropic's servers
// is counted, so that new types are noticed (F5).
void DropBlock(Draft& draft, JsonView type);

// Each writes its members of the Chat request (tools first: names and notes come of them).
[[nodiscard]] Status WriteTools(Draft& draft, JsonWriter& writer);
[[nodiscard]] Status WriteMessages(Draft& draft, JsonWriter& writer);
[[nodiscard]] Status WriteParameters(Draft& draft, JsonWriter& writer);

// Whether the model is one of OpenAI's that reason: o-series, gpt-5 and later. A vendor in front
// and case do not matter.
[[nodiscard]] bool IsReasoningModel(std::string_view model);

// Whether `model` takes the provider's reasoning_request. `reasoning_model`: as above, where the
// provider's models are OpenAI's.
[[nodiscard]] bool MayReason(const router::Quirks& quirks, std::string_view model,
                             bool reasoning_model);
// Whether `word` is one of effort, from "minimal" to "max".
[[nodiscard]] bool IsKnownEffort(std::string_view word);
// The word nearest to `wanted` that the upstream knows; of two the stronger.
[[nodiscard]] std::string NearestEffort(std::string_view wanted,
                                        const std::vector<std::string>& known);

// What the references in the schemas of all tools of a request may add to them, in bytes.
constexpr size_t kMaxReferencedOfAll = size_t{4} << 20U;
// A tool's input_schema as `parameters` (R29, R30). `room`: what references may still add; it
// counts down. `lost` becomes true when a reference could not be written out to its end.
void WriteSchema(JsonView schema, router::SchemaDialect dialect, size_t* room, bool* lost,
                 std::string& out);
// The same for whoever takes JSON Schema as it is.
void WriteFullSchema(JsonView schema, std::string& out);

}  // namespace katra::translate

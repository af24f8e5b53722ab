// What the translations of a request share, to whichever format. Internal to router/translate.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/json_view.h"
#include "core/json_write.h"
#include "core/result.h"
#include "router/translate/names.h"
#include "router/translate/request.h"

namespace katra::router::translate {

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
  bool responses = false;                 // for the Responses API, else for Chat Completions

  Draft(const Target& for_target, JsonView request)
      : target(for_target), root(request), ids(for_target.quirks.tool_ids) {}
  [[nodiscard]] const Quirks& quirks() const { return target.quirks; }
};

[[nodiscard]] const std::string& UpstreamOf(const Target& target);

// kInvalidArgument: no JSON object in UTF-8.
[[nodiscard]] Status ReadBody(std::string_view messages_body, JsonDocument& document);
// What both formats begin and end with: the reply's context, and members that nobody reads (R53).
void BeginDraft(Draft& draft);
void EndDraft(Draft& draft);

// The name of a tool for the upstream; remembers a changed one for the reply (R31).
[[nodiscard]] std::string MapToolName(std::string_view name, ReplyContext* reply);

// A 400 that says which feature is refused (E5).
[[nodiscard]] tl::unexpected<Error> RejectCapability(std::string_view token, std::string message);
[[nodiscard]] tl::unexpected<Error> Malformed(std::string message);

// Leaves a content block out, and says so. One that is not known to belong to Anthropic's servers
// is counted, so that new types are noticed (F5).
void DropBlock(Draft& draft, JsonView type);

// The client's attribution block is no part of the prompt (R12).
[[nodiscard]] inline bool IsAttribution(std::string_view escaped) {
  constexpr std::string_view kAttribution = "x-anthropic-billing-header";
  return escaped.substr(0, kAttribution.size()) == kAttribution;
}
// Stands where a call has no result: an upstream answers 400 to a call without one (R25).
inline constexpr std::string_view kNoResult = "No result: the call was interrupted.";
// Of kept reasoning that one request may bring back: the store holds no more, so only ids that are
// repeated reach it.
inline constexpr size_t kMostKeptBytes = size_t{32} << 20U;

// What a tool is for the upstream, by its type.
enum class ToolKind { kFunction, kWebSearch, kWebFetch, kToolSearch, kRefused };
[[nodiscard]] ToolKind KindOf(JsonView tool);
[[nodiscard]] bool HasFunction(JsonView tools, const std::string& name);
// What of a tool's members has no place upstream.
void ListToolDrops(JsonView tool, std::vector<std::string>* dropped);
// A tool of the provider's that it has not: listed, and told to the model (R36, R37).
[[nodiscard]] Status LeaveOut(ToolKind kind, const std::string& type, Draft& draft);
// Tools in the form of a client's, checked.
[[nodiscard]] Result<JsonView> ReadTools(const Draft& draft);

// The reasoning effort that is asked for, in Anthropic's words; empty: none (R38, R39).
[[nodiscard]] std::string WantedEffort(const Draft& draft);
// Stop sequences beyond the first `room` are looked for in the answer (R46).
[[nodiscard]] Status EmulateStops(Draft& draft, size_t room);
void WriteSampling(Draft& draft, JsonWriter& writer);
// max_tokens, as far as the model has it (R8, R45); nothing: not said.
[[nodiscard]] std::optional<int64_t> WantedLength(const Draft& draft);
// The JSON Schema of the output; missing: none is asked for (R52).
[[nodiscard]] JsonView OutputSchema(const Draft& draft);
// Whose name the request carries, as a member (R49).
void WriteIdentity(std::string_view user_member, Draft& draft, JsonWriter& writer);

// Whether the model is one of OpenAI's that reason: o-series, gpt-5 and later. A vendor in front
// and case do not matter.
[[nodiscard]] bool IsReasoningModel(std::string_view model);

// Whether `model` takes the provider's reasoning_request. `reasoning_model`: as above, where the
// provider's models are OpenAI's.
[[nodiscard]] bool MayReason(const Quirks& quirks, std::string_view model, bool reasoning_model);
// Whether `word` is one of effort, from "minimal" to "max".
[[nodiscard]] bool IsKnownEffort(std::string_view word);
// The word nearest to `wanted` that the upstream knows; of two the stronger.
[[nodiscard]] std::string NearestEffort(std::string_view wanted,
                                        const std::vector<std::string>& known);

// What the references in the schemas of all tools of a request may add to them, in bytes.
constexpr size_t kMaxReferencedOfAll = size_t{4} << 20U;
// A tool's input_schema as `parameters` (R29, R30). `room`: what references may still add; it
// counts down. `lost` becomes true when a reference could not be written out to its end.
void WriteSchema(JsonView schema, SchemaDialect dialect, size_t* room, bool* lost,
                 std::string& out);
// The same for whoever takes JSON Schema as it is.
void WriteFullSchema(JsonView schema, std::string& out);

}  // namespace katra::router::translate

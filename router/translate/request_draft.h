// The common state and steps of translating a request, whatever the format. Internal to
// router/translate.
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
  std::vector<std::string> system_notes;  // notes for the model, as plain text
  bool reasoning_model = false;           // one of OpenAI's reasoning models (R45-R47)
  bool claude_model = false;   // a Claude model at a provider that keeps cache_control (R14)
  bool thinking = false;       // thinking is requested
  bool has_functions = false;  // the upstream was given tools
  bool responses = false;      // for the Responses API, else for Chat Completions

  Draft(const Target& for_target, JsonView request)
      : target(for_target), root(request), ids(for_target.quirks.tool_ids) {}
  [[nodiscard]] const Quirks& quirks() const { return target.quirks; }
};

[[nodiscard]] const std::string& UpstreamOf(const Target& target);

// kInvalidArgument: not a JSON object in UTF-8.
[[nodiscard]] Status ReadBody(std::string_view messages_body, JsonDocument& document);
// The first and last steps for both formats: the response's context, and members that are not read
// (R53).
void BeginDraft(Draft& draft);
void EndDraft(Draft& draft);

// A tool's name for the upstream; records a changed one for the response (R31).
[[nodiscard]] std::string MapToolName(std::string_view name, ReplyContext* reply);

// A 400 that names the refused feature (E5).
[[nodiscard]] tl::unexpected<Error> RejectCapability(std::string_view token, std::string message);
[[nodiscard]] tl::unexpected<Error> Malformed(std::string message);

// Drops a content block and records it. Types that are not known to belong to Anthropic's servers
// are counted, so that new ones are noticed (F5).
void DropBlock(Draft& draft, JsonView type);

// The client's attribution block is not part of the prompt (R12).
[[nodiscard]] inline bool IsAttribution(std::string_view escaped) {
  constexpr std::string_view kAttribution = "x-anthropic-billing-header";
  return escaped.substr(0, kAttribution.size()) == kAttribution;
}
// Replaces a missing result: upstreams answer 400 to a call without one (R25).
inline constexpr std::string_view kNoResult = "No result: the call was interrupted.";
// The most stored reasoning that one request may return. The store holds no more, so only repeated
// ids reach it.
inline constexpr size_t kMostKeptBytes = size_t{32} << 20U;

// What a tool of a given type becomes for the upstream.
enum class ToolKind { kFunction, kWebSearch, kWebFetch, kToolSearch, kRefused };
[[nodiscard]] ToolKind KindOf(JsonView tool);
[[nodiscard]] bool HasFunction(JsonView tools, const std::string& name);
// Records a tool's members that the upstream does not support.
void ListToolDrops(JsonView tool, std::vector<std::string>* dropped);
// Handles a provider-side tool that this provider does not have: records it and tells the model
// (R36, R37).
[[nodiscard]] Status LeaveOut(ToolKind kind, const std::string& type, Draft& draft);
// The client's tools, checked.
[[nodiscard]] Result<JsonView> ReadTools(const Draft& draft);

// The requested reasoning effort, in Anthropic's words; empty: none (R38, R39).
[[nodiscard]] std::string WantedEffort(const Draft& draft);
// Stop sequences beyond the first `room` are searched for in the answer (R46).
[[nodiscard]] Status EmulateStops(Draft& draft, size_t room);
void WriteSampling(Draft& draft, JsonWriter& writer);
// max_tokens, limited to what the model supports (R8, R45); nullopt: not set.
[[nodiscard]] std::optional<int64_t> WantedLength(const Draft& draft);
// The JSON Schema of the output; missing if none is requested (R52).
[[nodiscard]] JsonView OutputSchema(const Draft& draft);
// Writes the user's identity as `user_member` (R49).
void WriteIdentity(std::string_view user_member, Draft& draft, JsonWriter& writer);

// Whether the model is one of OpenAI's reasoning models: o-series, gpt-5 and later. Ignores case
// and a vendor prefix.
[[nodiscard]] bool IsReasoningModel(std::string_view model);

// Whether `model` accepts the provider's reasoning_request. `reasoning_model`: as above, if the
// provider's models are OpenAI's.
[[nodiscard]] bool MayReason(const Quirks& quirks, std::string_view model, bool reasoning_model);
// Whether `word` is an effort, from "minimal" to "max".
[[nodiscard]] bool IsKnownEffort(std::string_view word);
// The supported effort nearest to `wanted`; the stronger of two equally near ones.
[[nodiscard]] std::string NearestEffort(std::string_view wanted,
                                        const std::vector<std::string>& known);

// The most bytes that references in all tool schemas of a request may add.
constexpr size_t kMaxReferencedOfAll = size_t{4} << 20U;
// Writes a tool's input_schema as `parameters` (R29, R30). `room`: bytes that references may still
// add; decreases. Sets `lost` if a reference could not be expanded completely.
void WriteSchema(JsonView schema, SchemaDialect dialect, size_t* room, bool* lost,
                 std::string& out);
// The same for upstreams that accept JSON Schema unchanged.
void WriteFullSchema(JsonView schema, std::string& out);

}  // namespace katra::router::translate

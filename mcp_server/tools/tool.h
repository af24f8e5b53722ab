// What a tool is: how its file describes it (ToolDefinition), and what the server is given of it
// (Tool). Tools know the store and their own arguments; they know nothing of JSON-RPC, of protocol
// versions, or of who waits for them.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json_schema.h"
#include "core/result.h"
#include "mcp_server/call_environment.h"

namespace katra::mcp {

// What a result gave to the client, so that the server can tell later calls what was received.
struct Delivery {
  std::string room;
  store::MessageId through = 0;
};

struct ToolOutput {
  std::string text;                            // for the model
  std::shared_ptr<const nlohmann::json> json;  // set when the caller asked for format=json
  bool is_error = false;                       // something that the model can mend; `text` says how
  std::optional<Delivery> delivery;            // katra_hear only
};

// What a tool that waits is told of the run, beside its environment.
struct WaitState {
  // Message ids up to here were in results that had been written to the client when the call came
  // in, so that the call acknowledges them. 0: none yet.
  store::MessageId received_through = 0;
  // False while the server will run the call again; true when the time is up, or the call does not
  // wait.
  bool last_try = true;
};

// The functions of a tool. They run on a thread of the tool's lane; `arguments` has passed the
// schema, and has no null members.
using RunTool = ToolOutput(const CallEnvironment& environment, const nlohmann::json& arguments);
// Nothing: not yet, run me again when the bell rings (only when `wait.last_try` is false).
using RunWaitingTool = std::optional<ToolOutput>(const CallEnvironment& environment,
                                                 const nlohmann::json& arguments,
                                                 const WaitState& wait);
// How long a call wants to wait when there is nothing yet. On the loop's thread.
using WaitOfTool = std::chrono::milliseconds(const nlohmann::json& arguments);

// What a tool's file says of it; the rest is in its schema. Made once, by the tool list.
struct ToolDefinition {
  std::string_view name;  // of schemas/tools/NAME-v1.json
  Lane lane = Lane::kRead;
  RunTool* run = nullptr;
  // Instead of `run`, of a tool that waits.
  RunWaitingTool* run_waiting = nullptr;
  WaitOfTool* wait = nullptr;
  // A call changes what the caller's own session is: the server reads it again after it.
  bool changes_session = false;
};

struct ToolHints {
  bool read_only = false;
  bool destructive = false;
  bool idempotent = false;
};

struct Tool {
  std::string name;
  std::string title;
  std::string description;  // under 2,048 characters: clients cut it there
  ToolHints hints;
  Lane lane = Lane::kRead;
  std::shared_ptr<const nlohmann::json> input_schema;  // as published, from schemas/tools
  std::shared_ptr<const JsonSchema> input;             // the same, compiled
  // As in ToolDefinition: `run`, or `run_waiting` and `wait`.
  std::function<RunTool> run;
  std::function<RunWaitingTool> run_waiting;
  std::function<WaitOfTool> wait;
  bool changes_session = false;
};

// The tools in the order in which they are listed. Deterministic.
[[nodiscard]] std::vector<Tool> MakeTools();

// The result for arguments that break the schema: names the place, what is allowed, the next step.
[[nodiscard]] ToolOutput ArgumentError(const Tool& tool, const std::vector<SchemaViolation>& found);
// The result for an Error of the store.
[[nodiscard]] ToolOutput ErrorOutput(const Error& error);

// What every session is told first: facts that span the tools, most important first, at most 2,000
// characters. `session` unset: it is not open yet.
[[nodiscard]] std::string Instructions(const store::Session* session);

}  // namespace katra::mcp

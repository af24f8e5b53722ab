// Tools: how a tool's file describes it (ToolDefinition), and what the server sees of it (Tool).
// Tools know the store and their own arguments; they know nothing of JSON-RPC, protocol versions,
// or callers that wait.
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

// Which messages a result delivers, so that later calls can acknowledge them.
struct Delivery {
  std::string room;
  store::MessageId through = 0;
};

struct ToolOutput {
  std::string text;                            // for the model
  std::shared_ptr<const nlohmann::json> json;  // set when the caller asked for format=json
  bool is_error = false;             // an error that the model can correct; `text` says how
  std::optional<Delivery> delivery;  // katra_hear only
};

// What a waiting tool is told about the current run, besides its environment.
struct WaitState {
  // The call acknowledges message ids up to here: they were in results that had been written to the
  // client when the call arrived. 0: none yet.
  store::MessageId received_through = 0;
  // False if the server will run the call again; true if the time is up, or if the call does not
  // wait.
  bool last_try = true;
};

// The functions of a tool, run on a thread of its lane. `arguments` has passed the schema and has
// no null members.
using RunTool = ToolOutput(const CallEnvironment& environment, const nlohmann::json& arguments);
// Returns nullopt to be run again when the store changes; only allowed if `wait.last_try` is false.
using RunWaitingTool = std::optional<ToolOutput>(const CallEnvironment& environment,
                                                 const nlohmann::json& arguments,
                                                 const WaitState& wait);
// How long a call may wait if there is nothing yet. On the loop's thread.
using WaitOfTool = std::chrono::milliseconds(const nlohmann::json& arguments);

// A tool as defined in its file; the rest is in its schema. Used once, by the tool list.
struct ToolDefinition {
  std::string_view name;  // as in schemas/tools/NAME-v1.json
  Lane lane = Lane::kRead;
  RunTool* run = nullptr;
  // Used instead of `run` by tools that wait.
  RunWaitingTool* run_waiting = nullptr;
  WaitOfTool* wait = nullptr;
  // The call changes the caller's session, so the server reads it again afterwards.
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
  std::string description;  // less than 2,048 characters, where clients truncate
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

// All tools, in the order in which they are listed. Deterministic.
[[nodiscard]] std::vector<Tool> MakeTools();

// The result for arguments that violate the schema: names the argument, what is allowed, and the
// next step.
[[nodiscard]] ToolOutput ArgumentError(const Tool& tool, const std::vector<SchemaViolation>& found);
// The result for an Error from the store.
[[nodiscard]] ToolOutput ErrorOutput(const Error& error);

// The instructions for every session: facts that concern several tools, most important first, at
// most 2,000 characters. `session` is nullptr if it is not open yet.
[[nodiscard]] std::string Instructions(const store::Session* session);

}  // namespace katra::mcp

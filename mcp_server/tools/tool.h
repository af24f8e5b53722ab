// What a tool is to the server that calls it. Tools know the store and their own arguments; they
// know nothing of JSON-RPC, of protocol versions, or of who waits for them.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/json_schema.h"
#include "core/result.h"
#include "store/executor.h"
#include "store/store.h"

namespace katra::mcp {

// Which lane runs a call: one that is stuck stops only itself.
using Lane = store::Executor::Lane;

// Everything a call may use. Borrowed for the duration of the call, on a store thread.
struct CallEnvironment {
  store::Store& store;
  const Clock& clock;
  store::SessionId session;
  store::CallContext context;
  // Message ids up to here were in results that had been written to the client when this call came
  // in, so that this call acknowledges them. 0: none yet.
  store::MessageId received_through = 0;
  // Waiting tools: false while the server will run the call again, true when the time is up (or the
  // tool does not wait).
  bool last_try = true;
};

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
  // How long the call wants to wait when there is nothing yet. Unset function: never.
  std::function<std::chrono::milliseconds(const nlohmann::json& arguments)> wait;
  // Runs once; `arguments` has passed the schema, and has no null members. Nothing: not yet, run me
  // again when the bell rings (only when environment.last_try is false).
  std::function<std::optional<ToolOutput>(const CallEnvironment& environment,
                                          const nlohmann::json& arguments)>
      run;
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

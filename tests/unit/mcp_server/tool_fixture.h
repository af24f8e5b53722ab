// A real store in a temporary home, with personas that call tools on it as the server would: the
// arguments are checked against the schema first, and every structured result against its own.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/ids.h"
#include "mcp_server/tools/tool.h"
#include "tests/support/cpp/manual_clock.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::testing {

// The same ids in every run.
class CountingRandom final : public Random {
 public:
  [[nodiscard]] uint64_t Next() override { return state_ = state_ * 6364136223846793005ULL + 1; }

 private:
  uint64_t state_ = 42;
};

// A published schema file, by tool name: {"input", "output", "title", …}.
[[nodiscard]] nlohmann::json ToolSchemaFile(const std::string& tool);

class Meeting {
 public:
  Meeting();

  // Opens a session of this process. `name` empty: a guest.
  store::Session Join(const std::string& name, const std::string& provider = "openai",
                      const std::string& model = "gpt-4-turbo", const std::string& role = "");
  void Leave(const store::Session& session);

  [[nodiscard]] mcp::CallEnvironment Environment(const store::Session& session);

  // The tool's result; nothing when a waiting tool waits on. `received_through`, `last_try`: as in
  // WaitState.
  std::optional<mcp::ToolOutput> Try(const store::Session& session, const std::string& tool,
                                     const nlohmann::json& arguments,
                                     store::MessageId received_through = 0, bool last_try = true);
  // The same, for calls that must answer.
  mcp::ToolOutput Call(const store::Session& session, const std::string& tool,
                       const nlohmann::json& arguments = nlohmann::json::object(),
                       store::MessageId received_through = 0);
  // The text of a call that must succeed.
  std::string Text(const store::Session& session, const std::string& tool,
                   const nlohmann::json& arguments = nlohmann::json::object(),
                   store::MessageId received_through = 0);
  // The structured content of a call that must succeed, checked against its schema.
  nlohmann::json Json(const store::Session& session, const std::string& tool,
                      nlohmann::json arguments = nlohmann::json::object(),
                      store::MessageId received_through = 0);
  // The text of a call that must fail in a way that the model can mend.
  std::string Failure(const store::Session& session, const std::string& tool,
                      const nlohmann::json& arguments);

  // KATRA_HOME of the tools, without a configuration of its own.
  [[nodiscard]] const TempHome& home() const { return home_; }

  ManualClock clock;
  std::unique_ptr<store::Store> store;
  std::vector<mcp::Tool> tools;

 private:
  TempHome home_;
  CountingRandom random_;
};

}  // namespace katra::testing

// What a client tells a hook is taken member by member, and nothing that it tells is an error.
#include "cli/hooks/input.h"

#include "tests/support/cpp/catch.h"

namespace katra::cli::testing {
namespace {

TEST_CASE("each member is taken from its own name") {
  const HookInput input = ParseHookInput(
      R"({"session_id": "c-1", "cwd": "/work", "source": "resume", "notification_type": "idle_prompt",
          "reason": "logout", "stop_hook_active": true, "agent_id": "a-1", "of later": {},
          "tool_input": {"file_path": "/work/a.cc", "notebook_path": "", "content": "x"}})");
  CHECK(input.session_id == "c-1");
  CHECK(input.working_folder == "/work");
  CHECK(input.source == "resume");
  CHECK(input.notification_type == "idle_prompt");
  CHECK(input.reason == "logout");
  CHECK(input.stop_hook_active);
  CHECK(input.of_subagent);
  CHECK(input.edited == std::vector<std::string>{"/work/a.cc"});
}

TEST_CASE("what is absent or of another type is as if it were not said") {
  for (const char* text :
       {"", "null", "[]", "\"c-1\"", "{", "{}", "\xff",
        R"({"session_id": 7, "cwd": null, "source": [], "notification_type": {}, "reason": false,
            "stop_hook_active": "true", "agent_id": 1})",
        R"({"stop_hook_active": 1, "agent_id": "", "tool_input": {"file_path": [1]}})",
        R"({"tool_input": "file_path"})"}) {
    INFO(text);
    const HookInput input = ParseHookInput(text);
    CHECK((input.session_id + input.working_folder + input.source + input.notification_type +
           input.reason)
              .empty());
    CHECK_FALSE(input.stop_hook_active);
    CHECK_FALSE(input.of_subagent);
    CHECK(input.edited.empty());
  }
}

}  // namespace
}  // namespace katra::cli::testing

#include "mcp_server/tools/output.h"

#include <nlohmann/json.hpp>

#include "mcp_server/tools/arguments.h"
#include "render/domain_json.h"
#include "render/presence_text.h"

namespace katra::mcp {

ToolOutput MakeOutput(const nlohmann::json& arguments, const std::function<std::string()>& text,
                      const std::function<nlohmann::json()>& json) {
  ToolOutput output;
  if (WantsJson(arguments)) {
    output.json = std::make_shared<const nlohmann::json>(json());
    output.text = render::DumpJson(*output.json);
  } else {
    output.text = text();
  }
  return output;
}

ToolOutput SelfOutput(const CallEnvironment& environment, const nlohmann::json& arguments,
                      const Result<store::Session>& session) {
  if (!session) return ErrorOutput(session.error());
  return MakeOutput(
      arguments, [&] { return render::SelfText(*session, environment.clock.Now()); },
      [&] { return render::SessionJson(*session); });
}

ToolOutput FailedOutput(ErrorCode code, std::string message) {
  return ErrorOutput(Error{code, std::move(message), {}, false});
}

}  // namespace katra::mcp

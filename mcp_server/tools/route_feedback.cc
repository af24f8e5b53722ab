// katra_route_feedback: rates an answer that came by a route of the gateway, as
// `katra route feedback` does, but only answers to the caller's own persona.
#include <nlohmann/json.hpp>

#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/tool.h"
#include "router/routing/feedback/feedback.h"

namespace katra::mcp {
namespace {

using router::routing::Rated;

std::string AnswerText(const Rated& rated) {
  std::string text = router::routing::RatedText(rated);
  text += rated.ignored_by.empty()
              ? " The gateway takes it into account from its next request on."
              : " It is kept, but the gateway does not follow ratings: \"router.learning\" is "
                "off in " +
                    rated.ignored_by + ".";
  return text;
}

nlohmann::json AnswerJson(const Rated& rated) {
  return {{"verdict", rated.good ? "good" : "bad"},
          {"request_id", rated.request_id},
          {"route", rated.route},
          {"model", rated.model},
          {"better", rated.better.empty() ? nlohmann::json() : nlohmann::json(rated.better)},
          {"followed", rated.ignored_by.empty()}};
}

ToolOutput Run(const CallEnvironment& environment, const nlohmann::json& arguments) {
  const bool good = WordArgument(arguments, "verdict") == "good";
  const std::string better = WordArgument(arguments, "better");
  if (good && !better.empty()) {
    return FailedOutput(
        ErrorCode::kInvalidArgument,
        "better: says which model should have answered, so it goes with the verdict bad only");
  }
  const auto session = environment.store.GetSession(environment.session, environment.context);
  if (!session) return ErrorOutput(session.error());
  const auto rated =
      router::routing::RateAnswer(std::string(environment.home),
                                  {.persona = session->persona,
                                   .good = good,
                                   .better = better,
                                   .note = TextArgument(arguments, "note"),
                                   .request_id = WordArgument(arguments, "request_id"),
                                   .client_session_id = session->client_session_id},
                                  environment.store, environment.clock, environment.context);
  if (!rated) return ErrorOutput(rated.error());
  return MakeOutput(
      arguments, [&] { return AnswerText(*rated); }, [&] { return AnswerJson(*rated); });
}

}  // namespace

extern const ToolDefinition kRouteFeedback = {
    .name = "katra_route_feedback", .lane = Lane::kWrite, .run = &Run};

}  // namespace katra::mcp

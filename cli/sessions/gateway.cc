#include "cli/sessions/gateway.h"

#include <unistd.h>

#include "cli/audit_note.h"
#include "cli/sessions/claude_code_router.h"
#include "cli/sessions/gateway_care.h"
#include "cli/sessions/gateway_process.h"
#include "cli/sessions/programs.h"
#include "core/json_view.h"
#include "core/json_write.h"
#include "core/text.h"
#include "router/gateway/access/tokens.h"

namespace katra::cli {
namespace {

Result<std::string> AskForToken(const Context& context, const router::gateway::Runtime& runtime,
                                const GatewayQuery& query) {
  const router::SessionChoice& session = query.session;
  auto keys = ProviderKeys(context, query.persona, session);
  if (!keys) return Pass(std::move(keys));
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Key("persona").String(query.persona);
  if (IsValidUtf8(query.folder)) writer.Key("folder").String(query.folder);
  writer.Key("session").BeginObject().Key("provider").String(session.provider);
  writer.Key("model").String(session.model).Key("api_key_env").String(session.api_key_env);
  if (session.own_login) writer.Key("login").String("own");
  writer.EndObject().Key("keys").BeginObject();
  for (const auto& [variable, value] : *keys) writer.TextKey(variable).String(value);
  writer.EndObject().EndObject();
  auto answer = AskGateway(runtime, "POST", "/admin/tokens", body);
  if (!answer) return Pass(std::move(answer));
  JsonDocument document;
  if (auto parsed = document.Parse(answer->body); !parsed) return Pass(std::move(parsed));
  return document.Root()["token"].Text();
}

}  // namespace

Result<GatewayLink> FindGateway(const Context& context, const GatewayQuery& query) {
  auto runtime = query.mint ? RaiseGateway(context) : RunningGateway(context);
  if (!runtime && query.mint && runtime.error().code == ErrorCode::kAlreadyExists) {
    context.Warn(runtime.error().message);
    runtime = EnsureGateway(context);
  }
  if (!runtime) {
    return Fail(ErrorCode::kUnavailable,
                runtime.error().message +
                    ". To use claude-code-router instead, write "
                    "\"router\": {\"kind\": \"claude-code-router\"} into " +
                    context.home() +
                    "/router/personas.json, run `katra-router-config` and `ccr start`; or leave "
                    "the router out with --no-router.");
  }
  GatewayLink link;
  const bool v6 = runtime->address.find(':') != std::string::npos;
  link.base_url = "http://" + (v6 ? "[" + runtime->address + "]" : runtime->address) + ":" +
                  std::to_string(runtime->port);
  link.process = runtime->pid;
  if (!query.mint) return link;
  if (!v6 && !Answers(runtime->port)) {
    return Fail(ErrorCode::kUnavailable,
                "the gateway of " + context.home() + " runs as process " +
                    std::to_string(runtime->pid) + " and cannot be reached at " + link.base_url +
                    ": is it in another container? End it there: " + context.program() + " down");
  }
  auto token = AskForToken(context, *runtime, query);
  if (!token) return Pass(std::move(token));
  link.token = std::move(*token);
  return link;
}

Status EndGatewayTokens(const Context& context, const std::string& persona) {
  if (const auto runtime = RunningGateway(context)) {
    std::string body;
    JsonWriter(body).BeginObject().Key("persona").String(persona).EndObject();
    // A gateway that is shutting down cannot be asked, so the file is used.
    if (AskGateway(*runtime, "POST", "/admin/revoke", body)) return {};
  }
  if (access(router::gateway::TokensPath(context.home()).c_str(), F_OK) != 0) return {};
  auto ended = router::gateway::RevokeTokens(context.home(), persona);
  for (AuditEvent& event : router::gateway::TokensEnded(ended, persona))
    Audit(context, std::move(event));
  if (!ended) return Pass(std::move(ended));
  return {};
}

bool GatewayInstalled(const Context& context) {
  return !FindOwnProgram(context, "katra_gateway").empty();
}

}  // namespace katra::cli

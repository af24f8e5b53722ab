// The methods that Server answers itself or forwards to its parts (see server.h).
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "mcp_server/protocol/capabilities.h"
#include "mcp_server/protocol/params.h"
#include "mcp_server/server.h"

namespace katra::mcp {

using nlohmann::json;

namespace {

// Tools, prompts and templates are fixed in the program.
constexpr CacheHint kStable{300'000, true};
// Instructions name the persona.
constexpr CacheHint kOfThisSession{0, false};

std::string Member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string Server::InstructionsNow() const {
  const std::optional<store::Session> session = deps_.host.KnownSession();
  return deps_.offering.instructions(session ? &*session : nullptr);
}

void Server::Initialize(const RequestPtr& request) {
  const auto asked = RequiredString(*request->params, "protocolVersion");
  if (!asked) {
    requests_.Fail(request, asked.error());
    return;
  }
  // A client that has lost its state may initialize again; the last agreement applies.
  legacy_version_ = NegotiateVersion(*asked);
  if (const auto info = request->params->find("clientInfo");
      info != request->params->end() && info->is_object()) {
    deps_.host.DescribeClient(Member(*info, "name"), Member(*info, "version"));
  }
  requests_.Succeed(request, InitializeResult(*legacy_version_, *server_info_, InstructionsNow(),
                                              channel_.enabled()));
  log_.Begin();
  subscriptions_.BeginLegacyListChanged();
}

void Server::Discover(const RequestPtr& request) {
  requests_.Succeed(request, DiscoverResult(InstructionsNow()), kOfThisSession);
}

void Server::Ping(const RequestPtr& request) { requests_.Succeed(request, json::object()); }

void Server::SetLevel(const RequestPtr& request) {
  const auto text = RequiredString(*request->params, "level");
  const auto level = ParseSeverity(text ? *text : "");
  if (!level) {
    requests_.Fail(request,
                   {kInvalidParams,
                    "\"level\" must be debug, info, notice, warning, error, critical, alert or "
                    "emergency",
                    nullptr});
    return;
  }
  log_.SetLevel(*level);
  requests_.Succeed(request, json::object());
}

void Server::ReplyPage(const RequestPtr& request, const char* name, const json& entries) {
  const auto page = Page(*request->params, name, entries);
  if (page) {
    requests_.Succeed(request, **page, kStable);
  } else {
    requests_.Fail(request, page.error());
  }
}

void Server::ListTools(const RequestPtr& request) {
  ReplyPage(request, "tools", ToolEntries(deps_.offering.tools));
}

void Server::ListTemplates(const RequestPtr& request) {
  ReplyPage(request, "resourceTemplates", TemplateEntries(deps_.offering.templates));
}

void Server::ListPrompts(const RequestPtr& request) {
  ReplyPage(request, "prompts", PromptEntries(deps_.offering.prompts));
}

void Server::ListResources(const RequestPtr& request) { resource_methods_.ListResources(request); }
void Server::ReadResource(const RequestPtr& request) { resource_methods_.ReadResource(request); }
void Server::GetPrompt(const RequestPtr& request) { resource_methods_.GetPrompt(request); }
void Server::Complete(const RequestPtr& request) { resource_methods_.Complete(request); }
void Server::Subscribe(const RequestPtr& request) { subscriptions_.Subscribe(request); }
void Server::Unsubscribe(const RequestPtr& request) { subscriptions_.Unsubscribe(request); }
void Server::Listen(const RequestPtr& request) { subscriptions_.Listen(request); }
void Server::CallTool(const RequestPtr& request) { tool_calls_.Start(request); }

}  // namespace katra::mcp

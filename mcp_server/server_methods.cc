// The methods that Server answers by itself, or hands on to its parts (see server.h).
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "mcp_server/protocol/offers.h"
#include "mcp_server/protocol/params.h"
#include "mcp_server/server.h"

namespace katra::mcp {

using nlohmann::json;

namespace {

// Tools, prompts and templates are those of the program.
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
  return deps_.catalog.instructions(session ? &*session : nullptr);
}

void Server::Initialize(const CallPtr& call) {
  const auto asked = RequiredString(*call->params, "protocolVersion");
  if (!asked) {
    calls_.Fail(call, asked.error());
    return;
  }
  // A client that has lost its state may shake hands again; the last agreement holds.
  legacy_version_ = NegotiateVersion(*asked);
  if (const auto info = call->params->find("clientInfo");
      info != call->params->end() && info->is_object()) {
    deps_.host.DescribeClient(Member(*info, "name"), Member(*info, "version"));
  }
  calls_.Succeed(call, InitializeResult(*legacy_version_, *server_info_, InstructionsNow(),
                                        channel_.enabled()));
  log_.Begin();
  subscriptions_.BeginLegacyListChanged();
}

void Server::Discover(const CallPtr& call) {
  calls_.Succeed(call, DiscoverResult(InstructionsNow()), kOfThisSession);
}

void Server::Ping(const CallPtr& call) { calls_.Succeed(call, json::object()); }

void Server::SetLevel(const CallPtr& call) {
  const auto text = RequiredString(*call->params, "level");
  const auto level = ParseSeverity(text ? *text : "");
  if (!level) {
    calls_.Fail(call, {kInvalidParams,
                       "\"level\" must be debug, info, notice, warning, error, critical, alert or "
                       "emergency",
                       nullptr});
    return;
  }
  log_.SetLevel(*level);
  calls_.Succeed(call, json::object());
}

void Server::ReplyPage(const CallPtr& call, const char* name, const json& entries) {
  const auto page = Page(*call->params, name, entries);
  if (page) {
    calls_.Succeed(call, **page, kStable);
  } else {
    calls_.Fail(call, page.error());
  }
}

void Server::ListTools(const CallPtr& call) {
  ReplyPage(call, "tools", ToolEntries(deps_.catalog.tools));
}

void Server::ListTemplates(const CallPtr& call) {
  ReplyPage(call, "resourceTemplates", TemplateEntries(deps_.catalog.templates));
}

void Server::ListPrompts(const CallPtr& call) {
  ReplyPage(call, "prompts", PromptEntries(deps_.catalog.prompts));
}

void Server::ListResources(const CallPtr& call) { reading_.ListResources(call); }
void Server::ReadResource(const CallPtr& call) { reading_.ReadResource(call); }
void Server::GetPrompt(const CallPtr& call) { reading_.GetPrompt(call); }
void Server::Complete(const CallPtr& call) { reading_.Complete(call); }
void Server::Subscribe(const CallPtr& call) { subscriptions_.Subscribe(call); }
void Server::Unsubscribe(const CallPtr& call) { subscriptions_.Unsubscribe(call); }
void Server::Listen(const CallPtr& call) { subscriptions_.Listen(call); }
void Server::CallTool(const CallPtr& call) { tool_calls_.Start(call); }

}  // namespace katra::mcp

#include "cli/sessions/conversation.h"

#include "core/text.h"
#include "store/conversations.h"

namespace katra::cli {
namespace {

// What the client's MCP server reported: some clients send the conversation's id with each tool
// call.
std::string HeardByServer(const SessionRecord& record, const Agent& agent, const Context& context) {
  if (agent.server_name.empty()) return {};
  const auto last = store::ReadLastConversation(context.home(), record.persona);
  const bool fits =
      last && last->client.starts_with(agent.server_name) && last->said_at >= record.started_at;
  return fits ? last->id : std::string();
}

Error Unknown(const LaunchPlan& plan, const std::string& older, const Context& context) {
  const std::string& persona = plan.persona.value;
  const std::string start =
      context.program() + " start --persona " + persona + " --client " + plan.agent.name + " ";
  std::string text = "it is not known which conversation of " + plan.agent.title + " is " +
                     persona + "'s, and the last one may be another's. Begin a new one: " + start +
                     "(without --resume). Go on with one that you know: " + start + "-- " +
                     plan.agent.resume_word + " ID";
  if (!older.empty()) text += " (an earlier one of " + persona + " is " + OneLine(older, 200) + ")";
  return Fail(ErrorCode::kNotFound, text).value();
}

}  // namespace

Result<Conversation> FindConversation(const Records& records, const LaunchPlan& plan,
                                      const LaunchRequest& request, const Context& context) {
  Conversation found;
  const Result<SessionRecord> last = records.Find(plan.persona.value);
  if (!last && last.error().code != ErrorCode::kNotFound) {
    return tl::unexpected<Error>(last.error());
  }
  std::string known;
  std::string older;
  const std::string& client = plan.client.value;
  if (last) {
    found.earlier = last->earlier;
    std::string id;
    const Result<Agent> agent = FindAgent(last->client);
    if (agent) id = HeardByServer(*last, *agent, context);
    if (id.empty()) id = last->conversation;
    if (!id.empty()) found.earlier[last->client] = id;
    const auto kept = found.earlier.find(client);
    if (kept != found.earlier.end()) older = kept->second;
    // If a newer conversation has started since, the recorded one is not the last.
    known = last->client == client ? id : older;
  }
  if (!request.resume || ChoiceOf(plan.agent, request.arguments).made) return found;
  if (known.empty()) return tl::unexpected<Error>(Unknown(plan, older, context));
  found.id = known;
  if (last->client == client && last->folder != plan.folder.value) {
    found.warning = "the conversation of " + plan.persona.value + " was held in " +
                    OneLine(last->folder, 500) + ", not here: if " + plan.agent.title +
                    " does not find it, name that folder";
  }
  return found;
}

void RecallLastSession(const Context& context, LaunchRequest* request) {
  if (!request->resume) return;
  const std::string persona =
      request->persona.empty() ? context.Variable("KATRA_PERSONA") : request->persona;
  if (!IsName(persona)) return;
  const Result<Records> records = Records::Open(context.home());
  if (!records) return;
  const Result<SessionRecord> last = records->Find(persona);
  if (!last) return;
  request->last_client = last->client;
  // A conversation of another client began with another provider.
  if (!request->client.empty() && request->client != last->client) return;
  if (!request->provider.empty() || !request->model.empty()) return;
  request->last_provider = last->provider;
  request->last_model = last->model;
}

}  // namespace katra::cli

// katra_remember and katra_forget.
#include <nlohmann/json.hpp>

#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/handlers.h"
#include "mcp_server/tools/memory_text.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/receipts.h"
#include "mcp_server/tools/render.h"
#include "mcp_server/tools/snippet.h"

namespace katra::mcp {
namespace {

constexpr int kNearest = 3;
constexpr size_t kNearestBytes = 240;  // shown of each

}  // namespace

std::string RememberedText(const store::RememberReceipt& receipt,
                           const store::RememberRequest& request,
                           const std::vector<store::MemoryHit>& nearest, WallTime now) {
  const std::string id = "#" + std::to_string(receipt.id);
  std::string text;
  if (!receipt.same_by.empty()) {
    return "already remembered as memory " + id + " by " + Word(receipt.same_by) +
           ", in the same words: nothing new was stored. With another=true it is stored beside it, "
           "with supersedes=" +
           std::to_string(receipt.id) + " in its place (with other tags, kind or importance)";
  }
  if (receipt.repeated) {
    text = "already remembered as memory " + id +
           ": this idempotency key was seen before, nothing new was stored";
  } else {
    text = "remembered as memory " + id + " (" + store::ToString(request.kind) + ", " +
           store::ToString(request.scope) + "): stored";
    if (request.supersedes) text += "; it supersedes #" + std::to_string(*request.supersedes);
    if (request.session_only) text += "; forgotten when this session ends";
  }
  if (nearest.empty()) return text;
  text +=
      "\nnearest memories (if yours replaces one: remember it again with supersedes, and forget " +
      id + "):";
  for (const store::MemoryHit& hit : nearest) {
    const Snippet snippet = MakeSnippet(hit.memory.content, request.content, kNearestBytes);
    text += "\n" + MemoryHeader(hit.memory, ShortenedText(snippet, hit.memory.id, false), now) +
            "\n" + FencedBody(snippet.text);
  }
  return text;
}

nlohmann::json RememberedJson(const store::RememberReceipt& receipt,
                              const store::RememberRequest& request,
                              const std::vector<store::MemoryHit>& nearest) {
  nlohmann::json near = nlohmann::json::array();
  for (const store::MemoryHit& hit : nearest) {
    const Snippet snippet = MakeSnippet(hit.memory.content, request.content, kNearestBytes);
    near.push_back({{"id", hit.memory.id},
                    {"author", hit.memory.author},
                    {"kind", store::ToString(hit.memory.kind)},
                    {"scope", store::ToString(hit.memory.scope)},
                    {"text", snippet.text},
                    {"text_bytes", snippet.total_bytes},
                    {"is_snippet", snippet.shortened},
                    {"score", hit.score},
                    {"created_at", FormatRfc3339(hit.memory.created_at)}});
  }
  return {{"id", receipt.id},
          {"created_at", FormatRfc3339(receipt.created_at)},
          {"state", "stored"},
          {"repeated", receipt.repeated},
          {"same_words", !receipt.same_by.empty()},
          {"nearest", std::move(near)}};
}

std::string ForgottenText(const store::ForgetReceipt& receipt) {
  const std::string name = "memory #" + std::to_string(receipt.id);
  return receipt.repeated
             ? name + " was forgotten before; nothing changed"
             : "forgot " + name + ": hidden from every recall, with a record of it kept";
}

nlohmann::json ForgottenJson(const store::ForgetReceipt& receipt) {
  return {{"id", receipt.id}, {"forgotten", true}, {"repeated", receipt.repeated}};
}

namespace {

Result<store::RememberRequest> ReadRequest(const CallEnvironment& environment,
                                           const nlohmann::json& arguments) {
  store::RememberRequest request;
  request.session = environment.session;
  request.content = TextArgument(arguments, "content");
  request.reasoning = TextArgument(arguments, "reasoning");
  request.kind = store::ParseMemoryKind(WordArgument(arguments, "kind")).value_or(request.kind);
  request.scope = store::ParseMemoryScope(WordArgument(arguments, "scope")).value_or(request.scope);
  request.tags = ListArgument(arguments, "tags");
  request.supersedes = IdArgument(arguments, "supersedes");
  request.session_only = BoolArgument(arguments, "session_only");
  request.another = BoolArgument(arguments, "another");
  request.idempotency_key = TextArgument(arguments, "idempotency_key");
  const Result<double> importance = ImportanceArgument(arguments, "importance", request.importance);
  if (!importance) return tl::unexpected<Error>(importance.error());
  request.importance = *importance;
  return request;
}

}  // namespace

ToolOutput RunRemember(const CallEnvironment& environment, const nlohmann::json& arguments) {
  const Result<store::RememberRequest> request = ReadRequest(environment, arguments);
  if (!request) return ErrorOutput(request.error());
  const Result<store::RememberReceipt> receipt =
      environment.store.Remember(*request, environment.context);
  if (!receipt) return ErrorOutput(receipt.error());
  std::vector<store::MemoryHit> nearest;
  if (!receipt->repeated) {
    Result<std::vector<store::MemoryHit>> found = environment.store.NearestMemories(
        environment.session, request->content, receipt->id, kNearest, environment.context);
    // It is stored: that the neighbours cannot be read must not make it look otherwise.
    if (found) nearest = std::move(*found);
  }
  return MakeOutput(
      arguments,
      [&] { return RememberedText(*receipt, *request, nearest, environment.clock.Now()); },
      [&] { return RememberedJson(*receipt, *request, nearest); });
}

ToolOutput RunForget(const CallEnvironment& environment, const nlohmann::json& arguments) {
  const std::optional<int64_t> id = IdArgument(arguments, "id");
  if (!id) return FailedOutput(ErrorCode::kInvalidArgument, "id: expected a number such as 12");
  const Result<store::ForgetReceipt> receipt = environment.store.Forget(
      environment.session, *id, WordArgument(arguments, "reason"), environment.context);
  if (!receipt) return ErrorOutput(receipt.error());
  return MakeOutput(
      arguments, [&] { return ForgottenText(*receipt); }, [&] { return ForgottenJson(*receipt); });
}

}  // namespace katra::mcp

// katra_remember: stores a text for later sessions, and shows similar memories.
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "core/time_words.h"
#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/tool.h"
#include "render/receipts.h"

namespace katra::mcp {
namespace {

constexpr int kNearest = 3;

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
  if (const std::string expires = TextArgument(arguments, "expires"); !Trim(expires).empty()) {
    const Result<WallTime> time = ReadFutureTime(expires, environment.clock.Now(), DayZone::kUtc);
    if (!time) return Fail(time.error().code, "expires: " + time.error().message);
    request.expires_at = *time;
  }
  request.another = BoolArgument(arguments, "another");
  request.idempotency_key = TextArgument(arguments, "idempotency_key");
  const Result<double> importance = ImportanceArgument(arguments, "importance", request.importance);
  if (!importance) return tl::unexpected<Error>(importance.error());
  request.importance = *importance;
  return request;
}

ToolOutput Run(const CallEnvironment& environment, const nlohmann::json& arguments) {
  const Result<store::RememberRequest> request = ReadRequest(environment, arguments);
  if (!request) return ErrorOutput(request.error());
  const Result<store::RememberReceipt> receipt =
      environment.store.Remember(*request, environment.context);
  if (!receipt) return ErrorOutput(receipt.error());
  std::vector<store::MemoryHit> nearest;
  if (!receipt->repeated) {
    Result<std::vector<store::MemoryHit>> found = environment.store.NearestMemories(
        environment.session, request->content, receipt->id, kNearest, environment.context);
    // The memory is stored; failing to read similar ones must not look like a failure.
    if (found) nearest = std::move(*found);
  }
  return MakeOutput(
      arguments,
      [&] { return render::RememberedText(*receipt, *request, nearest, environment.clock.Now()); },
      [&] { return render::RememberedJson(*receipt, *request, nearest); });
}

}  // namespace

extern const ToolDefinition kRemember = {
    .name = "katra_remember", .lane = Lane::kWrite, .run = &Run};

}  // namespace katra::mcp

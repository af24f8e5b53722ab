// katra_claim: tells the others which files the session is changing, releases and lists claims.
#include <nlohmann/json.hpp>

#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/tool.h"
#include "render/claim_text.h"
#include "render/peer_text.h"

namespace katra::mcp {
namespace {

constexpr int kDefaultMinutes = 60;

Result<std::vector<store::ClaimPath>> ReadPaths(const CallEnvironment& environment,
                                                const std::vector<std::string>& written) {
  std::vector<store::ClaimPath> paths;
  if (written.empty()) return paths;
  const auto self = environment.store.GetSession(environment.session, environment.context);
  if (!self) return tl::unexpected<Error>(self.error());
  for (const std::string& text : written) {
    auto path = store::ResolveClaimPath(text, self->working_folder);
    if (!path) return tl::unexpected<Error>(path.error());
    paths.push_back(std::move(*path));
  }
  return paths;
}

ToolOutput List(const CallEnvironment& environment, const nlohmann::json& arguments) {
  const auto claims = environment.store.ListClaims(environment.context);
  if (!claims) return ErrorOutput(claims.error());
  return MakeOutput(
      arguments,
      [&] { return render::ClaimsText(*claims, environment.clock.Now(), render::Stamp); },
      [&] { return render::ClaimsJson("listed", *claims); });
}

ToolOutput Release(const CallEnvironment& environment, const nlohmann::json& arguments,
                   std::vector<store::ClaimPath> paths) {
  store::ReleaseRequest request;
  request.session = environment.session;
  request.paths = std::move(paths);
  const auto released = environment.store.ReleaseClaims(request, environment.context);
  if (!released) return ErrorOutput(released.error());
  return MakeOutput(
      arguments, [&] { return render::ReleasedText(*released); },
      [&] { return render::ClaimsJson("released", *released); });
}

ToolOutput Run(const CallEnvironment& environment, const nlohmann::json& arguments) {
  const bool release = BoolArgument(arguments, "release");
  const std::vector<std::string> written = ListArgument(arguments, "paths");
  if (written.empty() && !release) return List(environment, arguments);
  auto paths = ReadPaths(environment, written);
  if (!paths) return ErrorOutput(paths.error());
  if (release) return Release(environment, arguments, std::move(*paths));
  store::ClaimRequest request;
  request.session = environment.session;
  request.paths = std::move(*paths);
  request.time = std::chrono::minutes(IntArgument(arguments, "minutes", kDefaultMinutes));
  request.reason = WordArgument(arguments, "reason");
  const auto receipt = environment.store.ClaimPaths(request, environment.context);
  if (!receipt) return ErrorOutput(receipt.error());
  return MakeOutput(
      arguments,
      [&] { return render::ClaimedText(*receipt, environment.clock.Now(), render::Stamp); },
      [&] {
        return receipt->others.empty() ? render::ClaimsJson("claimed", receipt->claims)
                                       : render::ClaimsJson("refused", receipt->others);
      });
}

}  // namespace

extern const ToolDefinition kClaim = {.name = "katra_claim", .lane = Lane::kWrite, .run = &Run};

}  // namespace katra::mcp

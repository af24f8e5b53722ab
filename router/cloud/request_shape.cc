#include "router/cloud/request_shape.h"

#include <algorithm>
#include <array>

#include "core/json_view.h"
#include "core/json_write.h"
#include "core/text.h"
#include "router/cloud/sigv4.h"

namespace katra::router::cloud {
namespace {

// The members in "Request and Response" of Anthropic's models in Bedrock's user guide, and those
// that its validation accepts beyond that page. Any other is a 400 ("Extra inputs are not
// permitted").
constexpr std::array<std::string_view, 13> kBedrockMembers = {"context_management",
                                                              "max_tokens",
                                                              "messages",
                                                              "metadata",
                                                              "output_config",
                                                              "stop_sequences",
                                                              "system",
                                                              "temperature",
                                                              "thinking",
                                                              "tool_choice",
                                                              "tools",
                                                              "top_k",
                                                              "top_p"};
// Members that need a beta there; without it they are unknown.
constexpr std::string_view kContextManagement = "context_management";

bool HasContextBeta(const std::vector<std::string>& betas) {
  return std::any_of(betas.begin(), betas.end(), [](const std::string& beta) {
    return beta.starts_with("context-management-") || beta.starts_with("compact-");
  });
}

bool BedrockTakes(const std::string& member, const std::vector<std::string>& betas) {
  if (member == kContextManagement) return HasContextBeta(betas);
  return std::find(kBedrockMembers.begin(), kBedrockMembers.end(), member) != kBedrockMembers.end();
}

enum class Fate { kKept, kReplaced, kDropped };

Fate FateOf(Platform platform, const std::string& member, const std::vector<std::string>& betas,
            bool count_only) {
  if (member == "anthropic_version") return Fate::kReplaced;
  if (platform == Platform::kVertex) {
    return member == "model" && !count_only ? Fate::kReplaced : Fate::kKept;
  }
  if (member == "model" || member == "stream" || member == "anthropic_beta") {
    return Fate::kReplaced;
  }
  return BedrockTakes(member, betas) ? Fate::kKept : Fate::kDropped;
}

// Google's model names have a date after an "@", which needs no escaping in a path.
std::string VertexModel(std::string_view model) {
  std::string encoded;
  for (const std::string& part : Split(model, '@')) {
    if (!encoded.empty()) encoded.push_back('@');
    encoded += UriEncode(part);
  }
  return encoded;
}

}  // namespace

std::string MessagesPath(const Provider& provider, std::string_view model, bool stream,
                         bool count_only) {
  if (provider.platform == Platform::kBedrock) {
    return "/model/" + UriEncode(model) + (stream ? "/invoke-with-response-stream" : "/invoke");
  }
  const std::string place = "/v1/projects/" + UriEncode(provider.project) + "/locations/" +
                            UriEncode(provider.region) + "/publishers/anthropic/models/";
  if (count_only) return place + "count-tokens:rawPredict";
  return place + VertexModel(model) + (stream ? ":streamRawPredict" : ":rawPredict");
}

Result<ShapedBody> ShapeBody(Platform platform, std::string_view messages_body,
                             const std::vector<std::string>& betas, bool count_only) {
  JsonDocument document;
  if (auto parsed = document.Parse(messages_body); !parsed) return Pass(std::move(parsed));
  const JsonView root = document.Root();
  if (!root.IsObject()) {
    return Fail(ErrorCode::kInvalidArgument, "the request body is not a JSON object");
  }
  ShapedBody shaped;
  shaped.body.reserve(messages_body.size() + 256);
  JsonWriter writer(shaped.body);
  const bool bedrock = platform == Platform::kBedrock;
  writer.BeginObject().Key("anthropic_version");
  writer.String(bedrock ? "bedrock-2023-05-31" : "vertex-2023-10-16");
  if (bedrock && !betas.empty()) {
    writer.Key("anthropic_beta").BeginArray();
    for (const std::string& beta : betas) writer.String(beta);
    writer.EndArray();
  }
  const JsonView::Iterator end = root.end();
  for (JsonView::Iterator at = root.begin(); at != end; ++at) {
    const JsonView value = *at;
    const std::string member = value.Key().Text();
    const Fate fate = FateOf(platform, member, betas, count_only);
    if (fate == Fate::kKept) writer.TextKey(member).Raw(value.Raw());
    if (fate == Fate::kDropped) shaped.dropped.push_back(OneLine(member, 60));
  }
  writer.EndObject();
  std::sort(shaped.dropped.begin(), shaped.dropped.end());
  return shaped;
}

std::vector<std::string> KnownBetas(const Provider& provider, std::string_view header,
                                    std::vector<std::string>* dropped) {
  std::vector<std::string> known;
  for (const std::string& part : Split(header, ',')) {
    const std::string name(Trim(part));
    if (name.empty()) continue;
    const auto& takes = provider.betas;
    if (takes.empty() || std::find(takes.begin(), takes.end(), name) != takes.end()) {
      known.push_back(name);
    } else if (dropped != nullptr) {
      dropped->push_back("anthropic-beta: " + OneLine(name, 60));
    }
  }
  return known;
}

std::string MissingPart(const Provider& provider) {
  const std::string member = "providers." + provider.name + ".";
  if (provider.platform == Platform::kBedrock && provider.region.empty()) {
    return provider.title + " needs a region: set " + member +
           "region in personas.json (e.g. \"us-east-1\"), or AWS_REGION where the gateway starts";
  }
  if (provider.platform == Platform::kVertex && provider.project.empty()) {
    return provider.title + " needs a project: set " + member +
           "project in personas.json, or GOOGLE_CLOUD_PROJECT where the gateway starts";
  }
  return {};
}

}  // namespace katra::router::cloud

#include "router/gateway/proxy/platform_request.h"

#include <algorithm>
#include <utility>

#include "core/json_view.h"
#include "core/sha256.h"
#include "core/text.h"
#include "router/cloud/aws_credentials.h"
#include "router/cloud/bedrock_stream.h"
#include "router/cloud/copilot.h"
#include "router/cloud/request_shape.h"
#include "router/credentials/credential.h"

namespace katra::router::gateway {
namespace {

constexpr std::string_view kBinaryStream = "application/vnd.amazon.eventstream";

// "https://host:8443/x" -> "host:8443", as a Host header says it.
std::string_view HostOf(std::string_view url) {
  url.remove_prefix(std::min(url.size(), url.find("://") + 3));
  return url.substr(0, url.find('/'));
}

std::string_view PathOf(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t slash = url.find('/', scheme + 3);
  return slash == std::string_view::npos ? std::string_view() : url.substr(slash);
}

std::string BetasOf(const UpstreamPlan& plan) {
  if (!plan.client->speaks_messages()) return {};
  std::vector<std::string> all;
  for (const http::Header& header :
       ForwardedHeaders(*plan.client->http, *plan.candidate->provider, false)) {
    if (http::EqualsIgnoreCase(header.name, "anthropic-beta")) all.push_back(header.value);
  }
  return Join(all, ",");
}

void SignForAws(const UpstreamPlan& plan, const PlatformBody& body, WallTime now,
                http::Outgoing* outgoing) {
  const Provider& provider = *plan.candidate->provider;
  const auto credentials = cloud::ReadAwsCredentials(plan.credential.key);
  if (!credentials) return;  // cannot happen: CredentialFinder has parsed them
  if (!credentials->bearer.empty()) {
    outgoing->headers.push_back({"authorization", "Bearer " + credentials->bearer});
    return;
  }
  cloud::SignedRequest request;
  request.method = outgoing->method;
  request.path = PathOf(outgoing->url);
  request.host = HostOf(outgoing->url);
  for (const http::Header& header : outgoing->headers) {
    request.headers.emplace_back(header.name, header.value);
  }
  request.payload_sha256 = body.sha256;
  for (auto& [name, value] :
       cloud::Sign(request, credentials->keys, {provider.region, "bedrock"}, now)) {
    outgoing->headers.push_back({name, value});
  }
}

}  // namespace

std::optional<PlatformShape> PlatformShapeOf(const UpstreamPlan& plan) {
  const Provider& provider = *plan.candidate->provider;
  const bool shapes =
      provider.interface == Interface::kMessages &&
      (provider.platform == Platform::kBedrock || provider.platform == Platform::kVertex);
  if (!shapes) return std::nullopt;
  PlatformShape shape;
  shape.platform = provider.platform;
  if (provider.platform == Platform::kVertex && plan.candidate->model != plan.peek->model) {
    shape.changes.model = plan.candidate->model;  // a request to count tokens names it
  }
  shape.changes.max_output_tokens = MaxOutputTokens(provider, plan.candidate->model);
  shape.betas = cloud::KnownBetas(provider, BetasOf(plan), &shape.dropped);
  shape.count_only = plan.client->count_only;
  return shape;
}

Result<PlatformBody> ShapeForPlatform(const PlatformShape& shape, std::string_view body) {
  auto peek = translate::PeekRequest(body);
  if (!peek) return Pass(std::move(peek));
  const std::string changed = translate::SpliceRequest(body, *peek, shape.changes);
  auto shaped = cloud::ShapeBody(shape.platform, changed, shape.betas, shape.count_only);
  if (!shaped) return Pass(std::move(shaped));
  PlatformBody made;
  made.body = std::make_shared<const std::string>(std::move(shaped->body));
  if (shape.platform == Platform::kBedrock) made.sha256 = Sha256Hex(*made.body);
  made.betas = shape.betas;
  made.dropped = shape.dropped;
  made.dropped.insert(made.dropped.end(), shaped->dropped.begin(), shaped->dropped.end());
  return made;
}

void ApplyPlatform(const UpstreamPlan& plan, const PlatformBody& body, WallTime now,
                   http::Outgoing* outgoing) {
  const Provider& provider = *plan.candidate->provider;
  const bool bedrock = provider.platform == Platform::kBedrock;
  const bool stream = plan.peek->stream;
  outgoing->url = provider.messages_base_url + cloud::MessagesPath(provider, plan.candidate->model,
                                                                   stream, plan.client->count_only);
  outgoing->headers.push_back({"content-type", "application/json"});
  const std::string_view events = bedrock ? kBinaryStream : "text/event-stream";
  outgoing->headers.push_back({"accept", stream ? std::string(events) : "application/json"});
  outgoing->body.emplace();
  outgoing->body->Append(body.body, *body.body);
  if (bedrock) {
    SignForAws(plan, body, now, outgoing);
    return;
  }
  if (!body.betas.empty()) {
    outgoing->headers.push_back({"anthropic-beta", Join(body.betas, ",")});
  }
  for (http::Header& header :
       credentials::CredentialHeaders(provider, plan.candidate->interface(), plan.credential.key)) {
    outgoing->headers.push_back(std::move(header));
  }
}

std::vector<http::Header> CopilotRequestHeaders(std::string_view chat_body) {
  std::vector<http::Header> headers;
  for (auto& [name, value] : cloud::CopilotHeaders()) headers.push_back({name, value});
  // A turn that the user starts counts against the plan; one that continues with a tool result does
  // not.
  JsonDocument document;
  std::string last_role;
  if (document.Parse(chat_body)) {
    for (const JsonView message : document.Root()["messages"]) last_role = message["role"].Text();
  }
  headers.push_back({"x-initiator", last_role == "user" ? "user" : "agent"});
  if (chat_body.find(R"("image_url")") != std::string_view::npos) {
    headers.push_back({"copilot-vision-request", "true"});
  }
  return headers;
}

std::vector<std::string> SecretsOfKey(const Provider& provider, const std::string& key) {
  if (provider.platform == Platform::kBedrock) return cloud::SecretsIn(key);
  return {key};
}

std::string EnvironmentKeyName(const Provider& provider, const std::string& key) {
  if (provider.platform != Platform::kBedrock || provider.credential_envs.empty()) return {};
  return key.starts_with('{') ? "AWS_ACCESS_KEY_ID" : "AWS_BEARER_TOKEN_BEDROCK";
}

bool IsBinaryEventStream(const http::Headers& headers) {
  const std::string* type = headers.Find("content-type");
  return type != nullptr &&
         http::EqualsIgnoreCase(type->substr(0, kBinaryStream.size()), kBinaryStream);
}

int RefusalStatus(const Provider& provider, int status, const http::Headers& headers) {
  if (provider.platform != Platform::kBedrock) return status;
  const std::string* name = headers.Find("x-amzn-errortype");
  return name == nullptr ? status : cloud::BedrockStatus(status, *name);
}

}  // namespace katra::router::gateway

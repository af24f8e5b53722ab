// Requests as Amazon Bedrock, Google Vertex and GitHub Copilot take them.
#include "router/cloud/request_shape.h"

#include <map>

#include "router/cloud/aws_credentials.h"
#include "router/cloud/copilot.h"
#include "tests/support/cpp/catch.h"

using katra::ErrorCode;
using katra::router::Platform;
using katra::router::Provider;
using katra::router::cloud::AwsFromVariables;
using katra::router::cloud::IsCopilotUrl;
using katra::router::cloud::KnownBetas;
using katra::router::cloud::MessagesPath;
using katra::router::cloud::ReadAwsCredentials;
using katra::router::cloud::ReadCopilotToken;
using katra::router::cloud::SecretsIn;
using katra::router::cloud::ShapeBody;

namespace {

Provider Bedrock() {
  Provider provider;
  provider.platform = Platform::kBedrock;
  provider.region = "eu-west-1";
  provider.betas = {"context-1m-2025-08-07", "compact-2026-01-12"};
  return provider;
}

Provider Vertex() {
  Provider provider;
  provider.platform = Platform::kVertex;
  provider.project = "my-project";
  provider.region = "europe-west1";
  return provider;
}

std::string Shaped(Platform platform, std::string_view body,
                   const std::vector<std::string>& betas = {}, bool count_only = false) {
  const auto shaped = ShapeBody(platform, body, betas, count_only);
  REQUIRE(shaped);
  return shaped->body;
}

}  // namespace

TEST_CASE("the model stands in the address of Bedrock and Vertex") {
  CHECK(MessagesPath(Bedrock(), "anthropic.claude-x-v1:0", true, false) ==
        "/model/anthropic.claude-x-v1%3A0/invoke-with-response-stream");
  CHECK(MessagesPath(Bedrock(), "arn:aws:bedrock:us-east-1:1:application-inference-profile/a/b",
                     false, false) ==
        "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Aapplication-inference-profile%2Fa%2Fb/"
        "invoke");
  CHECK(MessagesPath(Vertex(), "claude-x@20250929", true, false) ==
        "/v1/projects/my-project/locations/europe-west1/publishers/anthropic/models/"
        "claude-x@20250929:streamRawPredict");
  CHECK(MessagesPath(Vertex(), "../x?y", false, false) ==
        "/v1/projects/my-project/locations/europe-west1/publishers/anthropic/models/"
        "..%2Fx%3Fy:rawPredict");
  CHECK(MessagesPath(Vertex(), "claude-x", false, true) ==
        "/v1/projects/my-project/locations/europe-west1/publishers/anthropic/models/"
        "count-tokens:rawPredict");
}

TEST_CASE("Bedrock's body has no model and no stream, the version first, the rest byte for byte") {
  CHECK(
      Shaped(Platform::kBedrock,
             R"({"model":"m", "stream":true ,"max_tokens":1e2,"messages":[ {"a" : "\u00e9"} ]})") ==
      R"({"anthropic_version":"bedrock-2023-05-31","max_tokens":1e2,"messages":[ {"a" : "\u00e9"} ]})");
  CHECK(
      Shaped(Platform::kBedrock, R"({"max_tokens":1,"mod\u0065l":"m","anthropic_beta":["x"]})",
             {"b1", "b2"}) ==
      R"({"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["b1","b2"],"max_tokens":1})");
  CHECK(Shaped(Platform::kBedrock, "{}") == R"({"anthropic_version":"bedrock-2023-05-31"})");
}

TEST_CASE("what Bedrock refuses is left out and named") {
  const auto shaped = ShapeBody(
      Platform::kBedrock,
      R"({"service_tier":"auto","messages":[],"mcp_servers":[],"context_management":{},"top_p":1})",
      {}, false);
  REQUIRE(shaped);
  CHECK(shaped->body == R"({"anthropic_version":"bedrock-2023-05-31","messages":[],"top_p":1})");
  CHECK(shaped->dropped ==
        std::vector<std::string>{"context_management", "mcp_servers", "service_tier"});
  CHECK(Shaped(Platform::kBedrock, R"({"context_management":{"edits":[]}})", {"compact-2026-01-12"})
            .find("context_management") != std::string::npos);
}

TEST_CASE("Vertex's body keeps all but the model, and counts tokens with it") {
  const std::string body = R"({"model":"m","stream":true,"service_tier":"auto"})";
  CHECK(Shaped(Platform::kVertex, body) ==
        R"({"anthropic_version":"vertex-2023-10-16","stream":true,"service_tier":"auto"})");
  CHECK(Shaped(Platform::kVertex, R"({"model":"m","messages":[]})", {}, true) ==
        R"({"anthropic_version":"vertex-2023-10-16","model":"m","messages":[]})");
}

TEST_CASE("a body that is no object is refused") {
  for (const std::string_view bad : {"", "[]", "{", "null"}) {
    CHECK_FALSE(ShapeBody(Platform::kBedrock, bad, {}, false));
  }
}

TEST_CASE("betas that the platform does not know are left out and named") {
  std::vector<std::string> dropped;
  CHECK(KnownBetas(Bedrock(), "context-1m-2025-08-07, oauth-2025-04-20,,compact-2026-01-12",
                   &dropped) ==
        std::vector<std::string>{"context-1m-2025-08-07", "compact-2026-01-12"});
  CHECK(dropped == std::vector<std::string>{"anthropic-beta: oauth-2025-04-20"});
  CHECK(KnownBetas(Vertex(), "anything", nullptr) == std::vector<std::string>{"anything"});
}

TEST_CASE("AWS credentials are read as the CLI prints them and as variables hold them") {
  const auto read = ReadAwsCredentials(
      R"( {"Version":1,"AccessKeyId":"AKID","SecretAccessKey":"s3cr3t/+","SessionToken":"tok==",)"
      R"("Expiration":"2026-11-27T05:00:00+00:00"} )");
  REQUIRE(read);
  CHECK(read->keys.access_key_id == "AKID");
  CHECK(read->keys.session_token == "tok==");
  CHECK(read->bearer.empty());
  CHECK(ReadAwsCredentials("bedrock-api-key-abc")->bearer == "bedrock-api-key-abc");

  std::map<std::string, std::string> variables = {{"AWS_ACCESS_KEY_ID", "AKID"}};
  const auto find = [&](const std::string& name) { return variables[name]; };
  CHECK(AwsFromVariables(find).empty());
  variables["AWS_SECRET_ACCESS_KEY"] = "s\"q";
  CHECK(ReadAwsCredentials(AwsFromVariables(find))->keys.secret_access_key == "s\"q");
  CHECK(ReadAwsCredentials(AwsFromVariables(find))->keys.session_token.empty());
  variables["AWS_SESSION_TOKEN"] = "session";
  CHECK(SecretsIn(AwsFromVariables(find)) == std::vector<std::string>{"s\"q", "session"});
  variables["AWS_BEARER_TOKEN_BEDROCK"] = "bearer";
  CHECK(AwsFromVariables(find) == "bearer");
}

TEST_CASE("AWS credentials that are none are refused without being repeated") {
  for (const std::string_view bad :
       {"", "two words", "{", "{}", "[]", R"({"AccessKeyId":"a"})",
        R"({"AccessKeyId":"a","SecretAccessKey":"with\nline"})",
        R"({"AccessKeyId":"a","SecretAccessKey":"ok","SessionToken":"a b"})"}) {
    const auto read = ReadAwsCredentials(bad);
    REQUIRE_FALSE(read);
    CHECK(read.error().message.find("line") == std::string::npos);
    CHECK(SecretsIn(bad).empty());
  }
}

TEST_CASE("a Copilot token goes only to the host that the exchange named, of githubcopilot.com") {
  const auto reply = [](const std::string& api) {
    return R"({"token":"tid=1;exp=2:mac","expires_at":1795750000,"refresh_in":1500,)"
           R"("endpoints":{"api":")" +
           api + R"("}})";
  };
  const auto read = ReadCopilotToken(reply("https://api.business.githubcopilot.com/"), "");
  REQUIRE(read);
  CHECK(read->token == "tid=1;exp=2:mac");
  CHECK(read->api_url == "https://api.business.githubcopilot.com");
  CHECK(katra::ToUnixMillis(read->expires_at) == 1795750000000);
  CHECK(ReadCopilotToken(R"({"token":"t","expires_at":5})", "")->api_url ==
        "https://api.githubcopilot.com");
  for (const char* bad :
       {"http://api.githubcopilot.com", "https://api.githubcopilot.com.evil.org",
        "https://evilgithubcopilot.com", "https://api.githubcopilot.com@evil.org",
        "https://evil.org/.githubcopilot.com", "https://evil.org#.githubcopilot.com",
        "https://api.githubcopilot.com:8443", "//api.githubcopilot.com", "file:///etc/passwd",
        "https://evil.org\\\\.githubcopilot.com"}) {
    INFO(bad);
    const auto refused = ReadCopilotToken(reply(bad), "");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kPermissionDenied);
    CHECK(refused.error().message.find("tid=1") == std::string::npos);
    CHECK_FALSE(IsCopilotUrl(bad));
    // Where the user says so, the reply's word does not count.
    CHECK(ReadCopilotToken(reply(bad), "http://127.0.0.1:9")->api_url == "http://127.0.0.1:9");
  }
  for (const char* bad :
       {"", "<html>", "{}", "[]", R"({"token":"t"})", R"({"token":"","expires_at":5})",
        R"({"token":"a b","expires_at":5})", R"({"token":"t","expires_at":-1})",
        R"({"token":"t","expires_at":1e30})"}) {
    CHECK_FALSE(ReadCopilotToken(bad, ""));
  }
}

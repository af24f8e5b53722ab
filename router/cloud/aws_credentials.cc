#include "router/cloud/aws_credentials.h"

#include "core/json_view.h"
#include "core/json_write.h"
#include "core/text.h"

namespace katra::router::cloud {
namespace {

bool IsWord(std::string_view text) {
  for (const char c : text) {
    if (c <= ' ' || c >= 0x7F) return false;
  }
  return !text.empty();
}

// The characters of a bearer token (RFC 6750).
bool IsBearer(std::string_view text) {
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain && std::string_view("-._~+/=").find(c) == std::string_view::npos) return false;
  }
  return !text.empty();
}

}  // namespace

std::string AwsFromVariables(const std::function<std::string(const std::string& name)>& variable) {
  if (std::string bearer = variable("AWS_BEARER_TOKEN_BEDROCK"); !bearer.empty()) return bearer;
  const AwsKeys keys = {variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"),
                        variable("AWS_SESSION_TOKEN")};
  if (keys.empty()) return {};
  std::string text;
  JsonWriter writer(text);
  writer.BeginObject().Key("Version").Integer(1);
  writer.Key("AccessKeyId").String(keys.access_key_id);
  writer.Key("SecretAccessKey").String(keys.secret_access_key);
  if (!keys.session_token.empty()) writer.Key("SessionToken").String(keys.session_token);
  writer.EndObject();
  return text;
}

Result<AwsCredentials> ReadAwsCredentials(std::string_view text) {
  text = Trim(text);
  AwsCredentials credentials;
  if (!text.starts_with('{')) {
    if (!IsBearer(text)) {
      return Fail(ErrorCode::kInvalidArgument,
                  "the AWS credentials are neither one word, an API key of Bedrock, nor the JSON "
                  "of `aws configure export-credentials --format process`");
    }
    credentials.bearer = text;
    return credentials;
  }
  JsonDocument document;
  if (!document.Parse(text)) {
    return Fail(ErrorCode::kInvalidArgument, "the AWS credentials are not a complete JSON object");
  }
  const JsonView root = document.Root();
  credentials.keys = {root["AccessKeyId"].Text(), root["SecretAccessKey"].Text(),
                      root["SessionToken"].Text()};
  const AwsKeys& keys = credentials.keys;
  const bool words = IsWord(keys.access_key_id) && IsWord(keys.secret_access_key) &&
                     (keys.session_token.empty() || IsWord(keys.session_token));
  if (!words) {
    return Fail(ErrorCode::kInvalidArgument,
                "the AWS credentials have no AccessKeyId and SecretAccessKey; print them with "
                "`aws configure export-credentials --format process`");
  }
  return credentials;
}

std::vector<std::string> SecretsIn(std::string_view text) {
  const auto credentials = ReadAwsCredentials(text);
  if (!credentials) return {};
  std::vector<std::string> secrets;
  const AwsKeys& keys = credentials->keys;
  for (const std::string* part :
       {&credentials->bearer, &keys.secret_access_key, &keys.session_token}) {
    if (!part->empty()) secrets.push_back(*part);
  }
  return secrets;
}

}  // namespace katra::router::cloud

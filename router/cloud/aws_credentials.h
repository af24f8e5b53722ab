// What a request to AWS is signed with, in the two forms that people have it: keys, as
// `aws configure export-credentials --format process` prints them and as environment variables
// hold them, or an API key of Bedrock's, which is a bearer token. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "router/cloud/sigv4.h"

namespace katra::router::cloud {

struct AwsCredentials {
  AwsKeys keys;        // empty where there is a bearer
  std::string bearer;  // AWS_BEARER_TOKEN_BEDROCK
};

// What the variables AWS_BEARER_TOKEN_BEDROCK, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
// AWS_SESSION_TOKEN hold, as one text that ReadAwsCredentials takes: a bearer token goes before
// keys. Empty: neither is whole.
[[nodiscard]] std::string AwsFromVariables(
    const std::function<std::string(const std::string& name)>& variable);

// A word is a bearer token; a JSON object holds AccessKeyId, SecretAccessKey and, for temporary
// keys, SessionToken (the form of credential_process). kInvalidArgument says what is missing, and
// repeats nothing of the text.
[[nodiscard]] Result<AwsCredentials> ReadAwsCredentials(std::string_view text);

// Every secret in such a text, so that it can be taken out of others.
[[nodiscard]] std::vector<std::string> SecretsIn(std::string_view text);

}  // namespace katra::router::cloud

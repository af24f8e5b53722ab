// Reads credentials for AWS in the two forms that people have: keys, as printed by `aws configure
// export-credentials --format process` or set in environment variables, or a Bedrock API key, which
// is a bearer token. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "router/cloud/sigv4.h"

namespace katra::router::cloud {

struct AwsCredentials {
  AwsKeys keys;        // empty if there is a bearer token
  std::string bearer;  // AWS_BEARER_TOKEN_BEDROCK
};

// Converts the variables AWS_BEARER_TOKEN_BEDROCK, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
// AWS_SESSION_TOKEN to text for ReadAwsCredentials. A bearer token takes precedence over keys.
// Empty if neither is complete.
[[nodiscard]] std::string AwsFromVariables(
    const std::function<std::string(const std::string& name)>& variable);

// A single word is a bearer token. A JSON object (the format of credential_process) has
// AccessKeyId, SecretAccessKey and, for temporary keys, SessionToken. The message of
// kInvalidArgument says what is missing and contains none of the text.
[[nodiscard]] Result<AwsCredentials> ReadAwsCredentials(std::string_view text);

// All secrets in such a text, for redaction of other texts.
[[nodiscard]] std::vector<std::string> SecretsIn(std::string_view text);

}  // namespace katra::router::cloud

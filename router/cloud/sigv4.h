// AWS Signature Version 4 of a request's headers ("Create a signed AWS API request" in the IAM user
// guide). Pure; knows no service.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/sha256.h"

namespace katra::router::cloud {

struct AwsKeys {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // empty: the keys are no temporary ones

  [[nodiscard]] bool empty() const { return access_key_id.empty() || secret_access_key.empty(); }
};

struct SigningScope {
  std::string region;
  std::string service;
};

// What is signed of a request. `path` and `query` are as they are sent: already URI-encoded once.
struct SignedRequest {
  std::string method;
  std::string path;
  std::string query;  // without its question mark
  std::string host;   // as its header says it, with the port unless that is the scheme's own
  // Further headers to be signed; names in any case. Not the host.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string payload_sha256;  // 64 lower-case hexadecimal digits
};

using HeaderList = std::vector<std::pair<std::string, std::string>>;

// The headers to be added: x-amz-date, x-amz-security-token for temporary keys, and authorization.
[[nodiscard]] HeaderList Sign(const SignedRequest& request, const AwsKeys& keys,
                              const SigningScope& scope, WallTime now);

// What Sign signs first, for tests: the request in its canonical form. `headers` are all that are
// signed, with the host.
[[nodiscard]] std::string CanonicalRequest(const SignedRequest& request, const HeaderList& headers);

// RFC 2104.
[[nodiscard]] Sha256Digest HmacSha256(std::string_view key, std::string_view message);

// Every byte but the unreserved ones (RFC 3986) as "%" and two upper-case digits.
[[nodiscard]] std::string UriEncode(std::string_view text);

}  // namespace katra::router::cloud

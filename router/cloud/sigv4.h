// AWS Signature Version 4 in request headers ("Create a signed AWS API request" in the IAM user
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
  std::string session_token;  // empty unless the keys are temporary

  [[nodiscard]] bool empty() const { return access_key_id.empty() || secret_access_key.empty(); }
};

struct SigningScope {
  std::string region;
  std::string service;
};

// The signed parts of a request. `path` and `query` are as sent, URI-encoded once.
struct SignedRequest {
  std::string method;
  std::string path;
  std::string query;  // without the question mark
  std::string host;   // as in the Host header, with the port unless it is the scheme's default
  // Further headers to sign, except Host; names in any case.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string payload_sha256;  // 64 lower-case hexadecimal digits
};

using HeaderList = std::vector<std::pair<std::string, std::string>>;

// Returns the headers to add: x-amz-date, x-amz-security-token for temporary keys, and
// authorization.
[[nodiscard]] HeaderList Sign(const SignedRequest& request, const AwsKeys& keys,
                              const SigningScope& scope, WallTime now);

// The canonical form of the request, as used by Sign; exposed for tests. `headers` are all signed
// headers, including Host.
[[nodiscard]] std::string CanonicalRequest(const SignedRequest& request, const HeaderList& headers);

// RFC 2104.
[[nodiscard]] Sha256Digest HmacSha256(std::string_view key, std::string_view message);

// Encodes every byte except unreserved ones (RFC 3986) as "%" and two upper-case digits.
[[nodiscard]] std::string UriEncode(std::string_view text);

}  // namespace katra::router::cloud

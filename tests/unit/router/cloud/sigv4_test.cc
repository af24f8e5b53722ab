// Signatures of AWS: the vectors of its own test suite ("aws-sig-v4-test-suite"), and requests to
// Bedrock as botocore 1.43.11 signs them.
#include "router/cloud/sigv4.h"

#include "tests/support/cpp/catch.h"

using katra::FromUnixMillis;
using katra::Sha256Hex;
using katra::WallTime;
using katra::router::cloud::AwsKeys;
using katra::router::cloud::HeaderList;
using katra::router::cloud::HmacSha256;
using katra::router::cloud::Sign;
using katra::router::cloud::SignedRequest;
using katra::router::cloud::UriEncode;

namespace {

// 2015-08-30T12:36:00Z.
const WallTime kSuiteTime = FromUnixMillis(1'440'938'160'000);
// 2026-11-27T03:15:00Z.
const WallTime kBedrockTime = FromUnixMillis(1'795'749'300'000);
const AwsKeys kSuiteKeys = {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
const AwsKeys kTemporary = {"ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                            "session+token/=="};

std::string Header(const HeaderList& headers, const std::string& name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

struct Vector {
  std::string name;
  std::string method;
  std::string path;
  std::string query;
  HeaderList headers;
  std::string body;
  std::string signed_headers;
  std::string signature;
};

}  // namespace

TEST_CASE("requests of AWS's test suite are signed as it says") {
  const std::vector<Vector> vectors = {
      {"get-vanilla",
       "GET",
       "/",
       "",
       {},
       "",
       "host;x-amz-date",
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-vanilla-query-order-key-case",
       "GET",
       "/",
       "Param2=value2&Param1=value1",
       {},
       "",
       "host;x-amz-date",
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"post-vanilla",
       "POST",
       "/",
       "",
       {},
       "",
       "host;x-amz-date",
       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"get-header-value-trim",
       "GET",
       "/",
       "",
       {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
       "",
       "host;my-header1;my-header2;x-amz-date",
       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
      {"post-x-www-form-urlencoded",
       "POST",
       "/",
       "",
       {{"Content-Type", "application/x-www-form-urlencoded"}},
       "Param1=value1",
       "content-type;host;x-amz-date",
       "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"}};
  for (const Vector& vector : vectors) {
    INFO(vector.name);
    const SignedRequest request{vector.method,           vector.path,    vector.query,
                                "example.amazonaws.com", vector.headers, Sha256Hex(vector.body)};
    const HeaderList added = Sign(request, kSuiteKeys, {"us-east-1", "service"}, kSuiteTime);
    CHECK(Header(added, "x-amz-date") == "20150830T123600Z");
    CHECK(Header(added, "x-amz-security-token").empty());
    CHECK(Header(added, "authorization") ==
          "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
          "SignedHeaders=" +
              vector.signed_headers + ", Signature=" + vector.signature);
  }
}

TEST_CASE("model ids with colons and slashes are signed as AWS's own library signs them") {
  const std::string sonnet = "anthropic.claude-sonnet-4-20250514-v1:0";
  const std::string arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us." + sonnet;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"/model/" + UriEncode(sonnet) + "/invoke-with-response-stream",
       "2c046ec466f3a988cbcb058df3fc97af8966f1826c6a058b03ceba3cd06e36c7"},
      {"/model/" + UriEncode(arn) + "/invoke",
       "97dce8c45852eb8d10c6e0083da2cef0a94409499dcfa16f887561618a6e0cce"}};
  CHECK(UriEncode(sonnet) == "anthropic.claude-sonnet-4-20250514-v1%3A0");
  for (const auto& [path, signature] : cases) {
    const SignedRequest request{
        "POST",
        path,
        "",
        "bedrock-runtime.us-east-1.amazonaws.com",
        {{"content-type", "application/json"}, {"accept", "application/json"}},
        Sha256Hex("{\"a\":1}")};
    const HeaderList added = Sign(request, kTemporary, {"us-east-1", "bedrock"}, kBedrockTime);
    CHECK(Header(added, "x-amz-security-token") == "session+token/==");
    CHECK(Header(added, "authorization") ==
          "AWS4-HMAC-SHA256 "
          "Credential=ASIAIOSFODNN7EXAMPLE/20261127/us-east-1/bedrock/aws4_request, "
          "SignedHeaders=accept;content-type;host;x-amz-date;x-amz-security-token, Signature=" +
              signature);
  }
}

TEST_CASE("queries are ordered by name, then by value") {
  const SignedRequest request{"GET", "/", "a-b=1&a=2&c&a=1", "h", {}, Sha256Hex("")};
  CHECK(katra::router::cloud::CanonicalRequest(request, {{"host", "h"}}) ==
        "GET\n/\na=1&a=2&a-b=1&c=\nhost:h\n\nhost\n" + Sha256Hex(""));
}

TEST_CASE("HMAC of SHA-256 is that of RFC 4231") {
  const auto hex = [](const katra::Sha256Digest& digest) {
    std::string text;
    for (const uint8_t byte : digest) {
      text.push_back("0123456789abcdef"[byte >> 4U]);
      text.push_back("0123456789abcdef"[byte & 15U]);
    }
    return text;
  };
  CHECK(hex(HmacSha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex(HmacSha256(std::string(131, '\xAA'),
                       "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// What is taken out of text that is written down, and what stays.
#include "core/secrets.h"

#include <chrono>

#include "tests/support/cpp/catch.h"

using namespace katra;  // NOLINT: a test file

namespace {

std::string Clean(std::string_view text, std::vector<std::string> known = {}) {
  return SecretFilter(std::move(known)).Clean(text);
}

std::string Repeat(std::string_view piece, size_t times) {
  std::string text;
  for (size_t i = 0; i < times; ++i) text += piece;
  return text;
}

}  // namespace

TEST_CASE("keys of known shapes are taken out wherever they stand") {
  const std::string key =
      GENERATE(as<std::string>{}, "sk-abcdefgh12345678", "sk-ant-api03-AbC_dEf-123456789",
               "sk-proj-abcdefgh_12345678", "AIzaSyA1234567890abcdefghijklmnopqrstu",
               "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "github_pat_11ABCDEFG0abcdefghij_klmnop",
               "xoxb-123456789012-abcdefghijkl", "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE",
               "gsk_abcdefghijklmnop", "xai-abcdefghijklmnop", "hf_abcdefghijklmnopqrst",
               "glpat-abcdefghijklmnop", "katra_abcdefghijklmnopqrstuvwxyz",
               "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P");
  CHECK(Clean(key) == "[redacted]");
  CHECK(Clean("my key is " + key + ", thanks") == "my key is [redacted], thanks");
  CHECK(Clean("{\\\"k\\\":\\\"" + key + "\\\"}") == "{\\\"k\\\":\\\"[redacted]\\\"}");
  CHECK(Clean("export X=" + key + "\nls") == "export X=[redacted]\nls");
}

TEST_CASE("known values are taken out, longer ones first, and short ones are no secrets") {
  CHECK(Clean("a hunter2 b", {"hunter2"}) == "a [redacted] b");
  CHECK(Clean("xhunter2hunter2y", {"hunter2"}) == "x[redacted][redacted]y");
  CHECK(Clean("hunter2-long", {"hunter2", "hunter2-long"}) == "[redacted]");
  CHECK(Clean("none at all", {"none", ""}) == "none at all");
}

TEST_CASE("values of Authorization headers and bearer tokens are taken out") {
  CHECK(Clean("Authorization: Bearer abcdefgh") == "Authorization: Bearer [redacted]");
  CHECK(Clean("authorization: Basic dXNlcjpwYXNz\nHost: x") ==
        "authorization: Basic [redacted]\nHost: x");
  CHECK(Clean(R"(-H "Authorization: token abcdefghij" url)") ==
        R"(-H "Authorization: token [redacted]" url)");
  CHECK(Clean(R"({"Authorization": "Bearer abcd.efgh"})") ==
        R"({"Authorization": "Bearer [redacted]"})");
  CHECK(Clean("send bearer 0123456789abcdef now") == "send bearer [redacted] now");
  CHECK(Clean("the bearer understands") == "the bearer understands");
  CHECK(Clean("Authorization: the user signs in") == "Authorization: the user signs in");
}

TEST_CASE("what is assigned to the name of a secret is taken out when it looks like one") {
  CHECK(Clean("OPENAI_API_KEY=abc123def456") == "OPENAI_API_KEY=[redacted]");
  CHECK(Clean("x-api-key: abc123def456") == "x-api-key: [redacted]");
  CHECK(Clean(R"("password": "correct-horse-battery")") == R"("password": "[redacted]")");
  CHECK(Clean("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY") ==
        "aws_secret_access_key = [redacted]");
  CHECK(Clean("tool --api-key abc123def456 -v") == "tool --api-key [redacted] -v");
  CHECK(Clean("config[\"db.password\"] = 'hunter2hunter2'") ==
        "config[\"db.password\"] = '[redacted]'");
  CHECK(Clean("max_tokens: 32000, token: string") == "max_tokens: 32000, token: string");
  CHECK(Clean("token = lexer.next()") == "token = lexer.next()");
  CHECK(Clean("api_key=$OPENAI_API_KEY1") == "api_key=$OPENAI_API_KEY1");
  CHECK(Clean("the password 12345678abc") == "the password 12345678abc");
}

TEST_CASE("passwords in addresses and private keys are taken out") {
  CHECK(Clean("postgres://me:s3cr@db/x") == "postgres://me:[redacted]@db/x");
  CHECK(Clean("https://me@example.com:80/a:b@c") == "https://me@example.com:80/a:b@c");
  const std::string body = "MIIEow\nabc+/=\n";
  CHECK(Clean("a\n-----BEGIN RSA PRIVATE KEY-----\n" + body + "-----END RSA PRIVATE KEY-----\nb") ==
        "a\n[redacted]\nb");
  CHECK(Clean("-----BEGIN OPENSSH PRIVATE KEY-----\n" + body) == "[redacted]");
  const std::string open = "-----BEGIN CERTIFICATE-----\n" + body + "-----END CERTIFICATE-----";
  CHECK(Clean(open) == open);
}

TEST_CASE("everything else stays as it is") {
  const std::string text = GENERATE(
      as<std::string>{}, "", "Write to dario@example.com, please.", "risk-analysis-of-2026",
      "scikit-learn and sk-learn", "std::map<int, std::string> m; // a:b=c",
      "f\xc3\xbcr \xe4\xbd\xa0", "commit 0123456789abcdef0123456789abcdef01234567",
      "see https://example.com/a?b=c#d", "C:\\Users\\me", "AKIA is how AWS keys begin");
  CHECK(Clean(text) == text);
}

TEST_CASE("the time that it takes grows with the text, not faster") {
  // Each of these took a look at all of the rest at every step, if that were done.
  const std::string text = GENERATE(
      Repeat("eyJ-", 100000), Repeat("a-", 200000), Repeat("sk-", 140000),
      Repeat("-----BEGIN ", 40000), Repeat("token:", 60000), Repeat("://", 140000),
      Repeat("bearer ", 60000), Repeat("authorization: ", 20000), Repeat("authorization", 30000));
  const auto begun = std::chrono::steady_clock::now();
  static_cast<void>(Clean(text));
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(20));
}

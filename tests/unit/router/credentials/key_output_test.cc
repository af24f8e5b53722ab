// What an api_key_command may print, and what is shown of its errors.
#include "router/credentials/key_output.h"

#include "tests/support/cpp/catch.h"

namespace katra::router::credentials {
namespace {

const WallTime kNow = *ParseTime("2026-11-21T12:00:00Z", {});

struct Read {
  const char* printed;
  const char* key;
  const char* expires;  // "": not said
};

TEST_CASE("a key and its end are read from what a command prints") {
  const Read cases[] = {
      {"abc\n", "abc", ""},
      {" \r\n abc \n\n", "abc", ""},
      {R"({"api_key": "abc"})", "abc", ""},
      {R"({"key": " abc\n"})", "abc", ""},
      {R"({"token": "abc", "expires_in": 60})", "abc", "2026-11-21T12:01:00.000Z"},
      {R"({"access_token": "abc", "expires_in": "3600"})", "abc", "2026-11-21T13:00:00.000Z"},
      {R"({"access_token": "abc", "expires_in": 3599.9})", "abc", "2026-11-21T12:59:59.000Z"},
      // The Azure CLI: expiresOn is local time without a zone.
      {R"({"accessToken": "abc", "expiresOn": "2026-11-21 19:00:00.000000", "expires_on": 1795266000})",
       "abc", "2026-11-21T13:00:00.000Z"},
      {R"({"accessToken": "abc", "expiresOn": "2026-11-21 19:00:00.000000"})", "abc", ""},
      {R"({"token": "abc", "expires_at": "2026-11-21T15:00:00+02:00"})", "abc",
       "2026-11-21T13:00:00.000Z"},
      {R"({"token": "abc", "expires_at": 1795266000000})", "abc", "2026-11-21T13:00:00.000Z"},
      {R"({"token": "abc", "expires_at": "2026-11-21"})", "abc", ""},
      {R"({"token": "abc", "expires_at": "soon"})", "abc", ""},
      {R"({"token": "abc", "expires_in": -5})", "abc", ""},
      // gcloud config config-helper --format=json
      {R"({"credential": {"access_token": "abc", "token_expiry": "2026-11-21T13:00:00Z"}})", "abc",
       "2026-11-21T13:00:00.000Z"},
      // client.authentication.k8s.io
      {R"({"kind": "ExecCredential", "status": {"token": "abc", "expirationTimestamp": "2026-11-21T13:00:00Z"}})",
       "abc", "2026-11-21T13:00:00.000Z"},
      // aws configure export-credentials: no key of ours, but an end
      {R"({"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "S", "Expiration": "2026-11-21T13:00:00+00:00"})",
       "", "2026-11-21T13:00:00.000Z"},
  };
  for (const Read& one : cases) {
    INFO(one.printed);
    const auto output = ReadKeyOutput(one.printed, kNow);
    REQUIRE(output);
    CHECK(output->key == one.key);
    CHECK((output->expires_at ? FormatRfc3339(*output->expires_at) : "") == one.expires);
    CHECK_FALSE(output->text.empty());
  }
}

TEST_CASE("what is no key is refused, and never repeated") {
  for (const char* printed :
       {"", " \n", "two words", "a\nb", "a\tb", "caf\xC3\xA9", "{", "{\"token\": \"a b\"}",
        "{\"token\": \"a\\nb\"}", "{\"token\": \"secret-value", "\x01"}) {
    INFO(printed);
    const auto output = ReadKeyOutput(printed, kNow);
    REQUIRE_FALSE(output);
    CHECK(output.error().message.find("secret-value") == std::string::npos);
  }
  CHECK_FALSE(ReadKeyOutput(std::string(20'000, 'x'), kNow));
}

TEST_CASE("stderr is shown in one short line without what was printed") {
  const std::string out = R"({"accessToken": "plain-but-ours-1234"})";
  const std::string shown = ShownStderr("warning:\n got plain-but-ours-1234\nagain\x1b[31m", out);
  CHECK(shown.find("plain-but-ours") == std::string::npos);
  CHECK(shown.find('\n') == std::string::npos);
  CHECK(shown.find('\x1b') == std::string::npos);
  CHECK(shown.find("again") != std::string::npos);
  CHECK(ShownStderr("key=sk-abcdefghijklmnopqrstuvwxyz123456", "").find("abcdefgh") ==
        std::string::npos);
  CHECK(ShownStderr(std::string(9'000, 'y'), "").size() < 1'000);
  const Error error = KeyCommandError("acme", "ended with exit code 3", "log in");
  CHECK(error.message.find("the api_key_command of acme ended with exit code 3: log in;") == 0);
  CHECK(error.message.find("providers.acme.api_key_command") != std::string::npos);
}

}  // namespace
}  // namespace katra::router::credentials

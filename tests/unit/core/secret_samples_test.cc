// A list of secrets as they stand in code, settings, logs and prompts, and of what only looks like
// one. The secrets are made when the test runs, so that no scanner finds one in this file.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "core/secrets.h"
#include "tests/support/cpp/catch.h"

namespace katra {
namespace {

// @a12: twelve letters and digits; @h: hex, @d: digits, @u: capitals and 2-7, @b: base64. All of
// these must go, and something must go from those without.
const std::vector<std::string> kSecrets = {
    "sk-@a48",
    "sk-proj-@a40T3BlbkFJ@a40",
    "sk-ant-api03-@a60",
    "sk-ant-admin01-@a60",
    "sk-or-v1-@h64",
    "sk_live_@a24",
    "sk_test_@a24",
    "rk_live_@a24",
    "whsec_@a32",
    "AIza@a35",
    "ya29.@a60",
    "GOCSPX-@a28",
    "1//0@a60",
    "gsk_@a52",
    "xai-@a80",
    "pplx-@a48",
    "nvapi-@a60",
    "csk-@a48",
    "tgp_v1_@a43",
    "r8_@a37",
    "hf_@a34",
    "api_org_@a34",
    "jina_@a60",
    "lsv2_pt_@h32_@h10",
    "pcsk_@a60",
    "ghp_@a36",
    "gho_@a36",
    "ghu_@a36",
    "ghs_@a36",
    "ghr_@a36",
    "github_pat_@a22_@a59",
    "glpat-@a20",
    "glptt-@h40",
    "gldt-@a20",
    "glrt-@a20",
    "glcbt-@a24",
    "glft-@a20",
    "GR1348941@a20",
    "ATATT3@a180",
    "ATBB@a32",
    "xoxb-@d12-@d12-@a24",
    "xoxp-@d12-@d12-@h32",
    "xoxe.xoxp-1-@a140",
    "xapp-1-A@d10-@d12-@h64",
    "https://hooks.slack.com/services/T@u8/B@u8/@a24",
    "https://discord.com/api/webhooks/@d18/@a68",
    "https://contoso.webhook.office.com/webhookb2/@h32@@h32/IncomingWebhook/@h32/@h32",
    "https://hooks.zapier.com/hooks/catch/@d8/@a24/",
    "npm_@a36",
    "pypi-AgEIcHlwaS5vcmc@a60",
    "rubygems_@h48",
    "CLOJARS_@h60",
    "dop_v1_@h64",
    "doo_v1_@h64",
    "dor_v1_@h64",
    "SG.@a22.@a43",
    "key-@h32",
    "xkeysib-@h64-@a16",
    "AKIA@u16",
    "ASIA@u16",
    "ABIA@u16",
    "shpat_@h32",
    "shpca_@h32",
    "shppa_@h32",
    "shpss_@h32",
    "hvs.@a95",
    "hvb.@a140",
    "dapi@h32",
    "dckr_pat_@a27",
    "lin_api_@a40",
    "figd_@a40",
    "EAAC@a80",
    "sq0atp-@a22",
    "sq0csp-@a43",
    "PMAK-@h24-@h34",
    "sntrys_@a60",
    "sntryu_@h64",
    "glsa_@a32_@h8",
    "glc_@a60",
    "CFPAT-@a43",
    "v1.0-@h24-@h80",
    "dp.pt.@a43",
    "dt0c01.@u24.@u64",
    "duffel_live_@a43",
    "EZAK@a54",
    "HRKU-@a60",
    "AKCp@a69",
    "NRAK-@u27",
    "NRJS-@h19",
    "p8e-@a32",
    "pnu_@a36",
    "pul-@h40",
    "pscale_tkn_@a43",
    "pscale_pw_@a43",
    "rdme_@h70",
    "sgp_@h40",
    "shippo_live_@h40",
    "SK@h32",
    "sbp_@h40",
    "ntn_@d11@a35",
    "secret_@a43",
    "LTAI@a20",
    "fo1_@a43",
    "tskey-auth-@a16-@a32",
    "ory_pat_@a32",
    "tvly-@a32",
    "waka_@h8-@h4-4@h3-a@h3-@h12",
    "@d9:AA@a33",
    "MT@a22.@a6.@a38",
    "@a14.atlasv1.@a64",
    "pat@a14.@h64",
    "ab78Q~@a34",
    "eyJ@a30.eyJ@a40.@a43",
    "AGE-SECRET-KEY-1@u58",
    "DB_PASS=@a12",
    "DB_PASS=hunter2x",
    "DB_PASS=correcthorse",
    "export DB_PASS='p@ss-w0rd!'",
    "MYSQL_PWD=@a10",
    "PGPASSWORD=@a10",
    "ftppass=@a10",
    "db.pass: @a10",
    "passphrase: @a16",
    "passphrase: correct horse battery staple",
    "\"passphrase\": \"correct horse battery staple\"",
    "GPG_PASSPHRASE='many words 4 one key'",
    "mnemonic: legal winner thank year wave sausage worth useful legal winner thank yellow",
    "Cookie: session=@a32; theme=dark",
    "Cookie: sid=@a8",
    "Set-Cookie: id=@a24; HttpOnly; Path=/",
    "-H 'Cookie: auth=@a20'",
    "{\"cookie\": \"a=@a20; b=c\"}",
    "api_key: |\n  @a32",
    "api_key: >-\n    @a32\nnext: 1",
    "password: |\n  @a12",
    "apiKey: \"@a20\"",
    "'apikey' => '@a20'",
    "API key: @a24",
    "api key = \"@a24\"",
    "AccountKey=@b86==;EndpointSuffix=core.windows.net",
    "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=@b86==",
    "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=@b43=",
    "Server=db;User Id=sa;Password=@a12;",
    "Server=db;Uid=sa;Pwd=@a12;",
    "https://x.blob.core.windows.net/c?sv=2022&sig=@b43%3D",
    "https://b.s3.amazonaws.com/k?X-Amz-Signature=@h64",
    "aws_secret_access_key = @b40",
    "\"SecretAccessKey\": \"@b40\"",
    "AWS_SESSION_TOKEN=@b100",
    "Authorization: Bearer @a32",
    "Authorization: Basic @b24==",
    "Proxy-Authorization: Basic @b24==",
    "Authorization: Token @h40",
    "X-Api-Key: @a32",
    "X-Vault-Token: @a26",
    "X-Auth-Token: @h32",
    "Ocp-Apim-Subscription-Key: @h32",
    "bearer @a32",
    "curl -u sam:@a12 https://x",
    "curl --user sam:@a12 https://x",
    "sshpass -p @a8 ssh x",
    "machine example.org login sam password @a12",
    "postgres://sam:@a12@db/x",
    "redis://:@a16@cache:6379",
    "mongodb+srv://sam:@a12@c.mongodb.net",
    "https://sam:ghx@h20@github.com/a/b",
    "//registry.npmjs.org/:_authToken=@h8-@h4-4@h3-a@h3-@h12",
    "_auth=@b40=",
    "{\"auth\": \"@b40=\"}",
    "<password>@a12</password>",
    "<add key=\"ApiKey\" value=\"@a24\"/>",
    "{\"name\": \"DB_PASSWORD\", \"value\": \"@a12\"}",
    "- name: DB_PASSWORD\n  value: @a12",
    "tool --token @a24",
    "tool --password=@a12",
    "tool --api-key \"@a24\"",
    "client_secret: @a24",
    "\"private_key_id\": \"x\", \"private_key\": \"-----BEGIN PRIVATE KEY-----\\\n@b64\\\n-----END "
    "PRIVATE KEY-----\\\n\"",
    "SIGNING_KEY=@h64",
    "STRIPE_KEY=@a32",
    "SECRET_KEY_BASE=@h128",
    "JWT_SECRET=@a32",
    "ENCRYPTION_KEY=@b43=",
    "session_id=@a32",
    "sessionid: @h32",
    "config[\"db.password\"] = '@a16'",
    "password = \"@a12\"",
    "const password = `@a14`;",
    ":password => \"@a14\"",
    "os.environ[\"TOKEN\"] = \"@a20\"",
    "$env:API_TOKEN = \"@a20\"",
    "setx API_TOKEN @a20",
    "ENV API_SECRET @a20",
    "--from-literal=password=@a12",
    "set -gx API_TOKEN @a20",
};

const std::vector<std::string> kOrdinary = {
    "Write to dario@example.com, please.",
    "risk-analysis-of-2026",
    "scikit-learn and sk-learn",
    "std::map<int, std::string> m; // a:b=c",
    "commit 0123456789abcdef0123456789abcdef01234567",
    "see https://example.com/a?b=c#d",
    "C:\\Users\\me",
    "AKIA is how AWS keys begin",
    "max_tokens: 32000, token: string",
    "token = lexer.next()",
    "api_key=$OPENAI_API_KEY1",
    "api_key: ${{ secrets.API_KEY_2 }}",
    "password = get_password_2(user1)",
    "password: os.environ[\"DB_PASSWORD_1\"]",
    "the password 12345678abc",
    "the bearer understands",
    "Authorization: the user signs in",
    "PWD=/home/you/project1",
    "OLDPWD=/srv/build2/x",
    "pwd: ~/src/katra2",
    "PASS: render_test_2x",
    "--- PASS: TestParse2 (0.00s)",
    "pass: 12 of 14",
    "compass: north12345",
    "bypass=condition12",
    "primary_key: user_id_2",
    "foreign key: orders.user_id2",
    "key: value",
    "\"key\": \"some-setting-name\"",
    "sort_key=created_at_2",
    "publicKey: ssh-ed25519",
    "Cookie: the browser sends it back",
    "cookies are set by the server",
    "passphrase: the user types it at the prompt",
    "\"password\": \"Password is required\"",
    "\"password\": \"Enter your new password\"",
    "password: must have 8 characters",
    "password: true",
    "password=None",
    "password: null",
    "token: undefined",
    "\"token\": \"string\"",
    "secret: optional",
    "#define SECRET_LENGTH 32",
    "tokens used: 12345678",
    "total_tokens=123456",
    "tokenizer = AutoTokenizer2.load()",
    "secretary: Alice",
    "docker run -u 1000:1000 image",
    "chown -R node:node /app",
    "install --user requests",
    "ratio 16:9 and 12:30:45",
    "uuid 550e8400-e29b-41d4-a716-446655440000",
    "sha256:@h64",
    "etag: \"@h32\"",
    "data:image/png;base64,@b60",
    "git@github.com:katra/katra.git",
    "http://localhost:12000/v1/messages",
    "ssh -p 2222 sam@host",
    "mysql -p database",
    "login with your account",
    "please login sam and reset the password later",
    "value: 12",
    "- name: LOG_LEVEL\n  value: debug2xyz1",
    "x = key_press(event2)",
    "if (token == kEnd) return;",
    "std::string_view token;",
    "case TokenKind::kString2:",
    "const auth = require(\"auth0\")",
    "author: Sam2 and friends",
    "session: 12",
    "sid: main",
    "https://discord.com/channels/123456789012345678/1",
    "https://hooks.slack.com/docs",
    "hooks.slack.com is the host",
    "monkey: abcdefgh12345678",
    "turkey=abcdefgh12345678",
};

struct Sample {
  std::string text;
  std::vector<std::string> secrets;
};

Sample Make(const std::string& shape, std::mt19937& random) {
  const std::string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const std::string digits = "0123456789";
  Sample sample;
  for (size_t at = 0; at < shape.size(); ++at) {
    const bool mark = shape[at] == '@' && at + 2 < shape.size() &&
                      std::string("ahdub").find(shape[at + 1]) != std::string::npos &&
                      digits.find(shape[at + 2]) != std::string::npos;
    if (!mark) {
      sample.text += shape[at];
      continue;
    }
    const char kind = shape[at + 1];
    const std::string alphabet = kind == 'h'   ? "0123456789abcdef"
                                 : kind == 'd' ? digits
                                 : kind == 'u' ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
                                 : kind == 'b' ? letters + digits + "+/"
                                               : letters + digits;
    size_t used = 0;
    const size_t length = std::stoul(shape.substr(at + 2), &used);
    std::string secret;
    while (secret.size() < length) secret += alphabet[random() % alphabet.size()];
    // Whatever comes out at random, there is a digit and a letter.
    if (kind == 'a' && length >= 4) secret.replace(0, 2, "q7").replace(length - 2, 2, "W3");
    if (length >= 8) sample.secrets.push_back(secret);
    sample.text += secret;
    at += 1 + used;
  }
  return sample;
}

TEST_CASE("secrets of services and settings are taken out") {
  REQUIRE(kSecrets.size() >= 150);
  std::mt19937 random(20261127);
  const SecretFilter filter({});
  for (const std::string& shape : kSecrets) {
    for (const std::string around : {"", "text before ", "\n"}) {
      const Sample sample = Make(shape, random);
      const bool line =
          shape.find(": ") != std::string::npos || shape.find(' ') != std::string::npos;
      const std::string text = (line && around == "text before " ? "x\n" : around) + sample.text;
      const std::string clean = filter.Clean(text);
      INFO(text << "\n" << clean);
      CHECK(clean.find(kRedacted) != std::string::npos);
      for (const std::string& secret : sample.secrets) {
        CHECK(clean.find(secret) == std::string::npos);
      }
    }
  }
}

TEST_CASE("ordinary code and prose stays as it is") {
  REQUIRE(kOrdinary.size() >= 60);
  std::mt19937 random(20261127);
  const SecretFilter filter({});
  for (const std::string& shape : kOrdinary) {
    const std::string text = Make(shape, random).text;
    CHECK(filter.Clean(text) == text);
  }
}

TEST_CASE("nothing of a secret is left behind its beginning") {
  std::mt19937 random(20261127);
  const SecretFilter filter({});
  for (const auto& [shape, clean] : std::vector<std::pair<std::string, std::string>>{
           {"Cookie: a=@a20; b=@a20\nHost: x", "Cookie: [redacted]\nHost: x"},
           {"api_key: |\n  @a32\nnext: 1", "api_key: |\n  [redacted]\nnext: 1"},
           {"passphrase: correct horse battery staple\nx", "passphrase: [redacted]\nx"},
           {"{\"password\": \"my 2 word pass\", \"a\": 1}",
            "{\"password\": \"[redacted]\", \"a\": 1}"},
           {"curl -u sam:@a12 https://x", "curl -u sam:[redacted] https://x"},
           {"AccountKey=@b86==;EndpointSuffix=x", "AccountKey=[redacted];EndpointSuffix=x"},
           {"<password>@a12</password>", "<password>[redacted]</password>"}}) {
    CHECK(filter.Clean(Make(shape, random).text) == clean);
  }
}

}  // namespace
}  // namespace katra

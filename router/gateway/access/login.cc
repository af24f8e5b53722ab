#include "router/gateway/access/login.h"

#include <algorithm>
#include <array>

#include "core/text.h"
#include "router/config/endpoint.h"
#include "router/translate/signature.h"

namespace katra::router::gateway {
namespace {

constexpr std::string_view kAnthropicKey = "sk-ant-";
constexpr std::string_view kAnthropicLogin = "sk-ant-oat";
constexpr size_t kLeastSecretBytes = 8;  // shorter ones would match ordinary words

// The header in which Codex names the account of a ChatGPT login.
constexpr std::string_view kAccount = "chatgpt-account-id";

// Prefixes of API keys, which are not a subscription's login.
bool IsApiKey(std::string_view secret) {
  static constexpr std::array<std::string_view, 10> kBeginnings = {
      "sk-", "sess-", "gsk_", "AIza", "xai-", "ghp_", "gho_", "ghu_", "github_pat_", "hf_"};
  return std::any_of(kBeginnings.begin(), kBeginnings.end(),
                     [&](std::string_view beginning) { return secret.starts_with(beginning); });
}

// Keys and logins of other companies, which must not be sent to Anthropic: a JSON Web Token is one
// of OpenAI's.
bool IsOfAnotherCompany(std::string_view secret) {
  if (secret.starts_with(kAnthropicKey)) return false;
  return IsApiKey(secret) || secret.starts_with("eyJ");
}

// Keeps only one of the two headers: the one in which Anthropic expects this credential.
Login ForAnthropic(const Caller& caller) {
  Login login{caller.own_authorization, caller.own_api_key};
  const std::string_view bearer = WithoutScheme(login.authorization);
  const bool other_scheme = bearer == Trim(login.authorization);
  if (other_scheme || IsOfAnotherCompany(bearer)) login.authorization.clear();
  if (IsOfAnotherCompany(login.api_key)) login.api_key.clear();
  if (login.authorization.empty() || login.api_key.empty()) return login;
  if (WithoutScheme(login.authorization).starts_with(kAnthropicLogin)) {
    login.api_key.clear();
  } else {
    login.authorization.clear();
  }
  return login;
}

// A credential that may be a ChatGPT login: not an API key of any company.
Login ForChatGpt(const Caller& caller) {
  const std::string_view bearer = WithoutScheme(caller.own_authorization);
  const bool other_scheme = bearer == Trim(caller.own_authorization);
  return other_scheme || IsApiKey(bearer) ? Login{} : Login{caller.own_authorization, ""};
}

// For `pass_login`: in the header that the provider reads.
Login ForMarked(const Caller& caller, Auth auth) {
  Login login{caller.own_authorization, caller.own_api_key};
  const bool one = login.authorization.empty() || login.api_key.empty();
  const bool same = WithoutScheme(login.authorization) == login.api_key;
  if (one || (same && auth == Auth::kBoth)) return login;
  if (auth == Auth::kXApiKey) {
    login.authorization.clear();
  } else {
    login.api_key.clear();
  }
  return login;
}

// Removes the beta of OAuth logins, which has no meaning without the login and would reveal it.
std::string WithoutLoginBetas(std::string_view betas) {
  std::vector<std::string> kept;
  for (const std::string& beta : Split(betas, ',')) {
    const std::string_view name = Trim(beta);
    if (!name.starts_with("oauth-")) kept.emplace_back(name);
  }
  return Join(kept, ",");
}

// The base64 spellings of `secret` at any position in an encoded text, without the characters at
// the ends that depend on the surrounding bytes.
std::vector<std::string> Base64Spellings(std::string_view secret) {
  constexpr size_t kGroup = 3;  // bytes, which become kDigits characters
  constexpr size_t kDigits = 4;
  std::vector<std::string> spellings;
  for (size_t skip = 0; skip < kGroup && skip < secret.size(); ++skip) {
    const std::string_view whole = secret.substr(skip, (secret.size() - skip) / kGroup * kGroup);
    spellings.push_back(translate::ToBase64Url(whole).substr(0, whole.size() / kGroup * kDigits));
  }
  return spellings;
}

}  // namespace

std::vector<std::string> FormsOfLogin(std::string_view login, const http::Headers& headers) {
  const std::string_view secret = WithoutScheme(login);
  std::vector<std::string> forms = Base64Spellings(secret);
  const std::vector<std::string> parts = Split(secret, '.');
  if (parts.size() == 3) forms.insert(forms.end(), parts.begin() + 1, parts.end());
  for (const http::Header& header : headers.all()) {
    if (!http::EqualsIgnoreCase(header.name, kAccount)) continue;
    forms.emplace_back(Trim(header.value));
    for (std::string& form : Base64Spellings(Trim(header.value))) forms.push_back(std::move(form));
  }
  return forms;
}

std::vector<std::string> SecretsOf(const http::Headers& headers) {
  std::vector<std::string> secrets;
  for (const http::Header& header : headers.all()) {
    const bool credential = http::EqualsIgnoreCase(header.name, "authorization") ||
                            http::EqualsIgnoreCase(header.name, "x-api-key") ||
                            http::EqualsIgnoreCase(header.name, "x-katra-token");
    if (!credential) continue;
    const std::string_view secret = WithoutScheme(header.value);
    // After an unknown authentication scheme, the last word is the credential.
    const std::string_view word = secret.substr(secret.find_last_of(" \t") + 1);
    if (secret.size() >= kLeastSecretBytes) secrets.emplace_back(secret);
    if (word != secret && word.size() >= kLeastSecretBytes) secrets.emplace_back(word);
  }
  return secrets;
}

std::optional<translate::ApiError> CheckOneLogin(const http::Headers& headers) {
  const std::string* authorization = headers.Find("authorization");
  const std::string* api_key = headers.Find("x-api-key");
  const bool repeated = headers.Count("authorization") > 1 || headers.Count("x-api-key") > 1;
  const bool both = authorization != nullptr && api_key != nullptr && !Trim(*api_key).empty() &&
                    WithoutScheme(*authorization) != Trim(*api_key);
  if (!repeated && !both) return std::nullopt;
  return MakeError(translate::Failure::kInvalidRequest, 400, "invalid_request_error",
                   std::string("the request has two logins (") +
                       (repeated ? "a header with one came twice" : "authorization and x-api-key") +
                       "), and this session uses its client's own: remove the API key or its "
                       "helper from the client's settings, or start the session without "
                       "--own-login");
}

translate::ApiError NoLogin(const Provider& provider) {
  return MakeError(translate::Failure::kAuthentication, 401, "authentication_error",
                   "this session uses its client's own login for " + provider.title +
                       ", and the request came without one that may go there: log in within the "
                       "client, or start the session without --own-login");
}

Login LoginFor(const Caller& caller, const Provider& provider, Interface interface,
               bool openai_client, bool plan_only) {
  if (plan_only && !IsPlan(provider, interface, openai_client)) return {};
  if (IsPlan(provider, interface, openai_client) && openai_client) return ForChatGpt(caller);
  const bool messages = interface == Interface::kMessages;
  const std::string& url = BaseUrlOf(provider, interface);
  if (messages == openai_client || !MayCarryLogin(url, provider.pass_login)) return {};
  const bool anthropic = IsAnthropicHost(url);
  if (messages && anthropic) return ForAnthropic(caller);
  if (anthropic && IsOfAnotherCompany(WithoutScheme(caller.own_authorization))) return {};
  return messages ? ForMarked(caller, provider.auth) : Login{caller.own_authorization, ""};
}

std::vector<http::Header> ForwardedHeaders(const http::Request& client, const Provider& provider,
                                           bool with_login) {
  const std::vector<std::string> secrets = SecretsOf(client.headers);
  std::vector<http::Header> forwarded;
  for (const http::Header& header : client.headers.all()) {
    if (!TakesClientHeader(provider, header.name)) continue;
    const bool tells = std::any_of(secrets.begin(), secrets.end(), [&](const std::string& secret) {
      return header.value.find(secret) != std::string::npos;
    });
    if (tells || HoldsGatewayToken(header.value)) continue;
    if (!with_login && http::EqualsIgnoreCase(header.name, kAccount)) continue;
    http::Header copy = header;
    if (!with_login && http::EqualsIgnoreCase(header.name, "anthropic-beta") &&
        header.value.find("oauth-") != std::string::npos) {
      copy.value = WithoutLoginBetas(header.value);
      if (copy.value.empty()) continue;
    }
    forwarded.push_back(std::move(copy));
  }
  return forwarded;
}

}  // namespace katra::router::gateway

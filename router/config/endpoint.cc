// Parsing of provider addresses. Does not look names up.
#include "router/config/endpoint.h"

#include <algorithm>
#include <array>

#include "core/authority.h"
#include "core/text.h"
#include "router/providers/built_ins.h"

namespace katra::router {
namespace {

constexpr std::string_view kChatPath = "/chat/completions";
constexpr std::string_view kResponsesPath = "/responses";
constexpr std::string_view kMessagesPath = "/v1/messages";

// The text after "://", up to the path.
std::string_view Authority(std::string_view url) {
  const auto begin = url.find("://");
  if (begin == std::string_view::npos) return {};
  url.remove_prefix(begin + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

std::string_view PathOf(std::string_view url) {
  const auto authority = Authority(url);
  return url.substr(static_cast<size_t>(authority.data() + authority.size() - url.data()));
}

std::string_view WithoutSlashes(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

bool IsPort(std::string_view digits) {
  return !digits.empty() && digits.size() <= 5 &&
         std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         std::stoi(std::string(digits)) >= 1 && std::stoi(std::string(digits)) <= 65535;
}

Interface Guess(const Provider& provider, std::string_view base) {
  if (base.ends_with(kChatPath)) return Interface::kChat;
  if (base.ends_with(kResponsesPath)) return Interface::kResponses;
  if (base.ends_with(kMessagesPath) || base.ends_with("/anthropic")) return Interface::kMessages;
  const bool both = !provider.chat_base_url.empty() && !provider.messages_base_url.empty();
  if (both && base.ends_with("/v1")) return Interface::kChat;
  return provider.interface;
}

// Removes client headers and the query that only the built-in provider's own host is known to
// accept.
void ForgetOwnHeaders(Provider& provider) {
  const std::vector<std::string> common = CommonClientHeaders();
  std::vector<std::string>& taken = provider.client_headers;
  taken.erase(std::remove_if(taken.begin(), taken.end(),
                             [&](const std::string& name) {
                               return std::find(common.begin(), common.end(), name) == common.end();
                             }),
              taken.end());
  provider.messages_query.clear();
}

// Under any name: a login needs everything that its client sends with it.
void TakeAnthropicHeaders(Provider& provider) {
  const Provider* anthropic = FindBuiltIn("anthropic");
  provider.client_headers = anthropic->client_headers;
  provider.messages_query = anthropic->messages_query;
}

// Whether `url` is on `host`, over TLS and the default port. Compares normalised spellings only;
// anything spelled differently counts as another host.
bool IsAt(std::string_view url, std::string_view host) {
  if (!url.starts_with(host)) return false;
  url.remove_prefix(host.size());
  constexpr std::string_view kPort = ":443";
  if (url.starts_with(kPort)) url.remove_prefix(kPort.size());
  return url.empty() || url.front() == '/';
}

// Whether a client of the Messages API may be pointed at `base` itself.
bool SpeaksMessages(const Provider& provider, std::string_view base,
                    std::optional<Interface> interface) {
  if (interface) return *interface == Interface::kMessages;
  if (base.ends_with(kMessagesPath) || base.ends_with("/anthropic")) return true;
  // Not for a Chat base, because the client would append /v1/messages to it.
  if (provider.interface != Interface::kMessages && base.ends_with("/v1")) return false;
  return !base.ends_with(kChatPath) && !base.ends_with(kResponsesPath) &&
         provider.plain_speaks_messages;
}

}  // namespace

Status CheckEndpoint(std::string_view url) {
  const auto wrong = [](const std::string& what) {
    return Fail(ErrorCode::kInvalidArgument,
                what + "; write an address such as https://api.example.com/v1");
  };
  const bool clean = std::all_of(
      url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7F && c != '"' && c != '\\'; });
  if (!clean) return wrong("the address contains blanks or characters that an address cannot have");
  const std::string_view authority = Authority(url);
  if (authority.find('@') != std::string_view::npos) {
    return wrong("the address contains a user name or password, which do not belong in a file");
  }
  const std::string shown = "\"" + OneLine(url, 100) + "\"";
  if (!url.starts_with("https://") && !url.starts_with("http://")) {
    return wrong(shown + " does not begin with https:// or http://");
  }
  if (url.find_first_of("?#") != std::string_view::npos) {
    return wrong("the address contains \"?\" or \"#\": only host, port and path are allowed");
  }
  std::string_view host = authority;
  if (const auto closing = authority.rfind(']'); closing != std::string_view::npos) {
    host = authority.substr(0, closing + 1);
  } else {
    host = authority.substr(0, authority.rfind(':'));
  }
  if (host.empty() || host == "[]") return wrong(shown + " has no host");
  std::string_view rest = authority.substr(host.size());
  if (!rest.empty() && (rest[0] != ':' || !IsPort(rest.substr(1)))) {
    return wrong(shown + " has an invalid port (1 to 65535)");
  }
  return {};
}

bool IsLoopback(std::string_view url) {
  const auto named = HostOfUrl(url);
  return named && IsLoopbackHost(named->authority.host);
}

bool IsAnthropicHost(std::string_view url) { return IsAt(url, "https://api.anthropic.com"); }

bool IsChatGptHost(std::string_view url) { return IsAt(url, "https://chatgpt.com"); }

bool IsPlan(const Provider& provider, Interface interface, bool openai_client) {
  if (openai_client)
    return interface == Interface::kResponses && IsChatGptHost(provider.chat_base_url);
  return interface == Interface::kMessages && IsAnthropicHost(provider.messages_base_url);
}

const Provider& AskedOnLogin(const Provider& provider, bool openai_client) {
  static const Provider plan = providers::ChatGptPlan();
  if (!openai_client || !provider.built_in || provider.name != plan.name) return provider;
  return provider.chat_base_url == FindBuiltIn(plan.name)->chat_base_url ? plan : provider;
}

bool MayCarryLogin(std::string_view url, bool pass_login) {
  if (IsAnthropicHost(url)) return true;
  const auto named = HostOfUrl(url);
  return pass_login && named && (named->tls || IsLoopbackHost(named->authority.host));
}

bool IsAzureHost(std::string_view url) {
  static constexpr std::array<std::string_view, 3> kHosts = {
      ".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"};
  const auto named = HostOfUrl(url);
  return named && std::any_of(kHosts.begin(), kHosts.end(), [&](std::string_view host) {
           return ToLowerAscii(named->authority.host).ends_with(host);
         });
}

std::string TakeApiVersion(std::string& url) {
  constexpr std::string_view kQuery = "?api-version=";
  const size_t query = url.find(kQuery);
  if (query == std::string::npos) return {};
  std::string version = url.substr(query + kQuery.size());
  const bool plain = !version.empty() && version.find_first_not_of(
                                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789.-") == std::string::npos;
  if (!plain) return {};
  url.resize(query);
  return version;
}

std::string CompleteAzure(std::string_view url, bool messages, std::string_view api_version) {
  std::string base(WithoutSlashes(url));
  const std::string_view path = PathOf(base);
  if (messages) return path.empty() ? base + "/anthropic" : base;
  if (path == "/openai/deployments") return base + "/{deployment}";
  if (!path.empty() && path != "/openai") return base;
  const std::string root = path.empty() ? base + "/openai" : base;
  return root + (api_version.empty() ? "/v1" : "/deployments/{deployment}");
}

std::string ChatAddress(const Provider& provider, std::string_view path, std::string_view model) {
  constexpr std::string_view kPlace = "{deployment}";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string url = provider.chat_base_url;
  if (const size_t place = url.find(kPlace); place != std::string::npos) {
    std::string name;
    for (const char c : model) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
      const auto byte = static_cast<unsigned char>(c);
      if (plain) {
        name += c;
      } else {
        ((name += '%') += kDigits[byte >> 4U]) += kDigits[byte & 15U];
      }
    }
    url.replace(place, kPlace.size(), name);
  }
  url += path;
  if (!provider.chat_query.empty()) (url += '?') += provider.chat_query;
  return url;
}

void SetEndpoint(Provider& provider, std::string_view url, std::optional<Interface> interface) {
  std::string_view base = WithoutSlashes(url);
  const std::string before = provider.messages_base_url;
  provider.interface = interface.value_or(Guess(provider, base));
  provider.plain_speaks_messages = SpeaksMessages(provider, base, interface);
  // An explicit setting, or an address of a single API, applies to all models.
  const bool said = interface || base.ends_with(kChatPath) || base.ends_with(kResponsesPath);
  if (said || provider.interface == Interface::kMessages) provider.known_interfaces.clear();
  provider.chat_base_url.clear();
  provider.messages_base_url.clear();
  if (provider.interface == Interface::kMessages) {
    if (base.ends_with(kMessagesPath)) {
      base.remove_suffix(kMessagesPath.size());
    } else if (base.ends_with("/v1")) {
      base.remove_suffix(3);
    }
    provider.messages_base_url = provider.plain_base_url = std::string(WithoutSlashes(base));
    if (provider.messages_base_url != before) ForgetOwnHeaders(provider);
    if (IsAnthropicHost(provider.messages_base_url)) TakeAnthropicHeaders(provider);
    return;
  }
  for (const std::string_view path : {kChatPath, kResponsesPath}) {
    if (base.ends_with(path)) base.remove_suffix(path.size());
  }
  provider.chat_base_url = provider.plain_base_url = std::string(WithoutSlashes(base));
  if (IsChatGptHost(provider.chat_base_url)) {  // has no other API
    if (!interface) provider.interface = Interface::kResponses;
    provider.known_interfaces.clear();
    providers::TakeCodexHeaders(provider);
  }
  if (PathOf(provider.chat_base_url).empty()) provider.chat_base_url += "/v1";
  if (!provider.plain_speaks_messages) provider.plain_base_url = provider.chat_base_url;
}

}  // namespace katra::router

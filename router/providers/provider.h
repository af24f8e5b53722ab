// A provider as data: its addresses, APIs and models, and how it differs from others. Each built-in
// provider is one file of this folder; a provider that a user defines in personas.json is the same
// struct. Knows no HTTP and no translation; those read it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace katra::router {

// The API through which a provider, or one of its models, is asked.
enum class Interface {
  kMessages,   // the Anthropic Messages API
  kChat,       // OpenAI Chat Completions
  kResponses,  // the OpenAI Responses API
};

// The name in personas.json: "anthropic", "openai", "responses".
[[nodiscard]] const char* ToString(Interface interface);

// The API of models by name, in any case; a trailing "*" matches all names with that prefix.
struct ModelInterface {
  std::string models;  // lower case
  Interface interface = Interface::kChat;
};
// Reasoning efforts that these models support, instead of Quirks::efforts.
struct ModelEfforts {
  std::string models;  // lower case
  std::vector<std::string> efforts;
};

// A cloud platform with its own addresses, framing and credentials (router/cloud).
enum class Platform {
  kNone,
  kBedrock,  // Amazon Bedrock: InvokeModel, Signature Version 4, binary event streams
  kVertex,   // Google Vertex AI: project and model in the address, a Google Cloud token
  kCopilot,  // GitHub Copilot: a short-lived token in exchange for a GitHub login
};

// The form of a provider's model names.
enum class ModelForm {
  kBare,         // "gpt-4-turbo": never a vendor prefix
  kVendorSlash,  // "anthropic/claude-sonnet-4": always a vendor prefix
  kAny,          // any form
};

// The header that carries the key to the Messages endpoint. The Chat endpoint gets a bearer token,
// except with kNone, or with kApiKey: Azure's "api-key" on both endpoints.
// router/credentials/credential.h makes the headers.
enum class Auth { kBearer, kXApiKey, kBoth, kNone, kApiKey };

// The JSON Schema keywords allowed in a tool's parameters (R30).
enum class SchemaDialect { kFull, kGemini };

// The form of tool call ids (R32).
enum class ToolIdForm { kUpTo64, kNineAlphanumeric };

// The field that limits the length of the answer (R45).
enum class MaxTokensField {
  kMaxTokens,
  kByModel,  // max_completion_tokens for OpenAI's o-series and gpt-5 or later, else max_tokens
  kMaxCompletionTokens,
};

// How reasoning is requested (R38, R39).
enum class ReasoningRequest {
  kNone,          // not at all
  kEffort,        // reasoning_effort: low, medium, high
  kOpenRouter,    // reasoning: {effort} or {max_tokens}
  kThinkingType,  // thinking: {type} and reasoning_effort
  kChatTemplate,  // chat_template_kwargs: {enable_thinking}
};

// Which earlier reasoning must be sent back with the conversation.
enum class ReasoningHistory {
  kDrop,              // nothing (R43)
  kReasoningContent,  // reasoning_content on assistant turns with tool calls (R41)
  kReasoningDetails,  // reasoning_details, unchanged (R42)
  kThoughtSignature,  // extra_content.google.thought_signature of each tool call (R44)
};

// How a web search by the provider is requested (R36).
enum class WebSearch { kNone, kOptions, kOpenRouterPlugin };

// Differences of a provider's OpenAI-format endpoints. The defaults describe a plain
// OpenAI-compatible server.
struct Quirks {
  SchemaDialect schema_dialect = SchemaDialect::kFull;
  ToolIdForm tool_ids = ToolIdForm::kUpTo64;
  MaxTokensField max_tokens_field = MaxTokensField::kMaxTokens;
  ReasoningRequest reasoning_request = ReasoningRequest::kNone;
  ReasoningHistory reasoning_history = ReasoningHistory::kDrop;
  WebSearch web_search = WebSearch::kNone;
  bool stream_usage = true;         // accepts stream_options.include_usage (R54)
  bool parallel_tool_calls = true;  // accepts parallel_tool_calls (R34)
  bool top_k = false;               // accepts top_k (R48)
  bool service_tier = false;        // accepts service_tier (R51)
  bool prompt_cache_key = false;    // accepts prompt_cache_key (R14, R50)
  bool cache_control = false;       // cache_control is kept, for Claude models (R14)
  bool images = true;               // accepts image parts (R17)
  bool pdfs = false;                // accepts PDF file parts (R19)
  bool inline_system = false;       // accepts system messages inside the conversation (R13)
  bool prefill_prefix = false;      // continues a last assistant message by prefix: true (R26)
  bool json_schema_output = true;   // accepts response_format json_schema (R52)
  bool effort_none = false;         // expects reasoning_effort "none" for no thinking (R40)
  bool think_tags = false;          // an answer may begin with <think> (S15)
  bool fixed_sampling = false;      // refuses temperature, top_p and penalties (R55)
  // Responses: returns summaries of reasoning on request (R73).
  bool reasoning_summaries = true;
  int max_stop_sequences = 4;       // the rest is emulated (R46)
  int max_user_id_characters = 64;  // limit of user / safety_identifier (R49); 0: not sent
  // Supported efforts; others are mapped to the nearest one (R38).
  std::vector<std::string> efforts = {"low", "medium", "high"};
  // Substrings (lower case) of the names of models that accept reasoning_request; empty: all
  // models.
  std::vector<std::string> reasoning_models;
  // Members of Chat Completions that it is known to refuse; removed from requests of clients of
  // that format (C1).
  std::vector<std::string> refused_members;
  std::string seed_member = "seed";  // its name for `seed`
  // For its Messages endpoint:
  bool count_tokens = false;          // has /v1/messages/count_tokens
  bool messages_tool_choice = true;   // accepts tool_choice
  bool openai_shaped_errors = false;  // errors have OpenAI's format and must be rewritten

  friend bool operator==(const Quirks&, const Quirks&) = default;
};

// The defaults for servers of the Responses API.
[[nodiscard]] Quirks ResponsesQuirks();

// The output limit of models whose names begin with `prefix`.
struct ModelLimit {
  std::string prefix;  // lower case, without a vendor prefix
  int64_t max_output_tokens = 0;
};

// The size of a model's context.
struct ContextWindow {
  int64_t tokens = 0;        // request and answer together; 0: unknown
  int64_t input_tokens = 0;  // request alone, if that limit is lower; else 0

  friend bool operator==(const ContextWindow&, const ContextWindow&) = default;
};

// The context window of a model and its dated forms ("-2025-08-07", "-latest", "-preview").
struct ModelWindow {
  std::string model;  // lower case
  ContextWindow window;
};

// Which of several keys a new session gets. A session keeps its key if possible, because prompt
// caches belong to an account.
enum class KeyOrder {
  kInOrder,     // the first key that is not resting
  kRoundRobin,  // the next key
};

// A program that prints the key, instead of a variable that holds it.
// router/credentials/key_output.h describes its output.
struct KeyCommand {
  // The program and its arguments. A command configured as one string is run by "/bin/sh -c".
  std::vector<std::string> words;
  std::chrono::seconds timeout{30};
  // How long a key without an expiry of its own is valid; 0: until it is refused.
  std::chrono::seconds lifetime{0};

  [[nodiscard]] bool empty() const { return words.empty(); }
  friend bool operator==(const KeyCommand&, const KeyCommand&) = default;
};

struct Provider {
  std::string name;   // lower case: "openai"
  std::string title;  // for display: "OpenAI"
  // The environment variable that holds the key. Empty: no key is needed, or there is a
  // key_command.
  std::string api_key_env;
  std::vector<std::string> more_key_envs;  // variables of further keys, in order
  KeyOrder key_order = KeyOrder::kInOrder;
  KeyCommand key_command;  // if set, api_key_env is empty
  // Without a trailing slash; "/chat/completions" or "/responses" is appended. "{deployment}" in it
  // stands for the model. Empty: no such endpoints.
  std::string chat_base_url;
  // The query of every request to chat_base_url, without "?"; empty: none. Azure's api-version.
  std::string chat_query;
  // Without a trailing slash; "/v1/messages" is appended. Empty: no such endpoint.
  std::string messages_base_url;
  Interface interface = Interface::kChat;  // the API that the gateway uses; see InterfaceOf
  // Models that use another API: as configured, which takes precedence, and as known.
  std::vector<ModelInterface> model_interfaces;
  std::vector<ModelInterface> known_interfaces;
  std::vector<ModelEfforts> model_efforts;
  // What plain mode (--no-router) exports as ANTHROPIC_BASE_URL. Empty: nothing.
  std::string plain_base_url;
  bool plain_speaks_messages = false;  // whether plain_base_url is known to speak the Messages API
  std::string default_model;           // empty: the client's or the server's default
  ModelForm model_form = ModelForm::kAny;
  Auth auth = Auth::kBearer;
  // Known models, for lists and for claude-code-router. Others are accepted too.
  std::vector<std::string> models;
  int64_t max_output_tokens = 0;         // per answer, for any model; 0: unknown
  std::vector<ModelLimit> model_limits;  // models with known lower limits
  // For any model, as configured; 0: use what is known of the model.
  int64_t max_context_tokens = 0;
  std::vector<ModelWindow> windows;  // of models whose makers publish it
  bool http2 = false;                // use HTTP/2 if TLS negotiates it (U1)
  // Whether the client's own login is sent there if Katra has no key. Only the user can enable it;
  // Anthropic's own host does not need it.
  bool pass_login = false;
  // Client headers that its Messages endpoint is known to accept: lower case, a trailing "*"
  // matches a prefix (C9-C11). No other client header is sent there.
  std::vector<std::string> client_headers = {"anthropic-version"};
  // Appended to its Messages address as "?query" for requests with betas. The client's own query is
  // not forwarded.
  std::string messages_query;
  Quirks quirks;                                // for its Chat and Messages endpoints
  Quirks responses_quirks = ResponsesQuirks();  // for its Responses endpoint
  bool built_in = false;
  // Azure OpenAI: an address without a path is completed like one of its resources, and models are
  // names of deployments.
  bool azure = false;

  Platform platform = Platform::kNone;
  std::string region;          // for kBedrock and kVertex; empty: unknown
  std::string project;         // for kVertex; empty: unknown
  std::string github_api_url;  // for kCopilot, without a trailing slash
  // Variables that may hold its credential, or parts of it, if no api_key_env is set. They take
  // precedence over key_command.
  std::vector<std::string> credential_envs;
  // The betas (C18) that a platform is known to accept; empty: all.
  std::vector<std::string> betas;
};

// All built-in providers, `anthropic` first. Static storage, immutable.
[[nodiscard]] const std::vector<Provider>& BuiltIns();

// By name, case-insensitive. nullptr: not built in.
[[nodiscard]] const Provider* FindBuiltIn(std::string_view name);

// The client headers that any server of the Messages API may need: the version, and the betas that
// fields of the body require (C18).
[[nodiscard]] std::vector<std::string> CommonClientHeaders();

// Whether `name`, in any case, matches the provider's client_headers.
[[nodiscard]] bool TakesClientHeader(const Provider& provider, std::string_view name);

// kInvalidArgument: the message shows the provider's form of model names with an example.
[[nodiscard]] Status CheckModelForm(const Provider& provider, std::string_view model);

// The API through which `model` is asked: by the longest matching entry, configured ones before
// known ones, else the provider's own. Known entries ignore a vendor prefix.
[[nodiscard]] Interface InterfaceOf(const Provider& provider, std::string_view model);

// The address of the endpoint for an API; empty if the provider has none.
[[nodiscard]] const std::string& BaseUrlOf(const Provider& provider, Interface interface);

// The quirks that apply to an API.
[[nodiscard]] const Quirks& QuirksOf(const Provider& provider, Interface interface);

// The efforts that `model` supports, weakest first.
[[nodiscard]] const std::vector<std::string>& EffortsOf(const Provider& provider,
                                                        std::string_view model);

// The maximum tokens of one answer of `model` (R8, R45): the provider's own limit, else that of the
// longest matching prefix in model_limits. Ignores case and a vendor prefix. 0: unknown.
[[nodiscard]] int64_t MaxOutputTokens(const Provider& provider, std::string_view model);

// The context window of `model`: as configured for the provider, else as known for the provider,
// else as published by the vendor if the name has a vendor prefix. Zeros: unknown.
[[nodiscard]] ContextWindow KnownWindow(const Provider& provider, std::string_view model);

// Whether `name` is a valid provider name: `[a-z0-9][a-z0-9_.-]{0,63}`.
[[nodiscard]] bool IsProviderName(std::string_view name);

// The provider's prefix in providers.conf: "openai" -> "OPENAI", "my-host" -> "MY_HOST".
[[nodiscard]] std::string ConfPrefix(std::string_view provider_name);

}  // namespace katra::router

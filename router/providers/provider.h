// A provider as data: where it is, how it is asked, which models it takes, and what it does
// differently from others. One file of this folder per built-in provider; one that a user names in
// personas.json is the same struct. Knows no HTTP and no translation: those read it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace katra::router {

// The API by which a provider, or one of its models, is asked.
enum class Interface {
  kMessages,   // the Anthropic Messages API
  kChat,       // OpenAI Chat Completions
  kResponses,  // the OpenAI Responses API
};

// As personas.json names it: "anthropic", "openai", "responses".
[[nodiscard]] const char* ToString(Interface interface);

// Models of a provider by name, in any case; with a "*" at the end, all whose names begin so.
struct ModelInterface {
  std::string models;  // lower case
  Interface interface = Interface::kChat;
};
// Words of reasoning effort that these models know, instead of Quirks::efforts.
struct ModelEfforts {
  std::string models;  // lower case
  std::vector<std::string> efforts;
};

// Whose way of being asked a provider follows beside its format: other addresses, framing and
// credentials (router/cloud).
enum class Platform {
  kNone,
  kBedrock,  // Amazon Bedrock: InvokeModel, Signature Version 4, binary event streams
  kVertex,   // Google Vertex AI: project and model in the address, a token of Google Cloud's
  kCopilot,  // GitHub Copilot: a short-lived token in exchange for a GitHub login
};

// The form of a model's name.
enum class ModelForm {
  kBare,         // "gpt-4-turbo": no vendor in front
  kVendorSlash,  // "anthropic/claude-sonnet-4": always a vendor in front
  kAny,          // the provider's own business
};

// The header that carries the key to the Messages face. The Chat face takes a bearer token, unless
// this is kNone, or kApiKey: Azure's "api-key", on both faces. How the headers are made:
// router/credentials/credential.h.
enum class Auth { kBearer, kXApiKey, kBoth, kNone, kApiKey };

// Which JSON Schema keywords a tool's parameters may hold (R30).
enum class SchemaDialect { kFull, kGemini };

// The form of tool call ids (R32).
enum class ToolIdForm { kUpTo64, kNineAlphanumeric };

// The name of the field that limits the answer's length (R45).
enum class MaxTokensField {
  kMaxTokens,
  kByModel,  // max_completion_tokens for OpenAI's o-series and gpt-5 or later, else max_tokens
  kMaxCompletionTokens,
};

// How reasoning is asked for (R38, R39).
enum class ReasoningRequest {
  kNone,          // not at all
  kEffort,        // reasoning_effort: low, medium, high
  kOpenRouter,    // reasoning: {effort} or {max_tokens}
  kThinkingType,  // thinking: {type} and reasoning_effort
  kChatTemplate,  // chat_template_kwargs: {enable_thinking}
};

// What of earlier reasoning must be sent back with the conversation.
enum class ReasoningHistory {
  kDrop,              // nothing (R43)
  kReasoningContent,  // reasoning_content on assistant turns with tool calls (R41)
  kReasoningDetails,  // reasoning_details as they came (R42)
  kThoughtSignature,  // extra_content.google.thought_signature of each tool call (R44)
};

// How a web search on the provider's side is asked for (R36).
enum class WebSearch { kNone, kOptions, kOpenRouterPlugin };

// Where a provider differs on its OpenAI-format faces. The defaults are those of a plain
// OpenAI-compatible server.
struct Quirks {
  SchemaDialect schema_dialect = SchemaDialect::kFull;
  ToolIdForm tool_ids = ToolIdForm::kUpTo64;
  MaxTokensField max_tokens_field = MaxTokensField::kMaxTokens;
  ReasoningRequest reasoning_request = ReasoningRequest::kNone;
  ReasoningHistory reasoning_history = ReasoningHistory::kDrop;
  WebSearch web_search = WebSearch::kNone;
  bool stream_usage = true;         // takes stream_options.include_usage (R54)
  bool parallel_tool_calls = true;  // takes parallel_tool_calls (R34)
  bool top_k = false;               // takes top_k (R48)
  bool service_tier = false;        // takes service_tier (R51)
  bool prompt_cache_key = false;    // takes prompt_cache_key (R14, R50)
  bool cache_control = false;       // keeps cache_control, for Claude models (R14)
  bool images = true;               // takes image parts (R17)
  bool pdfs = false;                // takes PDF file parts (R19)
  bool inline_system = false;       // takes system messages inside the conversation (R13)
  bool prefill_prefix = false;      // continues a last assistant message by prefix: true (R26)
  bool json_schema_output = true;   // takes response_format json_schema (R52)
  bool effort_none = false;         // wants reasoning_effort "none" for no thinking (R40)
  bool think_tags = false;          // an answer may begin with <think> (S15)
  bool fixed_sampling = false;      // refuses temperature, top_p and penalties (R55)
  // Responses: gives summaries of reasoning to whoever asks (R73).
  bool reasoning_summaries = true;
  int max_stop_sequences = 4;       // the rest is emulated (R46)
  int max_user_id_characters = 64;  // of user / safety_identifier (R49); 0: not sent
  // Words of effort that it knows; others become the nearest one (R38).
  std::vector<std::string> efforts = {"low", "medium", "high"};
  // Parts of the names of models that take the reasoning_request, lower case; empty: all.
  std::vector<std::string> reasoning_models;
  // Members of Chat Completions that it is known to refuse: left out of the requests of clients of
  // that format (C1).
  std::vector<std::string> refused_members;
  std::string seed_member = "seed";  // what it calls that
  // On its Messages face:
  bool count_tokens = false;          // has /v1/messages/count_tokens
  bool messages_tool_choice = true;   // takes tool_choice there
  bool openai_shaped_errors = false;  // its errors there are OpenAI's and must be rewritten

  friend bool operator==(const Quirks&, const Quirks&) = default;
};

// Of whoever serves the Responses API: what that API has by itself.
[[nodiscard]] Quirks ResponsesQuirks();

// What the models have in common whose names begin so.
struct ModelLimit {
  std::string prefix;  // lower case, without a vendor
  int64_t max_output_tokens = 0;
};

// How much of a conversation a model takes.
struct ContextWindow {
  int64_t tokens = 0;        // of a request and its answer together; 0: not known
  int64_t input_tokens = 0;  // of a request alone, when that is less; else 0

  friend bool operator==(const ContextWindow&, const ContextWindow&) = default;
};

// The window of a model and of its dated forms ("-2025-08-07", "-latest", "-preview").
struct ModelWindow {
  std::string model;  // lower case
  ContextWindow window;
};

// Which of several keys a session that begins is given. It stays there while it can: prompt caches
// are an account's.
enum class KeyOrder {
  kInOrder,     // the first that is not resting
  kRoundRobin,  // the next one
};

// A program that prints the key, in place of a variable that holds it. What it may print:
// router/credentials/key_output.h.
struct KeyCommand {
  // The program and its arguments. What was written as one text is run by "/bin/sh -c".
  std::vector<std::string> words;
  std::chrono::seconds timeout{30};
  // How long a key is good for that does not say it itself; 0: until it is refused.
  std::chrono::seconds lifetime{0};

  [[nodiscard]] bool empty() const { return words.empty(); }
  friend bool operator==(const KeyCommand&, const KeyCommand&) = default;
};

struct Provider {
  std::string name;   // lower case: "openai"
  std::string title;  // as people write it: "OpenAI"
  // The environment variable that holds the key. Empty: none is needed, or there is a key_command.
  std::string api_key_env;
  std::vector<std::string> more_key_envs;  // of further keys, in their order
  KeyOrder key_order = KeyOrder::kInOrder;
  KeyCommand key_command;  // empty: none. Then api_key_env is empty
  // Without a trailing slash; "/chat/completions" or "/responses" is appended. "{deployment}" in it
  // stands for the model. Empty: no such faces.
  std::string chat_base_url;
  // Of every request to that face, after "?"; empty: none. Azure's api-version.
  std::string chat_query;
  // Without a trailing slash; "/v1/messages" is appended. Empty: no such face.
  std::string messages_base_url;
  Interface interface = Interface::kChat;  // the face that the gateway uses; see InterfaceOf
  // Models that are asked by another face: as configured, which counts first, and as known.
  std::vector<ModelInterface> model_interfaces;
  std::vector<ModelInterface> known_interfaces;
  std::vector<ModelEfforts> model_efforts;
  // What plain mode (--no-router) exports as ANTHROPIC_BASE_URL. Empty: nothing is exported.
  std::string plain_base_url;
  bool plain_speaks_messages = false;  // whether plain_base_url is known to speak the Messages API
  std::string default_model;           // empty: the client's or the server's own
  ModelForm model_form = ModelForm::kAny;
  Auth auth = Auth::kBearer;
  // Models that are known by name, for lists and for claude-code-router. Others are taken as well.
  std::vector<std::string> models;
  int64_t max_output_tokens = 0;         // of one answer of any model; 0: not known
  std::vector<ModelLimit> model_limits;  // of models that are known to give less than others
  int64_t max_context_tokens = 0;        // of any model, as configured; 0: as known
  std::vector<ModelWindow> windows;      // of models whose makers tell it
  bool http2 = false;                    // asked over HTTP/2 where TLS agrees on it (U1)
  // Whether the client's own login goes there, where no key of ours is known. Said by the user
  // alone; Anthropic's own host needs no such word.
  bool pass_login = false;
  // The client's headers that its Messages face is known to take: lower case, a "*" at the end for
  // all that begin so (C9-C11). No other header of a client goes there.
  std::vector<std::string> client_headers = {"anthropic-version"};
  // Appended there as "?query" to a request with betas. The client's own query goes nowhere.
  std::string messages_query;
  Quirks quirks;                                // of its Chat and Messages faces
  Quirks responses_quirks = ResponsesQuirks();  // of its Responses face
  bool built_in = false;
  // Azure OpenAI: an address without a path is completed as its resources are asked, and models are
  // names of deployments.
  bool azure = false;

  Platform platform = Platform::kNone;
  std::string region;          // of kBedrock and kVertex; empty: not known
  std::string project;         // of kVertex; empty: not known
  std::string github_api_url;  // of kCopilot, without a trailing slash
  // Variables that may hold its credential or parts of it, where no api_key_env is named. They
  // count before the key_command.
  std::vector<std::string> credential_envs;
  // The betas (C18) that a platform is known to take; empty: all.
  std::vector<std::string> betas;
};

// All built-in providers, `anthropic` first. Static storage, immutable.
[[nodiscard]] const std::vector<Provider>& BuiltIns();

// By name, without regard to case. nullptr: no such built-in.
[[nodiscard]] const Provider* FindBuiltIn(std::string_view name);

// The client's headers that any server behind the Messages API may need: the version, and the betas
// that fields of the body come with (C18).
[[nodiscard]] std::vector<std::string> CommonClientHeaders();

// Whether `name`, in any case, is among the provider's client_headers.
[[nodiscard]] bool TakesClientHeader(const Provider& provider, std::string_view name);

// kInvalidArgument says which form the provider's models have, with an example.
[[nodiscard]] Status CheckModelForm(const Provider& provider, std::string_view model);

// The face by which `model` is asked: by the longest entry that names it, in what is configured
// before what is known, else the provider's own. A vendor in front does not matter to known ones.
[[nodiscard]] Interface InterfaceOf(const Provider& provider, std::string_view model);

// The address of a face; empty: the provider has none.
[[nodiscard]] const std::string& BaseUrlOf(const Provider& provider, Interface interface);

// How a face differs from what is usual.
[[nodiscard]] const Quirks& QuirksOf(const Provider& provider, Interface interface);

// The words of effort that `model` knows, weakest first.
[[nodiscard]] const std::vector<std::string>& EffortsOf(const Provider& provider,
                                                        std::string_view model);

// The most tokens of one answer of `model` (R8, R45): the provider's own limit, else that of the
// longest prefix in model_limits. A vendor in front and case do not matter. 0: not known.
[[nodiscard]] int64_t MaxOutputTokens(const Provider& provider, std::string_view model);

// The window of `model`: as the provider's configuration says it, else as known of it, else as its
// maker tells it when the name has a vendor in front. Zeros: not known.
[[nodiscard]] ContextWindow KnownWindow(const Provider& provider, std::string_view model);

// Whether `name` may name a provider: `[a-z0-9][a-z0-9_.-]{0,63}`.
[[nodiscard]] bool IsProviderName(std::string_view name);

// The provider's prefix in providers.conf: "openai" -> "OPENAI", "my-host" -> "MY_HOST".
[[nodiscard]] std::string ConfPrefix(std::string_view provider_name);

}  // namespace katra::router

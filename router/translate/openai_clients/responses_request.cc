// Converts a Responses API request to a Messages request. Stateless: the input contains the whole
// conversation.
#include "router/translate/names.h"
#include "router/translate/openai_clients/parts.h"
#include "router/translate/openai_clients/tools.h"
#include "router/translate/request_draft.h"
#include "router/translate/signature.h"

namespace katra::router::translate {
namespace {

// The instruction to the model when a client wants the conversation compacted.
constexpr std::string_view kCompactionRequest =
    "This conversation has grown too long and goes on from a summary. Write that summary now, and "
    "nothing else; call no tool. Whoever goes on sees only what you write: say what the user wants "
    "and has decided, what was done and found out (files, commands, errors, exact names), what is "
    "unfinished, and what comes next.";
constexpr std::string_view kSummaryHead =
    "A summary of the conversation until here, which had grown too long:\\n\\n";
constexpr std::string_view kForeignSummary =
    "[An earlier part of this conversation was made shorter by another provider, and cannot be "
    "read here.]";

const std::set<std::string_view>& ReadMembers() {
  static const std::set<std::string_view> read = {"model",
                                                  "input",
                                                  "instructions",
                                                  "tools",
                                                  "tool_choice",
                                                  "parallel_tool_calls",
                                                  "max_output_tokens",
                                                  "temperature",
                                                  "top_p",
                                                  "user",
                                                  "safety_identifier",
                                                  "stream",
                                                  "stream_options",
                                                  "reasoning",
                                                  "text",
                                                  "store",
                                                  "include",
                                                  "prompt_cache_key",
                                                  "metadata",
                                                  "client_metadata"};
  return read;
}

const PartNames& Parts() {
  static const PartNames names = {
      {"input_text", "output_text", "text"}, "input_image", "input_file", false};
  return names;
}

// A thinking block that an earlier response returned as a reasoning item.
void ReadReasoning(JsonView item, Conversation& conversation) {
  const auto block = ReadSignature(item["encrypted_content"].RawString());
  JsonDocument document;
  if (!block || !document.Parse(*block) || !document.Root()["type"].Is("thinking")) return;
  conversation.AddAssistant(*block);
}

// Items of these types belong to the assistant, so they end the latest user turn.
bool IsOfAssistant(JsonView item) {
  const std::string_view type = item["type"].RawString();
  return item["role"].Is("assistant") || type == "reasoning" || type.ends_with("_call");
}

bool IsCompaction(JsonView type) {
  return type.Is("compaction") || type.Is("compaction_summary") || type.Is("context_compaction");
}

// Calls that are not functions but are executed by the client, and their outputs. The model sees
// them as calls of a tool with that name.
bool IsLocal(std::string_view type) {
  return type == "local_shell" || type == "shell" || type == "apply_patch";
}

// Reads a request's items in order.
class Items {
 public:
  Items(OpenAiClientRequest& request, Conversation& conversation, ToolList& tools)
      : request_(request), conversation_(conversation), tools_(tools) {}

  Status Read(JsonView input) {
    size_t latest = 0;
    size_t index = 0;
    for (const JsonView item : input) {
      ++index;
      if (IsOfAssistant(item)) latest = index;
    }
    index = 0;
    for (const JsonView item : input) {
      reading_.latest = index++ >= latest;
      if (auto read = ReadItem(item); !read) return read;
    }
    return {};
  }

 private:
  Status ReadItem(JsonView item) {
    const JsonView type = item["type"];
    if (type.IsNothing() || type.Is("message")) return ReadMessage(item);
    if (type.Is("reasoning")) {
      ReadReasoning(item, conversation_);
    } else if (type.Is("additional_tools")) {  // F1
      ReadResponsesTools(item["tools"], &request_, &tools_);
    } else if (type.Is("agent_message")) {  // F6
      return ReadContent(item["content"], reading_,
                         [this](std::string block) { conversation_.AddUser(std::move(block)); });
    } else if (type.Is("compaction_trigger")) {
      request_.compaction = true;
    } else if (IsCompaction(type)) {
      ReadCompaction(item);
    } else if (type.Is("item_reference")) {
      return RejectCapability("item_reference",
                              "nothing is stored here; send the items themselves");
    } else {
      return ReadToolItem(item);
    }
    return {};
  }

  Status ReadMessage(JsonView item) {
    const JsonView role = item["role"];
    const JsonView content = item["content"];
    if (role.Is("system") || role.Is("developer")) {
      if (content.IsString()) conversation_.AddSystem(content.RawString());
      for (const JsonView part : content) {
        conversation_.AddSystem(part["text"].RawString(), part);
        NoteCachePoint(part, &request_);
      }
      return {};
    }
    const bool assistant = role.Is("assistant");
    if (!assistant && !role.Is("user")) {
      return Malformed("input: expected the roles system, developer, user and assistant");
    }
    return ReadContent(content, reading_, [&](std::string block) {
      if (assistant) {
        conversation_.AddAssistant(std::move(block));
      } else {
        conversation_.AddUser(std::move(block));
      }
    });
  }

  // Reads a call or its output.
  Status ReadToolItem(JsonView item) {
    constexpr std::string_view kCall = "_call";
    constexpr std::string_view kOutput = "_call_output";
    const JsonView type = item["type"];
    const std::string name = type.Text();
    const JsonView id = item["call_id"];
    const bool search = type.Is("tool_search_call") || type.Is("tool_search_output");
    const bool function = type.Is("function_call") || type.Is("custom_tool_call");
    const bool output = type.Is("function_call_output") || type.Is("custom_tool_call_output");
    if ((function || output) && !id.IsString()) {
      return Malformed("input: a call and its output need a call_id");
    }
    if (type.Is("tool_search_output")) ReadResponsesTools(item["tools"], &request_, &tools_);
    if (search && !id.IsString()) return {};  // a search by OpenAI's servers
    if (function) {
      AddCall(item);
    } else if (output) {
      return AddOutput(item);
    } else if (type.Is("tool_search_call")) {
      conversation_.AddCall(id, kToolSearchName, item["arguments"]);
    } else if (type.Is("tool_search_output")) {
      conversation_.AddResult(id, "[" + TextBlock(Found(item["tools"])) + "]");
    } else if (name.ends_with(kCall) && id.IsString() &&
               IsLocal(std::string_view(name).substr(0, name.size() - kCall.size()))) {
      const JsonView what = item["action"].IsObject() ? item["action"] : item["operation"];
      conversation_.AddCall(id, name.substr(0, name.size() - kCall.size()), what);
    } else if (name.ends_with(kOutput) && id.IsString() &&
               IsLocal(std::string_view(name).substr(0, name.size() - kOutput.size()))) {
      return AddOutput(item);
    } else {
      DropUnknown("input", type, &request_);
    }
    return {};
  }

  void AddCall(JsonView item) {
    const std::string name = FlatName(item["namespace"], item["name"]);
    if (item["type"].Is("function_call")) {
      conversation_.AddCall(item["call_id"], name, item["arguments"]);
      return;
    }
    const std::string input = TextInput(item["input"].RawString());
    JsonDocument document;
    if (document.Parse(input)) {  // always succeeds, because the text is escaped
      conversation_.AddCall(item["call_id"], name, document.Root());
    }
  }

  Status AddOutput(JsonView item) {
    const JsonView output = item["output"];
    // A shell's output is a list of objects that are not content parts.
    if (output.IsArray() && !output.Empty() && !(*output.begin())["type"].IsString()) {
      std::string text;
      AppendJsonEscaped(text, output.Raw());
      conversation_.AddResult(item["call_id"], "[" + TextBlock(text) + "]");
      return {};
    }
    auto content = ReadResultContent(output, reading_);
    if (!content) return Pass(std::move(content));
    conversation_.AddResult(item["call_id"], *content);
    return {};
  }

  // The result of a search as told to the model; the tools themselves are among the others.
  // Escaped.
  static std::string Found(JsonView tools) {
    std::string names;
    const auto add = [&names](JsonView tool_namespace, JsonView tool) {
      if (!names.empty()) names += ", ";
      AppendJsonEscaped(names, FlatName(tool_namespace, tool["name"]));
    };
    for (const JsonView tool : tools) {
      if (!tool["type"].Is("namespace")) add({}, tool);
      for (const JsonView inner : tool["tools"]) add(tool["name"], inner);
    }
    return names.empty() ? "No tool was found." : "These tools can be called now: " + names;
  }

  void ReadCompaction(JsonView item) {
    const auto kept = ReadSignature(item["encrypted_content"].RawString());
    JsonDocument document;
    if (kept && document.Parse(*kept) && document.Root()["type"].Is("compaction")) {
      conversation_.AddUser(TextBlock(std::string(kSummaryHead) +
                                      std::string(document.Root()["summary"].RawString())));
      return;
    }
    Drop("input." + item["type"].Text(), &request_);
    conversation_.AddUser(TextBlock(kForeignSummary));
  }

  OpenAiClientRequest& request_;
  Conversation& conversation_;
  ToolList& tools_;
  ContentReading reading_{Parts(), true, &request_};
};

// The members of the request that a Responses reply repeats.
std::string Echo(JsonView root) {
  std::string echo;
  JsonWriter writer(echo);
  const auto repeat = [&](std::string_view key, std::string_view otherwise) {
    const JsonView value = root[key];
    writer.Key(key).Raw(value.IsMissing() ? otherwise : value.Raw());
  };
  repeat("instructions", "null");
  repeat("max_output_tokens", "null");
  repeat("metadata", "{}");
  repeat("parallel_tool_calls", "true");
  repeat("temperature", "null");
  repeat("tool_choice", "\"auto\"");
  repeat("tools", "[]");
  repeat("top_p", "null");
  return echo;
}

}  // namespace

Status CheckStateless(JsonView root) {
  for (const std::string_view key : {"previous_response_id", "conversation", "background"}) {
    if (root[key].IsNothing() || root[key].IsFalse()) continue;
    return RejectCapability(key, "nothing is stored here; send the whole input with each request");
  }
  return {};
}

std::optional<std::string> CompactionAsMessage(JsonView item) {
  const auto kept = ReadSignature(item["encrypted_content"].RawString());
  JsonDocument document;
  if (!kept || !document.Parse(*kept) || !document.Root()["type"].Is("compaction")) {
    return std::nullopt;
  }
  std::string message;
  JsonWriter writer(message);
  writer.BeginObject().Key("type").String("message").Key("role").String("user");
  writer.Key("content").BeginArray().BeginObject().Key("type").String("input_text");
  writer.Key("text").RawString(std::string(kSummaryHead) +
                               std::string(document.Root()["summary"].RawString()));
  writer.EndObject().EndArray().EndObject();
  return message;
}

Result<OpenAiClientRequest> ReadResponsesClientRequest(JsonView root,
                                                       const OpenAiClientOptions& options) {
  OpenAiClientRequest request;
  request.format = OpenAiClientFormat::kResponses;
  request.model = root["model"].Text();
  request.stream = root["stream"].IsTrue() && !options.compact;
  request.compact_endpoint = request.compaction = options.compact;
  request.cache_key = root["prompt_cache_key"].Text();
  request.echo = Echo(root);
  if (auto stateless = CheckStateless(root); !stateless) return Pass(std::move(stateless));
  Conversation conversation;
  conversation.AddSystem(root["instructions"].RawString());
  ToolList tools;
  ReadResponsesTools(root["tools"], &request, &tools);
  const JsonView input = root["input"];
  if (input.IsString()) {
    conversation.AddUser(TextBlock(input.RawString()));
  } else if (auto read = Items(request, conversation, tools).Read(input); !read) {
    return Pass(std::move(read));
  }
  const JsonView format = root["text"]["format"];
  if (!root["text"]["verbosity"].IsNothing()) Drop("text.verbosity", &request);
  conversation.SpeakSystem();
  if (conversation.Empty()) return Malformed("input: expected text or items");
  if (format["type"].Is("json_object") && !request.compaction) {
    conversation.AddSystem("Answer with one JSON object.");
  }
  const bool in_tool_loop = conversation.InToolLoop();
  if (request.compaction) conversation.AddUser(TextBlock(kCompactionRequest));

  OpenAiClientSettings settings;
  settings.one_call = root["parallel_tool_calls"].IsFalse();
  settings.max_tokens = root["max_output_tokens"].Integer().value_or(0);
  if (request.compaction) {
    settings.tool_choice = R"("type":"none")";
  } else {
    settings.effort = root["reasoning"]["effort"].Text();
    ReadToolChoice(root["tool_choice"], &request, &tools, &settings);
  }
  settings.tools = !tools.Empty();
  request.effort = settings.effort;
  if (options.cache_points && !request.own_cache_points) {
    conversation.AddCachePoints();
    tools.AddCachePoint();
  }
  JsonWriter writer(request.messages_body);
  writer.BeginObject().Key("model").String(request.model);
  conversation.Write(writer);
  tools.Write(writer);
  WriteSettings(root, settings, in_tool_loop, writer, &request);
  if (format["type"].Is("json_schema") && format["schema"].IsObject() && !request.compaction) {
    writer.Key("output_config").BeginObject().Key("format").BeginObject();
    writer.Key("type").String("json_schema").Key("schema").Raw(format["schema"].Raw());
    writer.EndObject().EndObject();
  }
  if (request.stream) writer.Key("stream").Bool(true);
  writer.EndObject();
  ListDropped(root, ReadMembers(), &request);
  return request;
}

}  // namespace katra::router::translate

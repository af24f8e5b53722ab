// Converts a Chat Completions request to a Messages request.
#include "router/translate/kept_reasoning.h"
#include "router/translate/openai_clients/parts.h"
#include "router/translate/openai_clients/tools.h"
#include "router/translate/request_draft.h"
#include "router/translate/signature.h"

namespace katra::router::translate {
namespace {

const std::set<std::string_view>& ReadMembers() {
  static const std::set<std::string_view> read = {"model",
                                                  "messages",
                                                  "tools",
                                                  "tool_choice",
                                                  "parallel_tool_calls",
                                                  "max_tokens",
                                                  "max_completion_tokens",
                                                  "stop",
                                                  "temperature",
                                                  "top_p",
                                                  "user",
                                                  "safety_identifier",
                                                  "stream",
                                                  "stream_options",
                                                  "reasoning_effort",
                                                  "response_format",
                                                  "web_search_options",
                                                  "prompt_cache_key",
                                                  "n",
                                                  "store"};
  return read;
}

const PartNames& Parts() {
  static const PartNames names = {{"text"}, "image_url", "file", true};
  return names;
}

// The model's reasoning as kept by the client, for providers that expect it back (R41).
std::string ThinkingBlock(JsonView reasoning) {
  KeptReasoning kept;
  kept.reasoning_content = reasoning.RawString();
  std::string block;
  JsonWriter writer(block);
  writer.BeginObject().Key("type").String("thinking").Key("thinking");
  writer.RawString(reasoning.RawString());
  writer.Key("signature").String(MakeSignature(kept.ToJson())).EndObject();
  return block;
}

// Reads a request's messages in order.
class Messages {
 public:
  Messages(OpenAiClientRequest& request, Conversation& conversation)
      : request_(request), conversation_(conversation) {}

  Status Read(JsonView messages) {
    size_t latest = 0;
    size_t index = 0;
    for (const JsonView message : messages) {
      ++index;
      if (message["role"].Is("assistant")) latest = index;
    }
    index = 0;
    for (const JsonView message : messages) {
      reading_.latest = index++ >= latest;
      if (auto read = ReadMessage(message); !read) return read;
    }
    return {};
  }

 private:
  Status ReadMessage(JsonView message) {
    const JsonView role = message["role"];
    const JsonView content = message["content"];
    if (role.Is("system") || role.Is("developer")) {  // B13: all are kept
      if (content.IsString()) conversation_.AddSystem(content.RawString(), message);
      NoteCachePoint(message, &request_);
      for (const JsonView part : content) {
        conversation_.AddSystem(part["text"].RawString(), part);
        NoteCachePoint(part, &request_);
      }
      return {};
    }
    if (role.Is("user") && content.IsString()) {
      ReadText(message);
      return {};
    }
    if (role.Is("user")) {
      return ReadContent(content, reading_,
                         [&](std::string block) { conversation_.AddUser(std::move(block)); });
    }
    if (role.Is("tool")) return ReadResult(message);
    if (role.Is("function")) return ReadFunctionResult(message);
    if (role.Is("assistant")) return ReadAssistant(message);
    return Malformed(
        "messages: expected the roles system, developer, user, assistant, tool and function");
  }

  // A cache point on the whole message applies to its one block.
  void ReadText(JsonView message) {
    const std::string_view text = message["content"].RawString();
    if (text.empty()) return;
    std::string block = TextBlock(text);
    KeepCachePoint(message, block, &request_);
    conversation_.AddUser(std::move(block));
  }

  Status ReadResult(JsonView message) {
    if (!message["tool_call_id"].IsString()) {
      return Malformed("messages: a tool message needs a tool_call_id");
    }
    return AddResult(message["tool_call_id"], message["content"]);
  }

  Status AddResult(JsonView id, JsonView content) {
    auto read = ReadResultContent(content, reading_);
    if (!read) return Pass(std::move(read));
    conversation_.AddResult(id, *read);
    return {};
  }

  // The older function calls have no id; the result names the function (F9).
  Status ReadFunctionResult(JsonView message) {
    if (function_id_.empty()) {
      return Malformed("messages: a function message needs a function_call before it");
    }
    JsonDocument id;
    const std::string json = "\"" + std::exchange(function_id_, {}) + "\"";
    if (!id.Parse(json)) return Malformed("messages: a function message without a call");
    return AddResult(id.Root(), message["content"]);
  }

  Status ReadAssistant(JsonView message) {
    if (const JsonView thought = message["reasoning_content"]; !thought.RawString().empty()) {
      conversation_.AddAssistant(ThinkingBlock(thought));
    }
    auto read = ReadContent(message["content"], reading_, [&](std::string block) {
      conversation_.AddAssistant(std::move(block));
    });
    if (!read) return read;
    for (const JsonView call : message["tool_calls"]) {
      if (auto added = AddCall(call); !added) return added;
    }
    if (const JsonView function = message["function_call"]; function["name"].IsString()) {
      function_id_ = "call_function_" + std::to_string(++functions_);
      JsonDocument id;
      const std::string json = "\"" + function_id_ + "\"";
      if (id.Parse(json)) {
        conversation_.AddCall(id.Root(), function["name"].Text(), function["arguments"]);
      }
    }
    return {};
  }

  Status AddCall(JsonView call) {
    const JsonView custom = call["custom"];
    const JsonView function = custom.IsObject() ? custom : call["function"];
    if (!call["id"].IsString() || !function["name"].IsString()) {
      return Malformed("messages: a tool call needs an id and a function with a name");
    }
    JsonDocument document;
    const std::string input = TextInput(custom["input"].RawString());
    const bool text = custom.IsObject() && document.Parse(input);
    conversation_.AddCall(call["id"], function["name"].Text(),
                          text ? document.Root() : function["arguments"]);
    return {};
  }

  OpenAiClientRequest& request_;
  Conversation& conversation_;
  ContentReading reading_{Parts(), true, &request_};
  std::string function_id_;  // id for the function_call without a result so far
  int functions_ = 0;
};

void WriteStops(JsonView stop, JsonWriter& writer) {
  if (stop.IsString()) {
    writer.Key("stop_sequences").BeginArray().Raw(stop.Raw()).EndArray();
  } else if (!stop.Empty()) {
    writer.Key("stop_sequences").Raw(stop.Raw());
  }
}

}  // namespace

Result<OpenAiClientRequest> ReadChatClientRequest(JsonView root,
                                                  const OpenAiClientOptions& options) {
  OpenAiClientRequest request;
  request.format = OpenAiClientFormat::kChat;
  request.model = root["model"].Text();
  request.stream = root["stream"].IsTrue();
  request.stream_usage = root["stream_options"]["include_usage"].IsTrue();
  if (root["n"].Integer().value_or(1) != 1) {
    return RejectCapability("n", "one answer a request; leave n out");
  }
  request.cache_key = root["prompt_cache_key"].Text();
  Conversation conversation;
  if (auto read = Messages(request, conversation).Read(root["messages"]); !read) {
    return Pass(std::move(read));
  }
  conversation.SpeakSystem();
  if (conversation.Empty()) return Malformed("messages: expected at least one of the user");
  const JsonView format = root["response_format"];
  if (format["type"].Is("json_object")) conversation.AddSystem("Answer with one JSON object.");
  ToolList tools;
  ReadChatTools(root, &request, &tools);
  OpenAiClientSettings settings;
  settings.one_call = root["parallel_tool_calls"].IsFalse();
  settings.effort = root["reasoning_effort"].Text();
  settings.max_tokens =
      root["max_completion_tokens"].Integer().value_or(root["max_tokens"].Integer().value_or(0));
  ReadToolChoice(root["tool_choice"], &request, &tools, &settings);
  settings.tools = !tools.Empty();
  request.effort = settings.effort;
  const bool in_tool_loop = conversation.InToolLoop();
  if (options.cache_points && !request.own_cache_points) {
    conversation.AddCachePoints();
    tools.AddCachePoint();
  }
  JsonWriter writer(request.messages_body);
  writer.BeginObject().Key("model").String(request.model);
  conversation.Write(writer);
  tools.Write(writer);
  WriteSettings(root, settings, in_tool_loop, writer, &request);
  WriteStops(root["stop"], writer);
  if (const JsonView schema = format["json_schema"]["schema"]; schema.IsObject()) {
    writer.Key("output_config").BeginObject().Key("format").BeginObject();
    writer.Key("type").String("json_schema").Key("schema").Raw(schema.Raw());
    writer.EndObject().EndObject();
  }
  if (root["user"].IsString()) {
    writer.Key("metadata").BeginObject().Key("user_id").Raw(root["user"].Raw()).EndObject();
  }
  if (request.stream) writer.Key("stream").Bool(true);
  writer.EndObject();
  ListDropped(root, ReadMembers(), &request);
  return request;
}

}  // namespace katra::router::translate

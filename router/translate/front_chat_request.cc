// A request of Chat Completions as a Messages request.
#include "router/translate/front_parts.h"
#include "router/translate/request_draft.h"

namespace katra::translate {
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

Status ReadResult(JsonView message, Conversation& conversation) {
  if (!message["tool_call_id"].IsString()) {
    return Malformed("messages: a tool message needs a tool_call_id");
  }
  std::string content;
  const auto add = [&content](const std::string& block) {
    if (!content.empty()) content.push_back(',');
    content += block;
  };
  if (auto read = ReadContent(message["content"], Parts(), add); !read) return read;
  conversation.AddResult(ToolResultBlock(message["tool_call_id"], "[" + content + "]"));
  return {};
}

Status ReadMessage(JsonView message, Conversation& conversation) {
  const JsonView role = message["role"];
  const JsonView content = message["content"];
  if (role.Is("system") || role.Is("developer")) {  // B13: every one is kept
    if (content.IsString()) conversation.AddSystem(content.RawString());
    for (const JsonView part : content) conversation.AddSystem(part["text"].RawString());
    return {};
  }
  if (role.Is("user")) {
    return ReadContent(content, Parts(),
                       [&](std::string block) { conversation.AddUser(std::move(block)); });
  }
  if (role.Is("tool")) return ReadResult(message, conversation);
  if (!role.Is("assistant")) {
    return Malformed("messages: expected the roles system, developer, user, assistant and tool");
  }
  auto read = ReadContent(content, Parts(),
                          [&](std::string block) { conversation.AddAssistant(std::move(block)); });
  if (!read) return read;
  for (const JsonView call : message["tool_calls"]) {
    const JsonView function = call["function"];
    if (!call["id"].IsString() || !function["name"].IsString()) {
      return Malformed("messages: a tool call needs an id and a function with a name");
    }
    conversation.AddAssistant(
        ToolUseBlock(call["id"], function["name"].Text(), function["arguments"]));
  }
  return {};
}

// Whether there is any.
bool WriteTools(JsonView root, JsonWriter& writer) {
  const bool search = root["web_search_options"].IsObject();
  if (root["tools"].Empty() && !search) return false;
  writer.Key("tools").BeginArray();
  for (const JsonView tool : root["tools"]) {
    const JsonView function = tool["function"];
    if (!function.IsObject()) continue;
    writer.BeginObject().Key("name").RawString(function["name"].RawString());
    if (function["description"].IsString()) {
      writer.Key("description").RawString(function["description"].RawString());
    }
    writer.Key("input_schema");
    WriteFullSchema(function["parameters"], writer.Place());
    writer.EndObject();
  }
  if (search) writer.Raw(R"({"type":"web_search_20250305","name":"web_search"})");
  writer.EndArray();
  return true;
}

void WriteStops(JsonView stop, JsonWriter& writer) {
  if (stop.IsString()) {
    writer.Key("stop_sequences").BeginArray().Raw(stop.Raw()).EndArray();
  } else if (!stop.Empty()) {
    writer.Key("stop_sequences").Raw(stop.Raw());
  }
}

}  // namespace

Result<FrontRequest> ReadChatFront(JsonView root) {
  FrontRequest request;
  request.format = FrontFormat::kChat;
  request.model = root["model"].Text();
  request.stream = root["stream"].IsTrue();
  request.stream_usage = root["stream_options"]["include_usage"].IsTrue();
  if (root["n"].Integer().value_or(1) != 1) {
    return RejectCapability("n", "one answer a request; leave n out");
  }
  Conversation conversation;
  for (const JsonView message : root["messages"]) {
    if (auto read = ReadMessage(message, conversation); !read) return Pass(std::move(read));
  }
  if (conversation.Empty()) return Malformed("messages: expected at least one of the user");
  const JsonView format = root["response_format"];
  if (format["type"].Is("json_object")) conversation.AddSystem("Answer with one JSON object.");

  JsonWriter writer(request.messages_body);
  writer.BeginObject().Key("model").String(request.model);
  const bool in_tool_loop = conversation.InToolLoop();
  conversation.Write(writer);
  FrontSettings settings;
  settings.tools = WriteTools(root, writer);
  settings.one_call = root["parallel_tool_calls"].IsFalse();
  settings.effort = root["reasoning_effort"].Text();
  settings.max_tokens =
      root["max_completion_tokens"].Integer().value_or(root["max_tokens"].Integer().value_or(0));
  ReadToolChoice(root["tool_choice"], root["tool_choice"]["function"]["name"], &settings);
  request.effort = settings.effort;
  WriteSettings(root, settings, in_tool_loop, writer);
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

}  // namespace katra::translate

// A request of OpenAI's Responses API as a Messages request. Stateless: the whole conversation is
// in the input.
#include "router/translate/front_parts.h"
#include "router/translate/request_draft.h"
#include "router/translate/signature.h"

namespace katra::translate {
namespace {

// A tool whose input is free text becomes a function with this one argument.
constexpr std::string_view kTextSchema =
    R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"]})";

// What the model sees of a tool's name: the Messages form knows no namespaces.
std::string FlatName(JsonView tool_namespace, JsonView name) {
  std::string flat = tool_namespace.Text();
  if (!flat.empty() && !flat.ends_with("__")) flat += "__";
  return flat + name.Text();
}

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

// A thinking block that an earlier reply gave as a reasoning item.
void ReadReasoning(JsonView item, Conversation& conversation) {
  const auto block = ReadSignature(item["encrypted_content"].RawString());
  JsonDocument document;
  if (!block || !document.Parse(*block) || !document.Root()["type"].Is("thinking")) return;
  conversation.AddAssistant(*block);
}

Status ReadOutput(JsonView item, Conversation& conversation) {
  std::string content;
  const auto add = [&content](const std::string& block) {
    if (!content.empty()) content.push_back(',');
    content += block;
  };
  if (auto read = ReadContent(item["output"], Parts(), add); !read) return read;
  conversation.AddResult(ToolResultBlock(item["call_id"], "[" + content + "]"));
  return {};
}

Status ReadMessage(JsonView item, Conversation& conversation) {
  const JsonView role = item["role"];
  const JsonView content = item["content"];
  if (role.Is("system") || role.Is("developer")) {
    if (content.IsString()) conversation.AddSystem(content.RawString());
    for (const JsonView part : content) conversation.AddSystem(part["text"].RawString());
    return {};
  }
  const bool assistant = role.Is("assistant");
  if (!assistant && !role.Is("user")) {
    return Malformed("input: expected the roles system, developer, user and assistant");
  }
  return ReadContent(content, Parts(), [&](std::string block) {
    if (assistant) {
      conversation.AddAssistant(std::move(block));
    } else {
      conversation.AddUser(std::move(block));
    }
  });
}

Status ReadItem(JsonView item, Conversation& conversation, FrontRequest* request) {
  const JsonView type = item["type"];
  if (type.IsNothing() || type.Is("message")) return ReadMessage(item, conversation);
  const bool call = type.Is("function_call") || type.Is("custom_tool_call");
  const bool output = type.Is("function_call_output") || type.Is("custom_tool_call_output");
  if ((call || output) && !item["call_id"].IsString()) {
    return Malformed("input: a call and its output need a call_id");
  }
  if (type.Is("function_call")) {
    conversation.AddAssistant(ToolUseBlock(
        item["call_id"], FlatName(item["namespace"], item["name"]), item["arguments"]));
  } else if (type.Is("custom_tool_call")) {
    std::string arguments = R"({"input":)";
    arguments.append(item["input"].IsString() ? item["input"].Raw() : "\"\"");
    arguments += "}";
    JsonDocument document;
    if (!document.Parse(arguments)) return Malformed("input: a custom_tool_call without an input");
    conversation.AddAssistant(
        ToolUseBlock(item["call_id"], FlatName(item["namespace"], item["name"]), document.Root()));
  } else if (output) {
    return ReadOutput(item, conversation);
  } else if (type.Is("reasoning")) {
    ReadReasoning(item, conversation);
  } else if (type.Is("item_reference")) {
    return RejectCapability("item_reference", "nothing is stored here; send the items themselves");
  } else {
    request->dropped.push_back("input." + type.Text());
  }
  return {};
}

void WriteTool(JsonView tool, JsonView tool_namespace, FrontRequest* request, JsonWriter& writer) {
  const JsonView type = tool["type"];
  if (type.Is("namespace")) {
    for (const JsonView inner : tool["tools"]) WriteTool(inner, tool["name"], request, writer);
    return;
  }
  if (type.RawString().substr(0, 10) == "web_search") {
    writer.Raw(R"({"type":"web_search_20250305","name":"web_search"})");
    return;
  }
  const bool custom = type.Is("custom");
  if (!custom && !type.Is("function")) {
    request->dropped.push_back("tools." + type.Text());
    return;
  }
  const std::string name = FlatName(tool_namespace, tool["name"]);
  if (custom || tool_namespace.IsString()) {
    request->tools[name] = {custom, tool["name"].Text(), tool_namespace.Text()};
  }
  writer.BeginObject().Key("name").String(name);
  std::string description(tool["description"].RawString());
  // A grammar cannot be enforced: the model is told of it.
  if (const JsonView grammar = tool["format"]["definition"]; custom && grammar.IsString()) {
    description += "\\n\\nThe input is free text of this grammar (";
    description += tool["format"]["syntax"].RawString();
    description += "):\\n";
    description += grammar.RawString();
  }
  if (!description.empty()) writer.Key("description").RawString(description);
  writer.Key("input_schema");
  if (custom) {
    writer.Raw(kTextSchema);
  } else {
    WriteFullSchema(tool["parameters"], writer.Place());
  }
  writer.EndObject();
}

bool WriteTools(JsonView root, FrontRequest* request, JsonWriter& writer) {
  std::string tools;
  JsonWriter list(tools);
  list.BeginArray();
  for (const JsonView tool : root["tools"]) WriteTool(tool, JsonView(), request, list);
  list.EndArray();
  if (tools == "[]") return false;
  writer.Key("tools").Raw(tools);
  return true;
}

// What a Responses reply repeats of its request.
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

Result<FrontRequest> ReadResponsesFront(JsonView root) {
  FrontRequest request;
  request.format = FrontFormat::kResponses;
  request.model = root["model"].Text();
  request.stream = root["stream"].IsTrue();
  request.echo = Echo(root);
  for (const std::string_view key : {"previous_response_id", "conversation", "background"}) {
    if (root[key].IsNothing() || root[key].IsFalse()) continue;
    return RejectCapability(key, "nothing is stored here; send the whole input with each request");
  }
  Conversation conversation;
  conversation.AddSystem(root["instructions"].RawString());
  const JsonView input = root["input"];
  if (input.IsString()) {
    conversation.AddUser(TextBlock(input.RawString()));
  } else {
    for (const JsonView item : input) {
      auto read = ReadItem(item, conversation, &request);
      if (!read) return Pass(std::move(read));
    }
  }
  if (conversation.Empty()) return Malformed("input: expected text or items");

  JsonWriter writer(request.messages_body);
  writer.BeginObject().Key("model").String(request.model);
  const bool in_tool_loop = conversation.InToolLoop();
  conversation.Write(writer);
  FrontSettings settings;
  settings.tools = WriteTools(root, &request, writer);
  settings.one_call = root["parallel_tool_calls"].IsFalse();
  settings.effort = root["reasoning"]["effort"].Text();
  settings.max_tokens = root["max_output_tokens"].Integer().value_or(0);
  ReadToolChoice(root["tool_choice"], root["tool_choice"]["name"], &settings);
  request.effort = settings.effort;
  WriteSettings(root, settings, in_tool_loop, writer);
  const JsonView format = root["text"]["format"];
  if (format["type"].Is("json_schema") && format["schema"].IsObject()) {
    writer.Key("output_config").BeginObject().Key("format").BeginObject();
    writer.Key("type").String("json_schema").Key("schema").Raw(format["schema"].Raw());
    writer.EndObject().EndObject();
  }
  if (request.stream) writer.Key("stream").Bool(true);
  writer.EndObject();
  ListDropped(root, ReadMembers(), &request);
  return request;
}

}  // namespace katra::translate

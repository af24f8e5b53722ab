#include "router/translate/front_parts.h"

#include <algorithm>

#include "router/translate/request_draft.h"

namespace katra::translate {
namespace {

// The Messages API wants a limit; what Claude Code asks for when it knows no better.
constexpr int64_t kDefaultMaxTokens = 32000;

std::string Joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) {
    if (!all.empty()) all.push_back(',');
    all += part;
  }
  return all;
}

struct DataUrl {
  std::string_view media_type;
  std::string_view data;
};

std::optional<DataUrl> ReadDataUrl(std::string_view url) {
  constexpr std::string_view kStart = "data:";
  constexpr std::string_view kMark = ";base64,";
  if (url.substr(0, kStart.size()) != kStart) return std::nullopt;
  const size_t mark = url.find(kMark);
  if (mark == std::string_view::npos) return std::nullopt;
  return DataUrl{url.substr(kStart.size(), mark - kStart.size()), url.substr(mark + kMark.size())};
}

void WriteBase64(const DataUrl& url, JsonWriter& writer) {
  writer.BeginObject().Key("type").String("base64");
  writer.Key("media_type").RawString(url.media_type);
  writer.Key("data").RawString(url.data).EndObject();
}

// What R38 reads back as the same effort.
int64_t BudgetOf(const std::string& effort) {
  if (effort == "low") return 1024;
  return effort == "medium" ? 8192 : 16384;
}

}  // namespace

void Conversation::AddSystem(std::string_view escaped) {
  if (!escaped.empty()) system_.push_back(TextBlock(escaped));
}

void Conversation::AddUser(std::string block) {
  FlushAssistant();
  user_.push_back(std::move(block));
}

void Conversation::AddResult(std::string block) {
  FlushAssistant();
  results_.push_back(std::move(block));
}

void Conversation::AddAssistant(std::string block) {
  FlushUser();
  assistant_.push_back(std::move(block));
}

void Conversation::FlushUser() {
  if (results_.empty() && user_.empty()) return;
  results_.insert(results_.end(), user_.begin(), user_.end());
  if (!messages_.empty()) messages_.push_back(',');
  messages_ += R"({"role":"user","content":[)" + Joined(results_) + "]}";
  results_.clear();
  user_.clear();
}

void Conversation::FlushAssistant() {
  if (assistant_.empty()) return;
  if (!messages_.empty()) messages_.push_back(',');
  messages_ += R"({"role":"assistant","content":[)" + Joined(assistant_) + "]}";
  assistant_.clear();
}

bool Conversation::Empty() const {
  return messages_.empty() && results_.empty() && user_.empty() && assistant_.empty();
}

void Conversation::Write(JsonWriter& writer) {
  FlushUser();
  FlushAssistant();
  if (!system_.empty()) writer.Key("system").Raw("[" + Joined(system_) + "]");
  writer.Key("messages").Raw("[" + messages_ + "]");
}

std::string TextBlock(std::string_view escaped) {
  std::string block;
  JsonWriter(block)
      .BeginObject()
      .Key("type")
      .String("text")
      .Key("text")
      .RawString(escaped)
      .EndObject();
  return block;
}

Result<std::string> ImageBlock(JsonView url) {
  const std::string_view address = url.RawString();
  if (address.empty()) return RejectCapability("image_file", "send images by data or http address");
  std::string block;
  JsonWriter writer(block);
  writer.BeginObject().Key("type").String("image").Key("source");
  if (const auto data = ReadDataUrl(address)) {
    WriteBase64(*data, writer);
  } else {
    writer.BeginObject().Key("type").String("url").Key("url").RawString(address).EndObject();
  }
  writer.EndObject();
  return block;
}

Result<std::string> FileBlock(JsonView file) {
  const auto data = ReadDataUrl(file["file_data"].RawString());
  if (!data) {
    return RejectCapability("file_id", "send a file's content as file_data with a data: address");
  }
  std::string block;
  JsonWriter writer(block);
  writer.BeginObject().Key("type").String("document").Key("source");
  WriteBase64(*data, writer);
  if (file["filename"].IsString()) writer.Key("title").RawString(file["filename"].RawString());
  writer.EndObject();
  return block;
}

Status ReadContent(JsonView content, const PartNames& names,
                   const std::function<void(std::string block)>& add) {
  if (content.IsString()) {
    if (!content.RawString().empty()) add(TextBlock(content.RawString()));
    return {};
  }
  for (const JsonView part : content) {
    const std::string type = part["type"].Text();
    if (names.text.count(type) != 0) {
      if (!part["text"].RawString().empty()) add(TextBlock(part["text"].RawString()));
    } else if (type == "refusal") {
      add(TextBlock(part["refusal"].RawString()));
    } else if (type == names.image || type == names.file) {
      const JsonView image = part["image_url"];  // an address, or an object around it
      auto block = type == names.image ? ImageBlock(image.IsString() ? image : image["url"])
                                       : FileBlock(names.file_nested ? part[names.file] : part);
      if (!block) return Pass(std::move(block));
      add(*std::move(block));
    } else {
      return RejectCapability(type.empty() ? "content" : type,
                              "expected parts of type " + std::string(*names.text.begin()) + ", " +
                                  std::string(names.image) + " or " + std::string(names.file));
    }
  }
  return {};
}

std::string ToolUseBlock(JsonView id, std::string_view name, JsonView arguments) {
  std::string block;
  JsonWriter writer(block);
  writer.BeginObject().Key("type").String("tool_use").Key("id").String(ClientToolId(id.Text()));
  writer.Key("name").String(name).Key("input");
  const std::string text = arguments.IsObject() ? std::string(arguments.Raw()) : arguments.Text();
  JsonDocument document;
  if (text.find_first_not_of(" \n\r\t") == std::string::npos) {  // B23
    writer.BeginObject().EndObject();
  } else if (document.Parse(text) && document.Root().IsObject()) {
    writer.Raw(document.Root().Raw());
  } else {
    writer.BeginObject().Key("raw_arguments").String(text).EndObject();
  }
  writer.EndObject();
  return block;
}

std::string ToolResultBlock(JsonView id, std::string_view content) {
  std::string block;
  JsonWriter writer(block);
  writer.BeginObject().Key("type").String("tool_result");
  writer.Key("tool_use_id").String(ClientToolId(id.Text()));
  writer.Key("content").Raw(content).EndObject();
  return block;
}

void ReadToolChoice(JsonView choice, JsonView function, FrontSettings* settings) {
  if (choice.Is("auto") || choice.Is("none")) {
    settings->tool_choice = "\"type\":\"" + choice.Text() + "\"";
  } else if (choice.Is("required")) {
    settings->tool_choice = R"("type":"any")";
    settings->forced_tool = true;
  } else if (function.IsString()) {
    settings->tool_choice = R"("type":"tool","name":)" + std::string(function.Raw());
    settings->forced_tool = true;
  }
}

void WriteSettings(JsonView root, const FrontSettings& settings, bool in_tool_loop,
                   JsonWriter& writer) {
  int64_t most = settings.max_tokens > 0 ? settings.max_tokens : kDefaultMaxTokens;
  // Thinking may neither start within a turn nor go with a forced tool.
  const bool thinking = !settings.effort.empty() && settings.effort != "none" &&
                        settings.effort != "minimal" && !settings.forced_tool && !in_tool_loop;
  if (thinking) {
    const int64_t budget = BudgetOf(settings.effort);
    if (most <= budget) most += budget;
    writer.Key("thinking").BeginObject().Key("type").String("enabled");
    writer.Key("budget_tokens").Integer(budget).EndObject();
  }
  writer.Key("max_tokens").Integer(most);
  if (!thinking) {  // which fixes them
    if (const auto temperature = root["temperature"].Number()) {
      if (*temperature > 1.0) {  // R47
        writer.Key("temperature").Integer(1);
      } else {
        writer.Key("temperature").Raw(root["temperature"].Raw());
      }
    }
    if (root["top_p"].IsNumber()) writer.Key("top_p").Raw(root["top_p"].Raw());
  }
  std::string choice = settings.tool_choice;
  if (settings.one_call && settings.tools) {
    if (choice.empty()) choice = R"("type":"auto")";
    if (choice != R"("type":"none")") choice += R"(,"disable_parallel_tool_use":true)";
  }
  if (!choice.empty() && settings.tools) writer.Key("tool_choice").Raw("{" + choice + "}");
}

void ListDropped(JsonView root, const std::set<std::string_view>& read, FrontRequest* request) {
  for (const JsonView member : root) {
    const std::string key = member.Key().Text();
    if (!member.IsNothing() && read.count(key) == 0) request->dropped.push_back(key);
  }
  std::sort(request->dropped.begin(), request->dropped.end());
  const auto last = std::unique(request->dropped.begin(), request->dropped.end());
  request->dropped.erase(last, request->dropped.end());
}

}  // namespace katra::translate

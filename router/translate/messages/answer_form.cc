#include "router/translate/messages/answer_form.h"

#include <algorithm>
#include <array>

#include "core/json_write.h"
#include "core/text.h"

namespace katra::router::translate {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::array<std::string_view, 4> kFields = {"data", "event", "id", "retry"};

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Events {
 public:
  explicit Events(std::string& out) : out_(out) {}

  // `members` as JSON members, without a comma in front.
  void Add(std::string_view type, std::string_view members) {
    out_.append("event: ").append(type).append("\ndata: {\"type\":\"").append(type).append("\"");
    if (!members.empty()) out_.append(",").append(members);
    out_.append("}\n\n");
  }

  void Block(JsonView block, bool cut) {
    const JsonView type = block["type"];
    index_ = "\"index\":" + std::to_string(next_++);
    if (type.Is("text")) {
      Open(block, {{"text", "\"\""}, {"citations", "[]"}});
      Delta("text_delta", "text", block["text"].RawString());
      for (const JsonView citation : block["citations"]) {
        Add("content_block_delta", index_ + R"(,"delta":{"type":"citations_delta","citation":)" +
                                       std::string(citation.Raw()) + "}");
      }
    } else if (type.Is("thinking")) {
      Open(block, {{"thinking", "\"\""}, {"signature", "\"\""}});
      Delta("thinking_delta", "thinking", block["thinking"].RawString());
      Delta("signature_delta", "signature", block["signature"].RawString());
    } else if (block["input"].IsObject()) {  // a call of a client's or a server's tool
      Open(block, {{"input", "{}"}});
      const JsonView raw = block["input"]["raw_arguments"];
      std::string input;
      if (cut && raw.IsString()) {  // wrapped by S45, truncated as they were
        input = raw.RawString();
      } else {
        AppendJsonEscaped(input, block["input"].Raw());
      }
      Delta("input_json_delta", "partial_json", input);
    } else {
      Open(block, {});
    }
    Add("content_block_stop", index_);
  }

 private:
  using Blanks = std::map<std::string, std::string>;

  // The block without what its deltas add.
  void Open(JsonView block, const Blanks& blanks) {
    std::string begun;
    JsonWriter writer(begun);
    writer.BeginObject();
    for (const JsonView value : block) {
      const std::string key = value.Key().Text();
      const auto blank = blanks.find(key);
      const bool left_out = blank != blanks.end() && !value.IsNothing();
      writer.TextKey(key).Raw(left_out ? std::string_view(blank->second) : value.Raw());
    }
    writer.EndObject();
    Add("content_block_start", index_ + ",\"content_block\":" + begun);
  }

  void Delta(std::string_view type, std::string_view member, std::string_view escaped) {
    if (escaped.empty()) return;
    std::string members = index_ + R"(,"delta":{"type":")";
    members.append(type).append("\",\"").append(member).append("\":\"").append(escaped);
    Add("content_block_delta", members.append("\"}"));
  }

  std::string& out_;
  std::string index_;  // index of the block, as a JSON member
  int next_ = 0;
};

// The members that a stream reports at its end.
bool IsOfTheEnd(std::string_view key) {
  return key == "stop_reason" || key == "stop_sequence" || key == "stop_details" ||
         key == "container";
}

std::string_view OrNull(JsonView view) {
  return view.IsMissing() ? std::string_view("null") : view.Raw();
}

}  // namespace

BodyForm FormSniffer::Feed(std::string_view bytes) {
  for (const char c : bytes) {
    if (form_ != BodyForm::kUnknown) break;
    form_ = Take(c);
  }
  return form_;
}

BodyForm FormSniffer::Take(char c) {
  ++seen_;
  if (comment_) {
    comment_ = c != '\n' && c != '\r';
    return BodyForm::kUnknown;
  }
  if (word_.empty()) {
    if (IsBlank(c)) return BodyForm::kUnknown;
    comment_ = c == ':';
    if (comment_) return BodyForm::kUnknown;
  }
  word_.push_back(c);
  if (word_.front() == '{' || word_.front() == '[') return BodyForm::kJson;
  if (word_.size() == seen_ && kByteOrderMark.starts_with(word_)) {
    if (word_ == kByteOrderMark) word_.clear();
    return BodyForm::kUnknown;
  }
  const bool ends = c == ':' || c == '\n' || c == '\r';
  const std::string_view name = std::string_view(word_).substr(0, word_.size() - (ends ? 1 : 0));
  const bool field = std::any_of(kFields.begin(), kFields.end(), [&](std::string_view known) {
    return ends ? known == name : known.starts_with(name);
  });
  if (!field) return BodyForm::kOther;
  return ends ? BodyForm::kEvents : BodyForm::kUnknown;
}

std::optional<std::string> ToEvents(std::string_view reply) {
  JsonDocument document;
  if (!document.Parse(reply)) return std::nullopt;
  const JsonView root = document.Root();
  if (!root["content"].IsArray()) return std::nullopt;
  std::string out;
  Events events(out);
  std::string start;
  JsonWriter writer(start);
  writer.BeginObject();
  for (const JsonView value : root) {
    const std::string key = value.Key().Text();
    if (key == "content") {
      writer.Key("content").BeginArray().EndArray();
    } else if (!IsOfTheEnd(key)) {
      writer.TextKey(key).Raw(value.Raw());
    }
  }
  writer.Key("stop_reason").Null().Key("stop_sequence").Null().EndObject();
  events.Add("message_start", "\"message\":" + start);
  const bool cut = root["stop_reason"].Is("max_tokens");
  for (const JsonView block : root["content"]) events.Block(block, cut);
  std::string end;
  JsonWriter end_writer(end);
  end_writer.BeginObject().Key("stop_reason").Raw(OrNull(root["stop_reason"]));
  end_writer.Key("stop_sequence").Raw(OrNull(root["stop_sequence"]));
  for (const char* key : {"stop_details", "container"}) {
    if (!root[key].IsMissing()) end_writer.Key(key).Raw(root[key].Raw());
  }
  end_writer.EndObject();
  end.insert(0, "\"delta\":");
  if (root["usage"].IsObject()) end.append(",\"usage\":").append(root["usage"].Raw());
  events.Add("message_delta", end);
  events.Add("message_stop", {});
  return out;
}

void ReplyBuilder::Feed(std::string_view events) {
  const bool fits = parser_.Feed(events, [this](std::string_view name, std::string_view data) {
    if (document_.Parse(data)) {
      Event(document_.Root());
    } else if (!Trim(data).empty() && name != "ping" && data != "[DONE]") {
      broken_ = true;
    }
    return true;
  });
  broken_ = broken_ || !fits;
}

void ReplyBuilder::Keep(JsonView members) {
  for (const JsonView value : members) {
    const std::string key = value.Key().Text();
    if (key == "usage") {
      for (const JsonView figure : value) {
        if (!figure.IsNothing()) usage_[figure.Key().Text()] = figure.Raw();
      }
    } else if (key != "content" && key != "delta") {
      members_[key] = value.Raw();
    }
  }
}

void ReplyBuilder::Event(JsonView event) {
  const JsonView type = event["type"];
  const int64_t index = event["index"].Integer().value_or(0);
  if (type.Is("message_start")) {
    begun_ = true;
    Keep(event["message"]);
  } else if (type.Is("content_block_start")) {
    blocks_[index] = Block{std::string(event["content_block"].Raw()), {}, {}};
  } else if (type.Is("content_block_delta")) {
    if (const auto found = blocks_.find(index); found != blocks_.end()) {
      Delta(found->second, event["delta"]);
    }
  } else if (type.Is("message_delta")) {
    const std::string was = members_["type"];
    Keep(event);
    Keep(event["delta"]);
    members_["type"] = was;
  } else if (type.Is("message_stop")) {
    complete_ = true;
  } else if (type.Is("error")) {
    broken_ = true;
  }
}

void ReplyBuilder::Delta(Block& block, JsonView delta) {
  if (delta["type"].Is("citations_delta")) {
    if (!block.citations.empty()) block.citations.push_back(',');
    block.citations.append(delta["citation"].Raw());
    return;
  }
  for (const char* member : {"text", "thinking", "signature", "partial_json"}) {
    if (delta[member].IsString()) block.added[member].append(delta[member].RawString());
  }
}

void ReplyBuilder::WriteBlock(const Block& block, std::string* out) {
  JsonDocument document;
  if (!document.Parse(block.raw)) return;
  std::map<std::string, std::string> values;  // raw values changed by deltas
  for (const auto& [member, added] : block.added) {
    if (member == "partial_json") {
      const std::string text = UnescapeJson(added);
      JsonDocument input;
      if (input.Parse(text) && input.Root().IsObject()) {
        values["input"] = text;
      } else if (!text.empty()) {  // S45
        values["input"] = "{\"raw_arguments\":\"" + added + "\"}";
      }
    } else {
      values[member] = "\"" + std::string(document.Root()[member].RawString()) + added + "\"";
    }
  }
  if (!block.citations.empty()) values["citations"] = "[" + block.citations + "]";
  JsonWriter writer(*out);
  writer.BeginObject();
  for (const JsonView value : document.Root()) {
    const auto changed = values.find(value.Key().Text());
    writer.TextKey(value.Key().Text());
    writer.Raw(changed == values.end() ? value.Raw() : std::string_view(changed->second));
    if (changed != values.end()) values.erase(changed);
  }
  for (const auto& [key, value] : values) writer.TextKey(key).Raw(value);
  writer.EndObject();
}

std::optional<std::string> ReplyBuilder::Reply() const {
  if (!begun_ || !complete_ || broken_) return std::nullopt;
  std::string out;
  JsonWriter writer(out);
  writer.BeginObject();
  for (const auto& [key, value] : members_) writer.TextKey(key).Raw(value);
  writer.Key("content").BeginArray();
  for (const auto& [index, block] : blocks_) WriteBlock(block, &writer.Place());
  writer.EndArray();
  writer.Key("usage").BeginObject();
  for (const auto& [key, value] : usage_) writer.TextKey(key).Raw(value);
  writer.EndObject().EndObject();
  return out;
}

}  // namespace katra::router::translate

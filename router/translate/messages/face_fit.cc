#include "router/translate/messages/face_fit.h"

#include <algorithm>
#include <array>

#include "core/json_view.h"
#include "core/json_write.h"
#include "core/sha256.h"
#include "core/text.h"

namespace katra::router::translate {
namespace {

constexpr std::string_view kAttribution = "x-anthropic-billing-header";
constexpr size_t kUserIdDigits = 32;  // R49

bool IsAttribution(std::string_view escaped) {
  return escaped.substr(0, kAttribution.size()) == kAttribution;
}

// The text after the attribution line, as JSON string contents; usually nothing.
std::string_view BehindAttribution(std::string_view escaped) {
  const size_t end = escaped.find("\\n");
  if (end == std::string_view::npos) return {};
  std::string_view rest = escaped.substr(end);
  while (rest.substr(0, 2) == "\\n") rest.remove_prefix(2);
  return rest;
}

std::string Quoted(std::string_view escaped) { return "\"" + std::string(escaped) + "\""; }

// A text or a list of blocks without the attribution. Empty: nothing is left.
std::string WithoutAttribution(JsonView content, bool* changed) {
  if (content.IsString()) {
    if (!IsAttribution(content.RawString())) return std::string(content.Raw());
    *changed = true;
    const std::string_view rest = BehindAttribution(content.RawString());
    return rest.empty() ? std::string() : Quoted(rest);
  }
  if (!content.IsArray()) return std::string(content.Raw());
  std::string kept;
  for (const JsonView block : content) {
    const std::string_view text = block["text"].RawString();
    std::string raw(block.Raw());
    if (IsAttribution(text)) {
      *changed = true;
      const std::string_view rest = BehindAttribution(text);
      if (rest.empty()) continue;
      raw.replace(block["text"].Offset() - block.Offset(), block["text"].Raw().size(),
                  Quoted(rest));
    }
    if (!kept.empty()) kept.push_back(',');
    kept += raw;
  }
  return kept.empty() ? std::string() : "[" + kept + "]";
}

// A message that is kept, and what is added after its content.
struct Kept {
  JsonView message;     // missing: a user message with only `added`
  std::string added;    // blocks, each preceded by a comma
  std::string content;  // raw; set if it was changed
};

std::string_view Text(JsonView block) {
  return block.IsString() ? block.RawString() : block["text"].RawString();
}

void AppendReminder(std::string_view escaped, std::string& blocks) {
  if (escaped.empty()) return;
  blocks += R"(,{"type":"text","text":"<system-reminder>\n)";
  blocks.append(escaped);
  blocks += R"(\n</system-reminder>"})";
}

class Messages {
 public:
  explicit Messages(const FaceRefusals& refusals) : refusals_(refusals) {}

  // Raw; empty if nothing was changed.
  std::string Fit(JsonView messages) {
    for (const JsonView message : messages) Take(message);
    if (!waiting_.empty()) kept_.push_back({{}, std::move(waiting_), {}});
    if (!changed_) return {};
    std::string out = "[";
    for (const Kept& one : kept_) {
      if (out.size() > 1) out.push_back(',');
      Write(one, out);
    }
    return out + "]";
  }

 private:
  void Take(JsonView message) {
    if (!message["role"].Is("system")) {
      kept_.push_back({message, {}, {}});
      if (message["role"].Is("user")) kept_.back().added = std::exchange(waiting_, {});
      return;
    }
    std::string content(message["content"].Raw());
    if (refusals_.attribution) {
      bool changed = false;
      content = WithoutAttribution(message["content"], &changed);
      changed_ = changed_ || changed;
      if (content.empty()) return;
    }
    if (!refusals_.system_role) {
      kept_.push_back({message, {}, content});
      return;
    }
    changed_ = true;
    std::string blocks;
    JsonDocument document;
    if (document.Parse(content)) {
      const JsonView said = document.Root();
      if (said.IsString()) AppendReminder(said.RawString(), blocks);
      for (const JsonView block : said) AppendReminder(Text(block), blocks);
    }
    const bool behind = !kept_.empty() && (kept_.back().message.IsMissing() ||
                                           kept_.back().message["role"].Is("user"));
    (behind ? kept_.back().added : waiting_) += blocks;
  }

  static void Write(const Kept& one, std::string& out) {
    if (one.message.IsMissing()) {
      out += R"({"role":"user","content":[)" + one.added.substr(1) + "]}";
      return;
    }
    const std::string_view raw = one.message.Raw();
    const JsonView content = one.message["content"];
    if (one.added.empty() && (one.content.empty() || one.content == content.Raw())) {
      out.append(raw);
      return;
    }
    std::string with = one.content.empty() ? std::string(content.Raw()) : one.content;
    if (!one.added.empty() && content.IsString()) {
      const bool empty = content.RawString().empty();
      with = empty ? "[" + one.added.substr(1) + "]"
                   : R"([{"type":"text","text":)" + with + "}" + one.added + "]";
    } else if (!one.added.empty() && content.IsArray()) {
      with.pop_back();
      with += (content.Empty() ? one.added.substr(1) : one.added) + "]";
    }
    const size_t begin = content.Offset() - one.message.Offset();
    out.append(raw.substr(0, begin)).append(with).append(raw.substr(begin + content.Raw().size()));
  }

  const FaceRefusals& refusals_;
  std::vector<Kept> kept_;
  std::string waiting_;  // for the next user message
  bool changed_ = false;
};

bool IsPlainId(std::string_view id) {
  return std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

}  // namespace

FaceRefusals FaceFitFor(const FaceRefusals& refusals, const RequestPeek& peek) {
  return {refusals.attribution && peek.may_hold_attribution,
          refusals.tool_choice && peek.has_tool_choice,
          refusals.system_role && peek.may_hold_system_role,
          refusals.json_user_id && peek.may_hold_user_id};
}

Result<FaceFitted> FitToFace(std::string_view body, const FaceRefusals& refusals) {
  JsonDocument document;
  if (auto parsed = document.Parse(body); !parsed) return Pass(std::move(parsed));
  FaceFitted fitted;
  std::string out;
  bool any = false;
  JsonWriter writer(out);
  writer.BeginObject();
  for (const JsonView value : document.Root()) {
    const std::string key = value.Key().Text();
    std::string with(value.Raw());
    bool changed = false;
    if (key == "system" && refusals.attribution) {
      with = WithoutAttribution(value, &changed);
    } else if (key == "messages" && (refusals.system_role || refusals.attribution)) {
      std::string messages = Messages(refusals).Fit(value);
      changed = !messages.empty();
      if (changed) with = std::move(messages);
    } else if (key == "tool_choice" && refusals.tool_choice) {
      changed = true;
      with.clear();
      fitted.dropped.push_back(key);
    } else if (key == "metadata" && refusals.json_user_id) {
      const JsonView id = value["user_id"];
      changed = id.IsString() && !IsPlainId(id.RawString());
      if (changed) {
        with.replace(id.Offset() - value.Offset(), id.Raw().size(),
                     Quoted(Sha256Hex(id.Text()).substr(0, kUserIdDigits)));
      }
    }
    any = any || changed;
    if (!with.empty()) writer.TextKey(key).Raw(with);
  }
  writer.EndObject();
  if (any) fitted.body = std::move(out);
  return fitted;
}

RetryAdjustments AdjustmentsAfter(std::string_view message, const RequestPeek& peek) {
  const std::string said = ToLowerAscii(message);
  const auto says = [&](std::string_view words) { return said.find(words) != std::string::npos; };
  RetryAdjustments adjustments;
  // "Invalid `signature` in `thinking` block", "thinking blocks cannot be modified", …
  adjustments.thinking =
      peek.may_hold_thinking && (says("signature") || (says("thinking") && says("block")));
  // "Unexpected role \"system\"", "unknown variant `system`", "should be 'user' or 'assistant'", …
  adjustments.system_role =
      peek.may_hold_system_role && (says("role") || says("system") || says("assistant"));
  adjustments.json_user_id = peek.may_hold_user_id && (says("user_id") || says("metadata"));
  return adjustments;
}

RetryAdjustments ResponsesAdjustmentsAfter(std::string_view message) {
  const std::string said = ToLowerAscii(message);
  const auto says = [&](std::string_view words) { return said.find(words) != std::string::npos; };
  RetryAdjustments adjustments;
  // "The encrypted content gAAA… could not be verified", "Item 'fc_…' was provided without its
  // required 'reasoning' item", "Item with id 'rs_…' not found".
  const bool item = says("item") && (says("'reasoning'") || says("rs_"));
  adjustments.reasoning = says("encrypted content") || says("encrypted_content") || item;
  return adjustments;
}

}  // namespace katra::router::translate

#include "router/translate/messages/splice.h"

#include <algorithm>

#include "core/json_view.h"
#include "router/translate/signature.h"

namespace katra::router::translate {
namespace {

using Span = RequestPeek::Span;
constexpr size_t kEnd = std::string_view::npos;

bool IsAttribution(std::string_view string) {
  constexpr std::string_view kBegin = "x-anthropic-billing-header";
  return string.substr(0, kBegin.size()) == kBegin;
}

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Visits the members of the outermost object; skips nested values by their brackets.
class MemberScanner {
 public:
  explicit MemberScanner(std::string_view body) : body_(body) {}

  // Called for strings in nested values.
  [[nodiscard]] bool saw_thinking() const { return saw_thinking_; }
  [[nodiscard]] bool saw_our_signature() const { return saw_our_signature_; }
  [[nodiscard]] bool saw_attribution() const { return saw_attribution_; }
  [[nodiscard]] bool saw_system() const { return saw_system_; }
  [[nodiscard]] bool saw_user_id() const { return saw_user_id_; }
  // The objects in the last member that holds a conversation.
  [[nodiscard]] std::vector<Span> TakeItems() { return std::move(items_); }

  // Calls `member(raw key, span of the value)` for each. False: not an object, or truncated.
  template <typename Member>
  bool Walk(const Member& member) {
    if (!Take('{')) return false;
    if (Take('}')) return AtEnd();
    do {
      SkipSpace();
      const auto key = String();
      if (!key || !Take(':')) return false;
      SkipSpace();
      const size_t begin = at_;
      const std::string_view name = body_.substr(key->begin + 1, key->end - key->begin - 2);
      if (!SkipValue(name == "messages" || name == "input")) return false;
      member(name, Span{begin, at_});
    } while (Take(','));
    return Take('}') && AtEnd();
  }

 private:
  void SkipSpace() {
    while (at_ < body_.size() && IsSpace(body_[at_])) ++at_;
  }

  bool Take(char c) {
    SkipSpace();
    if (at_ >= body_.size() || body_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool AtEnd() {
    SkipSpace();
    return at_ == body_.size();
  }

  std::optional<Span> String() {
    if (at_ >= body_.size() || body_[at_] != '"') return std::nullopt;
    const size_t end = SkipJsonString(body_, at_, nullptr, true);
    if (end == kEnd) return std::nullopt;
    const Span span{at_, end};
    at_ = end;
    return span;
  }

  bool SkipValue(bool conversation) {
    if (at_ >= body_.size()) return false;
    const char first = body_[at_];
    if (conversation) items_.clear();
    if (first == '"') return String().has_value();
    if (first == '{' || first == '[') return SkipNested(conversation && first == '[');
    const size_t begin = at_;
    while (at_ < body_.size() && body_[at_] != ',' && body_[at_] != '}' && body_[at_] != ']' &&
           !IsSpace(body_[at_])) {
      ++at_;
    }
    return at_ > begin;
  }

  bool SkipNested(bool conversation) {
    size_t depth = 0;
    size_t item = 0;
    while (at_ < body_.size()) {
      const char c = body_[at_];
      if (c == '"') {
        const auto string = String();
        if (!string) return false;
        Note(body_.substr(string->begin + 1, string->end - string->begin - 2));
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') {
        if (++depth == 2) item = at_ - 1;
      } else if (c == '}' || c == ']') {
        if (--depth == 0) return true;
        if (depth == 1 && conversation) items_.push_back({item, at_});
      }
    }
    return false;
  }

  void Note(std::string_view string) {
    if (string == "thinking" || string == "redacted_thinking") saw_thinking_ = true;
    if (IsOurSignature(string)) saw_our_signature_ = true;
    if (string == "system") saw_system_ = true;
    if (string == "user_id") saw_user_id_ = true;
    if (IsAttribution(string)) saw_attribution_ = true;
  }

  std::string_view body_;
  size_t at_ = 0;
  std::vector<Span> items_;
  bool saw_thinking_ = false;
  bool saw_our_signature_ = false;
  bool saw_attribution_ = false;
  bool saw_system_ = false;
  bool saw_user_id_ = false;
};

std::string_view Cut(std::string_view body, Span span) {
  return body.substr(span.begin, span.end - span.begin);
}

std::optional<int64_t> ToInteger(std::string_view raw) {
  JsonDocument document;
  if (!document.Parse(raw)) return std::nullopt;
  return document.Root().Integer();
}

void PeekThinking(std::string_view body, Span span, RequestPeek* peek) {
  peek->thinking_span = span;
  JsonDocument document;
  if (!document.Parse(Cut(body, span))) return;
  const JsonView thinking = document.Root();
  peek->thinking_type = thinking["type"].Text();
  peek->thinking_budget.reset();
  peek->budget_spans.clear();
  const JsonView budget = thinking["budget_tokens"];
  if (!budget.Integer()) return;
  peek->thinking_budget = budget.Integer();
  const size_t begin = span.begin + budget.Offset();
  peek->budget_spans.push_back({begin, begin + budget.Raw().size()});
}

// `raw`: the effort itself, or an object that holds it.
void PeekEffort(std::string_view raw, RequestPeek* peek) {
  JsonDocument document;
  if (!document.Parse(raw)) return;
  const JsonView value = document.Root();
  const JsonView effort = value.IsObject() ? value["effort"] : value;
  if (effort.IsString()) peek->effort = effort.Text();
}

void Sort(std::vector<Edit>& edits) {
  std::sort(edits.begin(), edits.end(),
            [](const Edit& a, const Edit& b) { return a.span.begin < b.span.begin; });
}

// `edits` must be sorted.
std::string Apply(std::string_view body, const std::vector<Edit>& edits) {
  size_t extra = 0;
  for (const auto& edit : edits) extra += edit.with.size();
  std::string out;
  out.reserve(body.size() + extra);
  size_t at = 0;
  for (const auto& edit : edits) {
    out.append(body.substr(at, edit.span.begin - at));
    out += edit.with;
    at = edit.span.end;
  }
  out.append(body.substr(at));
  return out;
}

bool IsForeign(JsonView block, ForeignThinking which) {
  if (block["type"].Is("redacted_thinking")) return which == ForeignThinking::kAll;
  if (!block["type"].Is("thinking")) return false;
  return which == ForeignThinking::kAll || IsOurSignature(block["signature"].RawString());
}

// What remains of one message.
struct LeftOver {
  std::string text;
  size_t removed = 0;
  bool empty = false;
};

LeftOver Clean(JsonView message, ForeignThinking which) {
  LeftOver left;
  const JsonView content = message["content"];
  std::string kept;
  for (const JsonView block : content) {
    if (message["role"].Is("assistant") && IsForeign(block, which)) {
      ++left.removed;
      continue;
    }
    if (!kept.empty()) kept.push_back(',');
    kept.append(block.Raw());
  }
  const std::string_view raw = message.Raw();
  if (left.removed == 0 || !content.IsArray()) {
    left.removed = 0;
    left.text = raw;
    return left;
  }
  left.empty = kept.empty();
  const size_t begin = content.Offset() - message.Offset();
  left.text.append(raw.substr(0, begin));
  left.text += "[" + kept + "]";
  left.text.append(raw.substr(begin + content.Raw().size()));
  return left;
}

}  // namespace

Result<RequestPeek> PeekRequest(std::string_view body) {
  RequestPeek peek;
  MemberScanner scanner(body);
  const bool whole = scanner.Walk([&](std::string_view key, Span span) {
    const std::string_view raw = Cut(body, span);
    if (key == "model") {
      JsonDocument document;
      peek.model = document.Parse(raw) ? document.Root().Text() : std::string();
      peek.model_spans.push_back(span);
    } else if (key == "stream") {
      peek.stream = raw == "true";
    } else if (key == "max_tokens") {
      peek.max_tokens = ToInteger(raw);
      peek.max_tokens_spans.push_back(span);
    } else if (key == "temperature" || key == "top_p" || key == "top_k") {
      peek.has_sampling = true;
    } else if (key == "thinking") {
      PeekThinking(body, span, &peek);
    } else if (key == "tool_choice") {
      peek.has_tool_choice = raw != "null";
    } else if (key == "reasoning_effort" || key == "reasoning") {
      PeekEffort(raw, &peek);
    } else if (key == "tools") {
      peek.tools_span = span;
      peek.tools_bytes = raw.size();
      peek.has_tools = raw.size() > 2;
    } else if (key == "system") {
      peek.system_span = span;
      peek.system_bytes = raw.size();
      peek.may_hold_attribution = IsAttribution(raw.substr(std::min<size_t>(raw.size(), 1)));
    } else if (key == "messages") {
      peek.messages_bytes = raw.size();
    }
  });
  if (!whole) {
    return Fail(ErrorCode::kInvalidArgument,
                "the request body is not a JSON object; send the body of POST /v1/messages");
  }
  peek.item_spans = scanner.TakeItems();
  peek.may_hold_thinking = scanner.saw_thinking();
  peek.may_hold_our_signature = scanner.saw_our_signature();
  peek.may_hold_attribution = peek.may_hold_attribution || scanner.saw_attribution();
  peek.may_hold_system_role = scanner.saw_system();
  peek.may_hold_user_id = scanner.saw_user_id();
  return peek;
}

std::vector<Edit> PlanSplice(const RequestPeek& peek, const Changes& changes) {
  std::vector<Edit> edits;
  if (!changes.model.empty()) {
    std::string quoted = "\"";
    for (const char c : changes.model) {
      if (c == '"' || c == '\\') quoted.push_back('\\');
      if (static_cast<unsigned char>(c) >= 0x20) quoted.push_back(c);
    }
    quoted.push_back('"');
    for (const Span& span : peek.model_spans) edits.push_back({span, quoted});
  }
  int64_t most = peek.max_tokens.value_or(0);
  if (changes.max_output_tokens > 0 && most > changes.max_output_tokens) {
    most = changes.max_output_tokens;
    for (const Span& span : peek.max_tokens_spans) edits.push_back({span, std::to_string(most)});
  }
  if (peek.thinking_budget && peek.thinking_type == "enabled") {
    int64_t budget = std::max(*peek.thinking_budget, changes.min_thinking_budget);
    if (most > 0 && budget >= most && most > changes.min_thinking_budget) budget = most - 1;
    const bool fits = most == 0 || budget < most;
    if (budget != *peek.thinking_budget && fits) {
      for (const Span& span : peek.budget_spans) edits.push_back({span, std::to_string(budget)});
    }
  }
  Sort(edits);
  return edits;
}

std::string SpliceRequest(std::string_view body, const RequestPeek& peek, const Changes& changes) {
  return Apply(body, PlanSplice(peek, changes));
}

Result<Cleaned> RemoveForeignThinking(std::string_view body, ForeignThinking which) {
  JsonDocument document;
  if (auto parsed = document.Parse(body); !parsed) return Pass(std::move(parsed));
  const JsonView root = document.Root();
  const JsonView messages = root["messages"];

  Cleaned cleaned;
  std::string kept;
  bool last_turn_lost = false;  // the last assistant message has lost its thinking
  for (const JsonView message : messages) {
    LeftOver left = Clean(message, which);
    cleaned.removed += left.removed;
    if (message["role"].Is("assistant")) last_turn_lost = left.removed > 0;
    if (left.empty) continue;
    if (!kept.empty()) kept.push_back(',');
    kept += left.text;
  }
  if (cleaned.removed == 0) {
    cleaned.body = body;
    return cleaned;
  }
  std::vector<Edit> edits;
  edits.push_back(
      {{messages.Offset(), messages.Offset() + messages.Raw().size()}, "[" + kept + "]"});
  const JsonView thinking = root["thinking"];
  if (last_turn_lost && thinking["type"].Is("enabled")) {
    const size_t begin = thinking.Offset();
    edits.push_back({{begin, begin + thinking.Raw().size()}, R"({"type":"disabled"})"});
  }
  Sort(edits);
  cleaned.body = Apply(body, edits);
  return cleaned;
}

}  // namespace katra::router::translate

// The second half of ResponsesMapper: sends what is known of the items as blocks, in order.
#include "core/json_write.h"
#include "router/translate/from_responses/mapper.h"
#include "router/translate/signature.h"

namespace katra::router::translate {
namespace {

// Free-text input is one member of a tool's input (F3), written as JSON inside a JSON string.
constexpr std::string_view kInputBegin = R"({\"input\":\")";
constexpr std::string_view kInputEnd = R"(\"})";

}  // namespace

void ResponsesMapper::Advance(bool all) {
  for (; first_open_ < items_.size(); ++first_open_) {
    Item& item = items_[first_open_];
    Out(item);
    if (!item.done && !all) return;
    CloseItem(item);
  }
}

void ResponsesMapper::Out(Item& item) {
  const std::string_view piece = std::string_view(item.told).substr(item.sent);
  switch (item.kind) {
    case Kind::kMessage:
      if (!piece.empty()) Text(piece);
      break;
    case Kind::kReasoning:
      if (piece.empty()) break;
      SwitchTo(Open::kThinking);
      item.opened = content_sent_ = true;
      output_bytes_ += piece.size();
      sink_.AddThinking(piece);
      break;
    case Kind::kFunction:
      if (item.call.name.empty()) return;  // the name follows with the item's description
      if (!item.opened) OpenCall(item);
      if (const std::string_view arguments = Unsent(item.call); !arguments.empty()) {
        sink_.AddInput(arguments);
        output_bytes_ += arguments.size();
        item.call.sent = item.call.arguments.size();
      }
      return;
    case Kind::kCustom: {
      if (item.call.name.empty()) return;
      if (!item.opened) {
        OpenCall(item);
        sink_.AddInput(kInputBegin);
      }
      if (piece.empty()) break;
      std::string twice;
      AppendJsonEscaped(twice, piece);
      sink_.AddInput(twice);
      output_bytes_ += piece.size();
      break;
    }
    case Kind::kUnknown:
      break;
  }
  item.sent = item.told.size();
}

void ResponsesMapper::CloseItem(Item& item) {
  item.done = true;
  switch (item.kind) {
    case Kind::kMessage:
      FlushStops();
      Close();
      break;
    case Kind::kReasoning:
      CloseReasoning(item);
      break;
    case Kind::kFunction:
    case Kind::kCustom:
      CloseCall(item);
      break;
    case Kind::kUnknown:
      break;
  }
  item.told = item.kept = item.call.arguments = std::string();
}

// R77: the item travels in the block's signature, and in the store with the call after it. For an
// item without text a block is created if a call may follow or the client requested thinking.
void ResponsesMapper::CloseReasoning(Item& item) {
  if (item.opened || (context_.carries_reasoning && !item.kept.empty())) {
    SwitchTo(Open::kThinking);
    KeptReasoning kept;
    kept.upstream = upstream_;
    kept.items = item.kept;
    Close(MakeSignature(kept.ToJson()));
  }
  if (item.kept.empty()) return;
  if (!since_call_.empty()) since_call_.push_back(',');
  since_call_ += item.kept;
}

void ResponsesMapper::OpenCall(Item& item) {
  const std::string& seed = context_.request_id.empty() ? upstream_id_ : context_.request_id;
  item.call.client_id = ids_.Give(item.call.id, seed, context_.used_tool_ids);
  SwitchTo(Open::kTool);
  const auto mapped = context_.tool_names.find(item.call.name);  // S27
  const bool known = mapped != context_.tool_names.end();
  sink_.OpenTool(item.call.client_id, known ? mapped->second : item.call.name);
  if (!since_call_.empty()) {
    kept_.emplace_back(item.call.client_id, std::exchange(since_call_, {}));
  }
  item.opened = any_tool_ = content_sent_ = true;
}

void ResponsesMapper::CloseCall(Item& item) {
  if (!item.opened) return;  // it has no name, so the answer fails
  if (item.kind == Kind::kCustom) {
    sink_.AddInput(kInputEnd);
  } else {
    bool fault = false;
    const std::string rest = Remainder(item.call, &fault);
    if (!rest.empty()) sink_.AddInput(rest);
    if (fault) Note("the arguments of a tool call are not a JSON object");  // S25
  }
  Close();
}

void ResponsesMapper::Text(std::string_view escaped) {
  if (!stops_.active()) {
    TextOut(escaped);
    return;
  }
  std::string passed;
  AppendJsonEscaped(passed, stops_.Feed(UnescapeJson(escaped)));
  TextOut(passed);
}

void ResponsesMapper::TextOut(std::string_view escaped) {
  if (escaped.empty()) return;
  SwitchTo(Open::kText);
  content_sent_ = true;
  output_bytes_ += escaped.size();
  sink_.AddText(escaped);
}

void ResponsesMapper::FlushStops() {
  if (!stops_.active() || stopped()) return;
  std::string rest;
  AppendJsonEscaped(rest, stops_.Finish());
  TextOut(rest);
}

void ResponsesMapper::SwitchTo(Open open) {
  if (open_ == open && open != Open::kTool) return;
  Begin();  // a response may arrive without its head
  Close();
  open_ = open;
  if (open == Open::kText) sink_.OpenText();
  if (open == Open::kThinking) sink_.OpenThinking();
}

void ResponsesMapper::Close(std::string_view signature) {
  if (open_ == Open::kNothing) return;
  sink_.CloseBlock(signature);
  open_ = Open::kNothing;
}

}  // namespace katra::router::translate

// Writes a Messages answer in the format of the Responses API.
#include "core/json_view.h"
#include "core/json_write.h"
#include "router/translate/openai_clients/writers.h"
#include "router/translate/signature.h"

namespace katra::router::translate {
namespace {

std::string Quoted(std::string_view escaped) { return "\"" + std::string(escaped) + "\""; }

std::string TextPart(std::string_view escaped) {
  return R"({"type":"output_text","annotations":[],"logprobs":[],"text":)" + Quoted(escaped) + "}";
}

std::string SummaryPart(std::string_view escaped) {
  return R"({"type":"summary_text","text":)" + Quoted(escaped) + "}";
}

// The text that a model means by the arguments of a free-text tool, whatever form it used:
// {"input":TEXT}, another name, nested JSON, or the text itself (F3).
std::string CustomInput(const std::string& arguments, int depth) {
  constexpr int kMaxDepth = 3;
  JsonDocument document;
  if (depth == kMaxDepth || !document.Parse(arguments)) return arguments;
  const JsonView root = document.Root();
  if (root.IsString()) return root.Text();
  if (!root.IsObject()) return arguments;
  if (root.Empty()) return {};
  if (root["raw_arguments"].IsString()) {
    return CustomInput(root["raw_arguments"].Text(), depth + 1);
  }
  if (root["input"].IsString()) return root["input"].Text();
  const JsonView only = root.Size() == 1 ? *root.begin() : root["input"];
  if (only.IsString()) return only.Text();
  return only.IsObject() ? CustomInput(std::string(only.Raw()), depth + 1) : arguments;
}

// A search's arguments are an object, not a string that contains one.
std::string SearchArguments(const std::string& arguments) {
  JsonDocument document;
  if (document.Parse(arguments)) {
    const JsonView root = document.Root();
    if (root.IsObject() && !root["raw_arguments"].IsString()) return std::string(root.Raw());
    if (root["raw_arguments"].IsString()) {
      return R"({"query":)" + std::string(root["raw_arguments"].Raw()) + "}";
    }
  }
  std::string query = R"({"query":)";
  AppendJsonString(query, document.Root().IsString() ? document.Root().Text() : arguments);
  return query + "}";
}

}  // namespace

void ResponsesClientWriter::Event(std::string_view type, const std::string& members) {
  if (out_ == nullptr) return;
  *out_ += "event: ";
  out_->append(type);
  *out_ += "\ndata: {\"type\":\"";
  out_->append(type);
  *out_ += "\",\"sequence_number\":" + std::to_string(sequence_++) + "," + members + "}\n\n";
}

void ResponsesClientWriter::WriteResponse(std::string_view status, const std::string& more) {
  response_ = R"({"id":)";
  AppendJsonString(response_, "resp_" + identity_.request_id);
  response_ += compact_endpoint_ ? R"(,"object":"response.compaction","created_at":)"
                                 : R"(,"object":"response","created_at":)";
  response_ += std::to_string(identity_.unix_seconds);
  response_ += ",\"status\":\"" + std::string(status) + "\",\"model\":";
  AppendJsonString(response_, model_);
  response_ += ",\"output\":[" + items_ + "]," + more;
  if (!echo_.empty()) response_ += "," + echo_;
  response_ += "}";
}

void ResponsesClientWriter::Begin(std::string_view, std::string_view model, int64_t) {
  model_ = model;
  WriteResponse("in_progress", R"("error":null,"incomplete_details":null,"usage":null)");
  Event("response.created", "\"response\":" + response_);
  Event("response.in_progress", "\"response\":" + response_);
}

std::string ResponsesClientWriter::Where() const {
  return R"("item_id":")" + item_id_ + R"(","output_index":)" + std::to_string(index_);
}

std::string ResponsesClientWriter::Item(bool done) const {
  std::string item = R"({"id":")" + item_id_ + "\",";
  const std::string status = !done  ? R"("status":"in_progress")"
                             : cut_ ? R"("status":"incomplete")"
                                    : R"("status":"completed")";
  switch (kind_) {
    case Kind::kText:
      item += R"("type":"message","role":"assistant",)" + status + ",\"content\":[";
      if (done) item += TextPart(text_);
      return item + "]}";
    case Kind::kThinking:
      item += R"("type":"reasoning","summary":[)";
      if (done && !text_.empty()) item += SummaryPart(text_);
      item += "]";
      if (done) item += ",\"encrypted_content\":\"" + encrypted_ + "\"";
      return item + "}";
    case Kind::kFunction:
    case Kind::kCustom: {
      const bool custom = kind_ == Kind::kCustom;
      item += custom ? R"("type":"custom_tool_call",)" : R"("type":"function_call",)";
      item += status + ",\"call_id\":";
      AppendJsonString(item, call_id_);
      item += ",\"name\":";
      AppendJsonString(item, name_);
      if (!namespace_.empty()) {
        item += ",\"namespace\":";
        AppendJsonString(item, namespace_);
      }
      item += custom ? ",\"input\":" : ",\"arguments\":";
      return item + Quoted(done ? text_ : "") + "}";
    }
    case Kind::kToolSearch:
      item += R"("type":"tool_search_call","execution":"client",)" + status + ",\"call_id\":";
      AppendJsonString(item, call_id_);
      return item + ",\"arguments\":" + (done ? SearchArguments(UnescapeJson(text_)) : "{}") + "}";
    case Kind::kNone:
    case Kind::kUnseen:
      break;
  }
  return "{}";
}

void ResponsesClientWriter::OpenItem(Kind kind) {
  static constexpr const char* kPrefixes[] = {"", "msg_", "rs_", "fc_", "ctc_", "tsc_"};
  FinishItem(false);
  kind_ = kind;
  if (kind == Kind::kUnseen) return;
  ++index_;
  text_.clear();
  std::string id;
  AppendJsonEscaped(id, identity_.request_id);
  item_id_ = kPrefixes[static_cast<int>(kind)] + id + "_" + std::to_string(index_);
  Event("response.output_item.added",
        R"("output_index":)" + std::to_string(index_) + ",\"item\":" + Item(false));
}

void ResponsesClientWriter::OpenText() {
  OpenItem(compaction_ ? Kind::kUnseen : Kind::kText);
  if (compaction_) return;
  Event("response.content_part.added", Where() + R"(,"content_index":0,"part":)" + TextPart(""));
}

void ResponsesClientWriter::OpenThinking() {
  OpenItem(compaction_ ? Kind::kUnseen : Kind::kThinking);
  if (compaction_) return;
  Event("response.reasoning_summary_part.added",
        Where() + R"(,"summary_index":0,"part":)" + SummaryPart(""));
}

void ResponsesClientWriter::OpenTool(std::string_view id, std::string_view name) {
  if (compaction_) {  // a compaction has no tools to call
    OpenItem(Kind::kUnseen);
    return;
  }
  FinishItem(false);
  const auto known = tools_.find(std::string(name));
  const bool plain = known == tools_.end();
  name_ = plain ? std::string(name) : known->second.name;
  namespace_ = plain ? std::string() : known->second.tool_namespace;
  call_id_ = id;
  const OpenAiClientToolKind kind = plain ? OpenAiClientToolKind::kFunction : known->second.kind;
  OpenItem(kind == OpenAiClientToolKind::kCustom       ? Kind::kCustom
           : kind == OpenAiClientToolKind::kToolSearch ? Kind::kToolSearch
                                                       : Kind::kFunction);
}

void ResponsesClientWriter::AddText(std::string_view escaped) {
  if (compaction_) {
    summary_.append(escaped);
    return;
  }
  text_.append(escaped);
  Event("response.output_text.delta",
        Where() + R"(,"content_index":0,"logprobs":[],"delta":)" + Quoted(escaped));
}

void ResponsesClientWriter::AddThinking(std::string_view escaped) {
  if (compaction_) return;
  text_.append(escaped);
  Event("response.reasoning_summary_text.delta",
        Where() + R"(,"summary_index":0,"delta":)" + Quoted(escaped));
}

void ResponsesClientWriter::AddInput(std::string_view escaped) {
  text_.append(escaped);
  // A custom tool's text is inside the JSON and known when that is complete.
  if (kind_ == Kind::kFunction) {
    Event("response.function_call_arguments.delta", Where() + ",\"delta\":" + Quoted(escaped));
  }
}

void ResponsesClientWriter::CloseText() {
  Event("response.output_text.done",
        Where() + R"(,"content_index":0,"logprobs":[],"text":)" + Quoted(text_));
  Event("response.content_part.done", Where() + R"(,"content_index":0,"part":)" + TextPart(text_));
}

// The item contains the whole block, so that the client returns it on the next turn.
void ResponsesClientWriter::CloseThinking(std::string_view signature) {
  encrypted_ = MakeSignature(R"({"type":"thinking","thinking":)" + Quoted(text_) +
                             ",\"signature\":" + Quoted(signature) + "}");
  Event("response.reasoning_summary_text.done",
        Where() + R"(,"summary_index":0,"text":)" + Quoted(text_));
  Event("response.reasoning_summary_part.done",
        Where() + R"(,"summary_index":0,"part":)" + SummaryPart(text_));
}

void ResponsesClientWriter::CloseCall() {
  if (kind_ == Kind::kFunction) {
    if (text_.empty() && !cut_) text_ = "{}";
    Event("response.function_call_arguments.done", Where() + ",\"arguments\":" + Quoted(text_));
    return;
  }
  if (kind_ == Kind::kToolSearch) return;  // has no events of its own
  const std::string text = CustomInput(UnescapeJson(text_), 0);
  text_.clear();
  AppendJsonEscaped(text_, text);
  Event("response.custom_tool_call_input.delta", Where() + ",\"delta\":" + Quoted(text_));
  Event("response.custom_tool_call_input.done", Where() + ",\"input\":" + Quoted(text_));
}

void ResponsesClientWriter::CloseBlock(std::string_view signature) {
  if (kind_ == Kind::kUnseen) kind_ = Kind::kNone;
  if (kind_ == Kind::kNone) return;
  closing_ = true;
  signature_ = signature;
}

// `cut`: the answer reached its length limit in this last item. A call with complete arguments is
// complete nevertheless.
void ResponsesClientWriter::FinishItem(bool cut) {
  if (!closing_) return;
  closing_ = false;
  JsonDocument document;
  cut_ = cut && (kind_ == Kind::kText || !document.Parse(UnescapeJson(text_)));
  if (kind_ == Kind::kText) {
    CloseText();
  } else if (kind_ == Kind::kThinking) {
    CloseThinking(signature_);
  } else {
    CloseCall();
  }
  const std::string item = Item(true);
  Event("response.output_item.done",
        R"("output_index":)" + std::to_string(index_) + ",\"item\":" + item);
  if (!items_.empty()) items_.push_back(',');
  items_ += item;
  kind_ = Kind::kNone;
}

// The summary is the answer's only item. Only Katra reads it again, so it is just encoded (F11).
void ResponsesClientWriter::WriteCompaction() {
  ++index_;
  std::string item = R"({"id":)";
  AppendJsonString(item, "cmp_" + identity_.request_id + "_" + std::to_string(index_));
  item += R"(,"type":"compaction","encrypted_content":")";
  item += MakeSignature(R"({"type":"compaction","summary":)" + Quoted(summary_) + "}") + "\"}";
  const std::string members = R"("output_index":)" + std::to_string(index_) + ",\"item\":" + item;
  Event("response.output_item.added", members);
  Event("response.output_item.done", members);
  items_ = item;
}

void ResponsesClientWriter::End(std::string_view stop_reason, std::string_view,
                                const Usage& usage) {
  std::string more = R"("error":null,"incomplete_details":)";
  // A paused turn is incomplete: its rest was never written.
  const bool cut = stop_reason == "max_tokens" || stop_reason == "model_context_window_exceeded" ||
                   stop_reason == "pause_turn";
  FinishItem(cut);
  const bool refused = stop_reason == "refusal";
  if (cut || refused) {
    more += cut ? R"({"reason":"max_output_tokens"})" : R"({"reason":"content_filter"})";
  } else {
    more += "null";
  }
  more += R"(,"usage":{"input_tokens":)" + std::to_string(usage.PromptTokens()) +
          R"(,"input_tokens_details":{"cached_tokens":)" + std::to_string(usage.cache_read_tokens) +
          R"(},"output_tokens":)" + std::to_string(usage.output_tokens) +
          R"(,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":)" +
          std::to_string(usage.PromptTokens() + usage.output_tokens) + "}";
  if (compaction_) {
    if (summary_.empty()) {
      Fail("server_error", "the model wrote no summary of the conversation: try again");
      return;
    }
    WriteCompaction();
  }
  const bool incomplete = cut || refused;
  WriteResponse(incomplete ? "incomplete" : "completed", more);
  Event(incomplete ? "response.incomplete" : "response.completed", "\"response\":" + response_);
}

void ResponsesClientWriter::Fail(std::string_view code, std::string_view message) {
  FinishItem(false);
  std::string more = R"("incomplete_details":null,"usage":null,"error":{"code":)";
  AppendJsonString(more, code);
  more += ",\"message\":";
  AppendJsonString(more, message);
  more += "}";
  WriteResponse("failed", more);
  Event("response.failed", "\"response\":" + response_);
}

}  // namespace katra::router::translate

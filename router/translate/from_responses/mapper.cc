#include "router/translate/from_responses/mapper.h"

#include <algorithm>

#include "core/json_write.h"
#include "router/translate/estimate.h"
#include "router/translate/finish_reason.h"
#include "router/translate/from_responses/items.h"

namespace katra::router::translate {
namespace {

// The most that one answer may store as reasoning.
constexpr size_t kMostStoredBytes = size_t{8} << 20U;
constexpr size_t kMostListed = 16;

void AddOnce(std::vector<std::string>& list, std::string text) {
  if (list.size() < kMostListed && std::find(list.begin(), list.end(), text) == list.end()) {
    list.push_back(std::move(text));
  }
}

void AddArguments(std::string_view escaped, ToolCall& call) {
  call.arguments.append(escaped);
  if (call.streams) return;
  call.blanks = std::min(call.arguments.find_first_not_of(' ', call.blanks), call.arguments.size());
  call.streams = call.blanks < call.arguments.size() && call.arguments[call.blanks] == '{';
}

int64_t IndexOf(JsonView event) { return event["output_index"].Integer().value_or(-1); }

}  // namespace

ResponsesMapper::ResponsesMapper(ReplyContext context, MessageSink& sink)
    : context_(std::move(context)),
      sink_(sink),
      upstream_(context_.upstream.empty() ? context_.provider : context_.upstream),
      stops_(context_.emulated_stops) {}

void ResponsesMapper::Note(std::string note) { AddOnce(notes_, std::move(note)); }

void ResponsesMapper::LeaveOut(std::string name) { AddOnce(left_out_, std::move(name)); }

void ResponsesMapper::Begin() {
  if (started_) return;
  started_ = true;
  sink_.Begin(MessageId(upstream_id_, context_.request_id),
              model_.empty() ? context_.model : model_, context_.input_estimate_tokens);
}

void ResponsesMapper::Head(JsonView response) {
  if (upstream_id_.empty()) upstream_id_ = response["id"].Text();
  if (model_.empty()) model_ = response["model"].Text();
  ReadResponsesUsage(response["usage"], &usage_);
  Begin();  // S3
}

ResponsesMapper::Item* ResponsesMapper::Find(int64_t index, const std::string& id) {
  if (const auto found = by_index_.find(index); found != by_index_.end()) return found->second;
  if (const auto found = by_id_.find(id); found != by_id_.end()) return found->second;
  const bool unnamed = index < 0 && id.empty() && !items_.empty() && !items_.back().done;
  return unnamed ? &items_.back() : nullptr;
}

ResponsesMapper::Item& ResponsesMapper::FindOrAdd(int64_t index, const std::string& id) {
  if (Item* known = Find(index, id)) return *known;
  Item& item = items_.emplace_back();
  if (index >= 0) by_index_[index] = &item;
  if (!id.empty()) by_id_.try_emplace(id, &item);
  return item;
}

void ResponsesMapper::Describe(Item& item, JsonView json) {
  const JsonView type = json["type"];
  const Kind kind = type.Is("message")            ? Kind::kMessage
                    : type.Is("reasoning")        ? Kind::kReasoning
                    : type.Is("function_call")    ? Kind::kFunction
                    : type.Is("custom_tool_call") ? Kind::kCustom
                                                  : Kind::kUnknown;
  if (item.kind == Kind::kUnknown) item.kind = kind;
  item.described = true;
  // A search by the provider is visible in the citations (S16).
  if (kind == Kind::kUnknown && !type.Is("web_search_call")) {
    LeaveOut("output." + (type.IsString() ? type.Text() : std::string("unnamed")));
  }
  if (item.kind != Kind::kFunction && item.kind != Kind::kCustom) return;
  if (item.call.id.empty()) item.call.id = json["call_id"].Text();
  if (item.call.name.empty()) item.call.name = CallName(json);
}

void ResponsesMapper::Piece(JsonView event, Kind kind, JsonView delta) {
  const std::string_view escaped = delta.RawString();
  if (escaped.empty()) return;  // S12
  Item& item = FindOrAdd(IndexOf(event), event["item_id"].Text());
  if (item.kind == Kind::kUnknown && !item.described) item.kind = kind;
  if (item.done || item.kind != kind) {
    lost_ = true;
    return;
  }
  if (kind == Kind::kFunction) {
    AddArguments(escaped, item.call);
  } else {
    const JsonView summary = event["summary_index"];
    const JsonView content = event["content_index"];
    const int64_t part = (summary.IsMissing() ? content : summary).Integer().value_or(0);
    // Each part of reasoning is a paragraph; parts of text are joined (R15).
    if (kind == Kind::kReasoning && item.part >= 0 && item.part != part) item.told += "\\n\\n";
    item.part = part;
    item.told.append(escaped);
  }
  Advance(false);
}

bool ResponsesMapper::Event(std::string_view type, JsonView event) {
  if (stopped()) return true;
  if (type == "response.output_text.delta") {
    Piece(event, Kind::kMessage, event["delta"]);
  } else if (type == "response.refusal.delta") {  // S30
    refused_ = true;
    Piece(event, Kind::kMessage, event["delta"]);
  } else if (type == "response.reasoning_summary_text.delta" ||
             type == "response.reasoning_text.delta") {
    Piece(event, Kind::kReasoning, event["delta"]);
  } else if (type == "response.function_call_arguments.delta") {
    Piece(event, Kind::kFunction, event["delta"]);
  } else if (type == "response.custom_tool_call_input.delta") {
    Piece(event, Kind::kCustom, event["delta"]);
  } else if (type == "response.output_text.annotation.added") {
    Citation(event["annotation"]);
  } else if (type == "response.output_item.added" || type == "response.output_item.done") {
    const JsonView json = event["item"];
    Item& item = FindOrAdd(IndexOf(event), json["id"].Text());
    if (item.done) return true;  // repeated
    Describe(item, json);
    if (type.ends_with("done")) Whole(item, json);
    Advance(false);
  } else {
    return IsKnownEvent(type);
  }
  return true;
}

// Handles the complete item at its end: adds what no event contained.
void ResponsesMapper::Whole(Item& item, JsonView json) {
  const JsonView arguments = json["arguments"];
  switch (item.kind) {
    case Kind::kMessage:
      refused_ = refused_ || HasRefusal(json);
      for (const JsonView part : json["content"]) Annotations(part["annotations"]);
      Supplement(item, TextOf(json));
      break;
    case Kind::kReasoning:
      Supplement(item, ReasoningOf(json));
      item.kept = ReasoningItem(json);
      break;
    case Kind::kCustom:
      Supplement(item, json["input"].RawString());
      break;
    case Kind::kFunction:
      if (!item.call.arguments.empty()) break;
      if (arguments.IsObject()) {  // S24
        std::string escaped;
        AppendJsonEscaped(escaped, arguments.Raw());
        AddArguments(escaped, item.call);
      } else {
        AddArguments(arguments.RawString(), item.call);
      }
      break;
    case Kind::kUnknown:
      break;
  }
  item.done = true;
}

// S48: only what the deltas did not contain.
void ResponsesMapper::Supplement(Item& item, std::string_view whole) {
  if (whole.substr(0, item.told.size()) == item.told) {
    item.told.append(whole.substr(item.told.size()));
    return;
  }
  // The same text may be escaped differently.
  const std::string told = UnescapeJson(item.told);
  const std::string all = UnescapeJson(whole);
  if (all.compare(0, told.size(), told) == 0) {
    AppendJsonEscaped(item.told, std::string_view(all).substr(told.size()));
  } else if (!all.empty()) {
    Note("the end of an item differs from its deltas");
  }
}

void ResponsesMapper::Citation(JsonView annotation) {
  if (!annotation["type"].Is("url_citation")) return;
  searches_.Add(annotation["url"].RawString(), annotation["title"].RawString());
}

void ResponsesMapper::Annotations(JsonView annotations) {
  for (const JsonView annotation : annotations) Citation(annotation);
}

void ResponsesMapper::Response(JsonView response) {
  Head(response);
  if (stopped()) return;
  int64_t index = 0;
  for (const JsonView json : response["output"]) {
    Item& item = FindOrAdd(index++, json["id"].Text());
    if (item.done) continue;
    Describe(item, json);
    Whole(item, json);
    Advance(false);
  }
  Finish(response);
}

// S61: why it is incomplete, or a status that is not an end.
void ResponsesMapper::Finish(JsonView response) {
  const JsonView status = response["status"];
  if (status.IsNothing() || status.Is("completed")) return;
  const bool incomplete = status.Is("incomplete");
  const std::string reason =
      incomplete ? response["incomplete_details"]["reason"].Text() : status.Text();
  const FinishMeaning meaning = ReadFinishReason(reason);
  stop_reason_ = meaning.known ? meaning.stop_reason : "max_tokens";  // truncated in any case
  if (meaning.failure) failure_ = reason;
  if (!incomplete && !meaning.failure) failure_ = "unexpected status " + reason;
  if (!meaning.known) Note("unknown end of a response: \"" + reason.substr(0, 64) + "\"");
}

bool ResponsesMapper::NamelessCall() const {
  return std::any_of(items_.begin(), items_.end(), [](const Item& item) {
    const bool call = item.kind == Kind::kFunction || item.kind == Kind::kCustom;
    return call && item.call.name.empty();
  });
}

void ResponsesMapper::End() {
  Begin();
  Advance(true);
  FlushStops();
  Close();
  if (!searches_.Empty()) {
    searches_.Write(MessageId(upstream_id_, context_.request_id), sink_);
    usage_.web_searches = 1;
    content_sent_ = true;
  }
  KeepReasoning();
  if (stop_reason_.empty()) stop_reason_ = "end_turn";
  if (any_tool_ && stop_reason_ == "end_turn") stop_reason_ = "tool_use";  // S29
  if (refused_ && stop_reason_ == "end_turn") stop_reason_ = "refusal";
  if (stopped()) stop_reason_ = "stop_sequence";
  sink_.End(stop_reason_, stops_.matched(), usage());
}

void ResponsesMapper::KeepReasoning() {
  if (context_.reasoning == nullptr) return;
  size_t room = kMostStoredBytes;
  for (const auto& [id, items] : kept_) {
    KeptReasoning kept;
    kept.upstream = upstream_;
    kept.items = items;
    const std::string json = kept.ToJson();
    if (json.size() > room) return;
    room -= json.size();
    if (context_.secrets && context_.secrets->In(json)) continue;
    context_.reasoning->Put(ReasoningKey(context_.owner, upstream_, id), json);
  }
}

int64_t ResponsesMapper::estimated_output_tokens() const {
  return EstimateTextTokens(output_bytes_);
}

Usage ResponsesMapper::usage() const {
  if (usage_.known) return usage_;
  Usage estimate = usage_;
  estimate.input_tokens = context_.input_estimate_tokens;
  estimate.output_tokens = estimated_output_tokens();
  return estimate;
}

}  // namespace katra::router::translate

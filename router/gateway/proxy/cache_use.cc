#include "router/gateway/proxy/cache_use.h"

#include <charconv>

#include "core/json_view.h"
#include "core/text.h"
#include "router/translate/messages/answer_form.h"
#include "router/translate/same_format/chat_forward.h"
#include "router/translate/same_format/responses_forward.h"

namespace katra::router::gateway {
namespace {

using routing::cost::AnswerEnd;
using routing::cost::CachedAnswer;
using routing::cost::CacheRule;
using translate::OpenAiClientFormat;

constexpr int64_t kLongestSeconds = 86'400;

// False: the word means nothing here.
bool ReadWord(std::string_view word, CacheRule& rule, bool& off) {
  if (word == "on") return true;
  if (word == "off") {
    off = true;
  } else if (word == "any-temperature") {
    rule.any_temperature = true;
  } else if (word == "tool-calls") {
    rule.tool_calls = true;
  } else {
    int64_t seconds = 0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), seconds);
    if (read.ec != std::errc() || read.ptr != word.data() + word.size()) return false;
    if (seconds < 1 || seconds > kLongestSeconds) return false;
    rule.lifetime = std::chrono::seconds(seconds);
  }
  return true;
}

AnswerEnd EndOfMessage(JsonView root) {
  const JsonView reason = root["stop_reason"];
  AnswerEnd end{200, true, "max_tokens", false};
  for (const char* known : {"end_turn", "stop_sequence", "tool_use"}) {
    if (reason.Is(known)) end.stop_reason = known;
  }
  for (const JsonView block : root["content"]) {
    const JsonView type = block["type"];
    if (!type.Is("text") && !type.Is("thinking") && !type.Is("redacted_thinking")) {
      end.used_tools = true;
    }
  }
  return end;
}

AnswerEnd EndOfChat(JsonView root) {
  AnswerEnd end{200, true, {}, false};
  for (const JsonView choice : root["choices"]) {
    const JsonView reason = choice["finish_reason"];
    const bool calls =
        choice["message"]["tool_calls"].IsArray() && !choice["message"]["tool_calls"].Empty();
    end.used_tools = end.used_tools || calls || choice["message"]["function_call"].IsObject();
    end.stop_reason = reason.Is("stop")         ? "end_turn"
                      : reason.Is("tool_calls") ? "tool_use"
                                                : "max_tokens";
  }
  return end;
}

AnswerEnd EndOfResponse(JsonView root) {
  AnswerEnd end{200, true, root["status"].Is("completed") ? "end_turn" : "max_tokens", false};
  for (const JsonView item : root["output"]) {
    const JsonView type = item["type"];
    if (!type.Is("message") && !type.Is("reasoning")) end.used_tools = true;
  }
  return end;
}

}  // namespace

CacheWish ReadCacheWish(const std::optional<CacheRule>& of_route, const std::string* header) {
  if (header == nullptr) return {of_route};
  CacheRule rule = of_route.value_or(CacheRule{});
  bool off = false;
  for (const std::string& word : Split(*header, ',')) {
    if (!ReadWord(ToLowerAscii(Trim(word)), rule, off)) return {std::nullopt, false};
  }
  if (off) return {};
  return {rule};
}

std::shared_ptr<const CachedAnswer> CacheUse::Find(const routing::cost::CacheKey& key,
                                                   SteadyTime now) {
  if (!key.digest) {
    Decline(key.reason);
    return nullptr;
  }
  auto found = cache_.Find(*key.digest, now);
  if (found) {
    state_ = "hit";
  } else {
    key_ = key.digest;
  }
  return found;
}

void CacheUse::Decline(std::string_view reason) {
  key_.reset();
  state_ = "bypass (" + std::string(reason) + ")";
}

std::optional<std::string> CacheUse::EventsOf(const CachedAnswer& answer,
                                              std::string_view body) const {
  if (!answer.own_format || !client_) return translate::ToEvents(answer.message);
  if (*client_ == OpenAiClientFormat::kResponses) {
    return translate::ResponsesEvents(answer.message);
  }
  JsonDocument document;
  const bool usage =
      document.Parse(body) && document.Root()["stream_options"]["include_usage"].IsTrue();
  return translate::ChatEvents(answer.message, {.hide_usage = !usage});
}

bool CacheUse::Collects(size_t more, bool own_format) {
  if (!key_) return false;
  own_format_ = own_format;
  // A whole reply is shorter than its events, by how much is not known yet.
  if (collected_.size() + more <= 4 * cache_.max_answer_bytes()) return true;
  key_.reset();
  collected_ = {};
  return false;
}

void CacheUse::TakeEvents(std::string_view events, bool own_format) {
  if (Collects(events.size(), own_format)) collected_.append(events);
}

void CacheUse::TakeWhole(std::string_view reply, bool own_format) {
  if (!Collects(reply.size(), own_format)) return;
  whole_ = true;
  collected_ = reply;
}

std::optional<std::string> CacheUse::Whole() const {
  if (whole_) return collected_;
  if (own_format_ && client_) {
    return *client_ == OpenAiClientFormat::kResponses
               ? translate::ResponsesReplyOf(collected_)
               : translate::ChatReplyOf(collected_, translate::ReplyContext{});
  }
  translate::ReplyBuilder builder;
  builder.Feed(collected_);
  return builder.Reply();
}

void CacheUse::Store(std::string model, SteadyTime now) {
  if (!key_) return;
  auto whole = Whole();
  JsonDocument document;
  if (!whole || !document.Parse(*whole)) return;
  const JsonView root = document.Root();
  const AnswerEnd end = !own_format_ || !client_                     ? EndOfMessage(root)
                        : *client_ == OpenAiClientFormat::kResponses ? EndOfResponse(root)
                                                                     : EndOfChat(root);
  if (!MayStore(end, rule_.tool_calls)) return;
  cache_.Store(*key_, {std::move(*whole), own_format_, std::move(model)}, now, rule_.lifetime);
}

}  // namespace katra::router::gateway

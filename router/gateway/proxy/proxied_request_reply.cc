// What a request tells its client beside the bytes of an answer: the head, and an error in the
// client's format.
#include <algorithm>

#include "core/text.h"
#include "router/gateway/observe/decisions.h"
#include "router/gateway/proxy/proxied_request.h"

namespace katra::router::gateway {
namespace {

using translate::ApiError;

constexpr size_t kMaxIdBytes = 200;

// Upstream headers that a client of the same format may want (E1, E6).
bool CopiedBack(const std::string& name) {
  const std::string lower = ToLowerAscii(name);
  return lower.rfind("anthropic-", 0) == 0 || lower.rfind("x-ratelimit-", 0) == 0 ||
         lower == "request-id" || lower == "retry-after" || lower == "retry-after-ms" ||
         lower == "x-should-retry" || lower == "x-request-id" || lower == "openai-version" ||
         lower == "openai-processing-ms" || lower == "openai-model" ||
         // Of a ChatGPT plan: its limits, and what Codex sends back with the next request.
         lower.rfind("x-codex-", 0) == 0 || lower == "x-oai-request-id" ||
         lower == "x-openai-authorization-error" || lower == "x-reasoning-included";
}

// A route's name is any text: what a header cannot hold is percent-encoded.
std::string HeaderText(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text.substr(0, kMaxIdBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '%') {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kDigits[byte >> 4U]);
      out.push_back(kDigits[byte & 0xfU]);
    }
  }
  return out;
}

// What of an upstream's header the client is told; nothing: it is not.
std::optional<std::string> Told(const http::Header& header, const KnownSecrets& secrets) {
  if (!CopiedBack(header.name) || secrets.In(header.name)) return std::nullopt;
  if (!translate::IsSoundHeader(header.name, header.value)) return std::nullopt;
  return secrets.Without(header.value);
}

}  // namespace

void ProxiedRequest::AnswerCount() {
  const int64_t estimate =
      estimate_ >= 0 ? estimate_ : translate::EstimateInputTokens(*body_);  // T2
  http::Response response;
  response.headers = AnswerHeaders("application/json");
  response.body =
      "{\"input_tokens\":" + std::to_string(history_.Trace().calibration.Apply(estimate)) + "}";
  exchange_->Respond(std::move(response));
  record().answered = true;
  Finish(200, "");
}

void ProxiedRequest::AnswerRoute() {
  http::Response response;
  response.headers = AnswerHeaders("application/json");
  response.body = RouteJson(candidates_.choice());
  exchange_->Respond(std::move(response));
  record().answered = true;
  Finish(200, "");
}

std::vector<std::string> ProxiedRequest::Dropped() const {
  std::vector<std::string> all;
  const bool translated = !upstream_ || !upstream_->same_format();
  if (messages_ && translated) all = messages_->request.dropped;
  if (!upstream_) return all;
  const auto add = [&all](const std::string& name) {
    if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
  };
  for (const std::string& name : upstream_->dropped()) add(name);
  for (const std::string& name : upstream_->left_out()) {
    add(OneLine(secrets_->Without(name), kMaxIdBytes));
  }
  return all;
}

http::Headers ProxiedRequest::AnswerHeaders(const char* type) const {
  http::Headers headers;
  headers.Add("content-type", type);
  bool has_id = false;
  if (upstream_ && upstream_->same_format()) {
    for (const http::Header& header : upstream_->reply_headers().all()) {
      const auto told = Told(header, *secrets_);
      if (!told) continue;
      has_id = has_id || http::EqualsIgnoreCase(header.name, "request-id");
      headers.Add(header.name, *told);
    }
  }
  if (!has_id) headers.Add("request-id", record().request_id);  // E19
  headers.Add("x-katra-request-id", record().request_id);
  if (!record().provider.empty()) {
    headers.Add("x-katra-provider", record().provider);
    headers.Add("x-katra-model", OneLine(record().model, kMaxIdBytes));
  }
  if (!record().rule.empty()) headers.Add("x-katra-rule", record().rule);
  if (!record().route.empty()) {
    headers.Add("x-katra-route", HeaderText(record().route));
  }
  if (cache_) headers.Add("x-katra-cache", cache_->state());
  if (record().cached) headers.Add("cache-control", "private, no-store");  // K9
  const int again = adjusted_ == nullptr ? 0 : 1;
  if (retry_state_) headers.Add("x-katra-attempts", std::to_string(retry_state_->tried() + again));
  std::string failed;
  for (const AttemptRecord& attempt : record().attempts) {
    if (attempt.error.empty()) continue;
    if (!failed.empty()) failed += "; ";
    failed += attempt.provider + "/" + attempt.model + ": " + attempt.error;
  }
  if (!failed.empty()) headers.Add("x-katra-failed", OneLine(failed, 1000));
  const std::vector<std::string> dropped = Dropped();
  if (!dropped.empty()) headers.Add("x-katra-dropped", OneLine(Join(dropped, ", "), 1000));
  return headers;
}

void ProxiedRequest::Report(const ApiError& error, std::unique_ptr<RawReply> raw) {
  if (client_->streaming()) {
    // A comment has kept the client waiting: the status is gone, the event is left.
    client_->FailStream(
        error, raw && raw->status == 200 ? std::string_view(raw->body) : std::string_view());
    Finish(200, error.type);
    return;
  }
  http::Response response;
  if (raw != nullptr) {  // E1
    response.status = raw->status;
    const std::string* type = raw->headers.Find("content-type");
    response.headers = AnswerHeaders(type == nullptr ? "application/json" : type->c_str());
    for (const http::Header& header : raw->headers.all()) {
      if (const auto told = Told(header, *secrets_)) response.headers.Set(header.name, *told);
    }
    response.body = std::move(raw->body);
  } else {
    response = client_->ErrorOf(error);
    const http::Headers told = AnswerHeaders("application/json");
    for (const http::Header& header : told.all()) {
      response.headers.Set(header.name, header.value);
    }
  }
  const int status = response.status;
  exchange_->Respond(std::move(response));
  Finish(status, error.type);
}

// Whoever took the token away wants an end now, not after the answer.
void ProxiedRequest::EndWithToken() {
  if (done_) return;
  ApiError error = MakeError(translate::Failure::kAuthentication, 401, "authentication_error",
                             "the gateway token of this session has ended: start the session again "
                             "with `katra start`, or make a token with `katra token create "
                             "--persona NAME`");
  error.headers.emplace_back("x-should-retry", "false");
  if (retry_state_) retry_state_->Undecided();
  if (content_) {
    OnBroken(error, false);
    return;
  }
  NoteAttempt("the token ended");
  Report(error, nullptr);
}

}  // namespace katra::router::gateway

#include "router/gateway/proxy/record_builder.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/text.h"

namespace katra::router::gateway {
namespace {

using std::chrono::milliseconds;

constexpr size_t kMaxWordBytes = 200;

milliseconds Between(SteadyTime from, SteadyTime to) {
  return std::chrono::duration_cast<milliseconds>(to - from);
}

std::string OneWord(std::string_view text) { return OneLine(text, kMaxWordBytes); }

}  // namespace

RecordBuilder::RecordBuilder(const Deps& deps, std::shared_ptr<const KnownSecrets> secrets,
                             RequestRecord begun)
    : deps_(deps),
      secrets_(std::move(secrets)),
      record_(std::move(begun)),
      begun_(deps.clock.Steady()),
      attempt_begun_(begun_) {
  record_.at = deps_.clock.Now();
}

void RecordBuilder::NoteUnknown(const std::vector<std::string>& types) {
  for (const std::string& type : types) {
    std::string shown = OneWord(secrets_->Without(type));
    auto& known = record_.unknown;
    if (std::find(known.begin(), known.end(), shown) == known.end()) {
      known.push_back(std::move(shown));
    }
  }
}

void RecordBuilder::BeginAttempt(const policy::Candidate& candidate) {
  attempt_begun_ = deps_.clock.Steady();
  record_.provider = candidate.provider->name;
  record_.model = candidate.model;
  record_.side = candidate.side;
}

void RecordBuilder::EndAttempt(const policy::Candidate& candidate, std::string reason, int status,
                               const std::string& error) {
  AttemptRecord attempt;
  attempt.provider = candidate.provider->name;
  attempt.model = candidate.model;
  attempt.reason = std::move(reason);
  attempt.status = status;
  attempt.error = error;
  attempt.duration = Between(attempt_begun_, deps_.clock.Steady());
  record_.attempts.push_back(std::move(attempt));
}

void RecordBuilder::NoteFirstByte() { record_.first_byte = Between(begun_, deps_.clock.Steady()); }

void RecordBuilder::Capture(std::shared_ptr<const std::string> request,
                            std::optional<translate::OpenAiClientFormat> format) {
  if (deps_.capture == nullptr) return;
  captured_.emplace();
  captured_->request = std::move(request);
  captured_->format = format;
}

void RecordBuilder::CaptureEvents(std::string_view events, bool own_format) {
  if (!captured_) return;
  captured_->own_answer = captured_->format && own_format;
  captured_->Append(events);
}

void RecordBuilder::CaptureReply(const std::string& reply, bool own_format) {
  if (!captured_) return;
  captured_->whole = true;
  captured_->own_answer = captured_->format && own_format;
  captured_->answer = reply;
}

void RecordBuilder::TakeAnswer(const UpstreamRequest& upstream) {
  record_.usage = upstream.usage();
  // If the reported model is really a key, keep the requested name.
  if (!secrets_->In(upstream.reported_model())) {
    record_.reported_model = OneWord(upstream.reported_model());
  }
  record_.upstream_request_id = OneWord(secrets_->Without(upstream.upstream_id()));
  std::vector<std::string> notes = upstream.notes();
  for (std::string& note : notes) {
    record_.notes.push_back(OneWord(secrets_->Without(std::move(note))));
  }
  std::vector<std::string> left_out = upstream.left_out();
  for (std::string& type : left_out) {
    record_.unknown.push_back(OneWord(secrets_->Without(std::move(type))));
  }
}

void RecordBuilder::Finish(int status, const std::string& error_type,
                           std::vector<std::string> dropped, std::vector<std::string> secrets) {
  record_.status = status;
  record_.error_type = error_type;
  record_.duration = Between(begun_, deps_.clock.Steady());
  record_.dropped = std::move(dropped);
  // A provider may report a name of its own that no table has.
  auto cost = deps_.prices.CostUsdMicros(record_.provider, record_.reported_model, record_.usage);
  if (!cost) cost = deps_.prices.CostUsdMicros(record_.provider, record_.model, record_.usage);
  if (record_.cached) cost = 0;
  if (cost) record_.cost_usd_micros = *cost;
  const auto record = std::make_shared<const RequestRecord>(std::move(record_));
  if (captured_) deps_.capture->Write(std::move(*captured_), record, std::move(secrets));
  deps_.observer.OnRequestFinished(record);
}

}  // namespace katra::router::gateway

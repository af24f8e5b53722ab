#include "router/gateway/observe/usage_recorder.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "core/process.h"

namespace katra::router::gateway {
namespace {

constexpr std::chrono::milliseconds kFlushAfter{150};
constexpr std::chrono::milliseconds kReopenAfter{5'000};
constexpr size_t kMostAtOnce = 64;  // in one transaction
constexpr size_t kMaxWaiting = 20'000;
constexpr size_t kMaxKept = 20'000;
constexpr size_t kMaxKeptBytes = size_t{32} * 1024 * 1024;
constexpr size_t kMaxEntryBytes = 1024 * 1024;
constexpr std::chrono::seconds kPatience{10};

// The upstream's name for it, if reported.
const std::string& AnsweringModel(const RequestRecord& request) {
  return request.reported_model.empty() ? request.model : request.reported_model;
}

// Whether the request shows which model the persona's conversation uses.
bool Verifies(const RequestRecord& request) {
  return request.answered && !request.side && request.agent_id.empty() &&
         request.endpoint != "count_tokens";
}

// The kind of an error such as "api_error: MESSAGE". A provider's message may quote the request.
std::string KindOf(const std::string& error) { return error.substr(0, error.find(':')); }

void AddDecision(const RequestRecord& request, store::UsageRecord& record) {
  record.rule = request.rule;
  record.route = request.route;
  record.matcher = request.matcher;
  if (request.score >= 0) record.score = request.score;
  record.asked_model = request.model;
  for (const AttemptRecord& attempt : request.attempts) {
    record.tried.push_back({attempt.provider, attempt.model, attempt.reason, attempt.status,
                            KindOf(attempt.error), attempt.duration.count()});
  }
  if (!record.tried.empty()) record.reason = record.tried.back().reason;
  if (request.estimated_tokens >= 0) record.estimated_tokens = request.estimated_tokens;
  record.continued = request.continued;
}

store::UsageRecord ToRecord(const RequestRecord& request) {
  store::UsageRecord record;
  record.at = request.at;
  record.request_id = request.request_id;
  record.upstream_id = request.upstream_request_id;
  record.endpoint = request.endpoint;
  record.persona = request.persona;
  record.client_session_id = request.client_session_id;
  record.agent_id = request.agent_id;
  record.requested_model = request.requested_model;
  record.provider = request.provider;
  record.key_name = request.key_name;
  record.model = AnsweringModel(request);
  record.status = request.status;
  record.error = request.error_type;
  record.attempts = static_cast<int>(request.attempts.size());
  record.streamed = request.streamed;
  record.verifies = Verifies(request);
  record.input_tokens = request.usage.input_tokens;
  record.output_tokens = request.usage.output_tokens;
  record.cache_read_tokens = request.usage.cache_read_tokens;
  record.cache_told = request.usage.known && request.usage.cache_told;
  record.cache_write_tokens = request.usage.cache_write_tokens;
  if (request.cost_usd_micros >= 0) record.cost_usd_micros = request.cost_usd_micros;
  if (request.first_byte.count() >= 0) record.first_byte_ms = request.first_byte.count();
  record.duration_ms = request.duration.count();
  AddDecision(request, record);
  return record;
}

}  // namespace

// Work for the store's thread, and its results.
struct UsageRecorder::Batch {
  std::shared_ptr<store::UsageStore> store;
  std::vector<RequestRecordPtr> answers;
  size_t recorded = 0;  // number of answers
  std::vector<store::KeptReasoning> reasoning;
  std::vector<store::KeptReasoning> loaded;
  Status status;
};

UsageRecorder::UsageRecorder(uv::Loop& loop, store::Executor& executor, Logger& logger,
                             OpenStore open)
    : executor_(executor), logger_(logger), open_(std::move(open)), flush_(loop, [this] {
        armed_ = false;
        Flush();
      }) {
  Open();
}

UsageRecorder::~UsageRecorder() = default;

void UsageRecorder::Open() {
  busy_ = true;
  auto batch = std::make_shared<Batch>();
  executor_.Post(
      store::Executor::Lane::kWrite,
      [batch, open = open_] {
        YieldToOtherThreads();
        auto opened = open();
        if (!opened) {
          batch->status = tl::unexpected<Error>(opened.error());
          return;
        }
        batch->store = std::move(*opened);
        auto kept = batch->store->LatestReasoning(static_cast<int>(kMaxKept),
                                                  {std::chrono::steady_clock::now() + kPatience});
        if (kept) batch->loaded = std::move(*kept);
      },
      [this, batch] {
        busy_ = false;
        if (!batch->status) {
          logger_.Warning("usage and tags are not recorded for now: " +
                          batch->status.error().message);
          armed_ = true;
          flush_.Start(kReopenAfter);
          return;
        }
        store_ = batch->store;
        std::reverse(batch->loaded.begin(), batch->loaded.end());  // oldest first
        {
          const std::lock_guard lock(mutex_);
          for (const auto& loaded : batch->loaded) {
            if (kept_.emplace(loaded.tool_id, loaded.kept).second) {
              order_.push_back(loaded.tool_id);
              kept_bytes_ += loaded.kept.size();
            }
          }
          Forget();
        }
        Flush();
      });
}

void UsageRecorder::OnRequestFinished(const RequestRecordPtr& request) {
  if (answers_.size() >= kMaxWaiting) {  // H7
    ++dropped_;
    return;
  }
  answers_.push_back(request);
  if (Verifies(*request)) {
    // The answering model has changed, or a new session has begun: write at once, so that what is
    // said next carries the tag.
    std::string& tag = tags_[request->persona];
    std::string now = request->client_session_id;
    now.append(" ").append(request->provider).append("/").append(AnsweringModel(*request));
    if (now != tag) {
      tag = std::move(now);
      armed_ = true;
      flush_.Start(std::chrono::milliseconds(0));
      return;
    }
  }
  if (armed_) return;
  armed_ = true;
  flush_.Start(kFlushAfter);
}

void UsageRecorder::Put(std::string_view key, std::string_view kept) {
  if (kept.size() > kMaxEntryBytes) return;
  {
    const std::lock_guard lock(mutex_);
    std::string& entry = kept_[std::string(key)];
    if (entry.empty()) order_.emplace_back(key);
    kept_bytes_ += kept.size();
    kept_bytes_ -= entry.size();
    entry.assign(kept);
    Forget();
  }
  if (reasoning_.size() >= kMaxWaiting) {
    ++dropped_;
    return;
  }
  reasoning_.push_back({std::string(key), std::string(kept)});
  if (armed_) return;
  armed_ = true;
  flush_.Start(kFlushAfter);
}

std::optional<std::string> UsageRecorder::Get(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(std::string(key));
  if (found == kept_.end()) return std::nullopt;
  return found->second;
}

void UsageRecorder::Forget() {
  while ((kept_.size() > kMaxKept || kept_bytes_ > kMaxKeptBytes) && oldest_ < order_.size()) {
    const auto found = kept_.find(order_[oldest_++]);
    if (found == kept_.end()) continue;
    kept_bytes_ -= found->second.size();
    kept_.erase(found);
  }
  if (oldest_ > kMaxKept) {
    order_.erase(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(oldest_));
    oldest_ = 0;
  }
}

void UsageRecorder::Flush() {
  if (busy_) return;
  if (!store_) {
    Open();
    return;
  }
  if (answers_.empty() && reasoning_.empty()) return;
  busy_ = true;
  auto batch = std::make_shared<Batch>();
  batch->store = store_;
  batch->answers = std::exchange(answers_, {});
  batch->reasoning = std::exchange(reasoning_, {});
  executor_.Post(
      store::Executor::Lane::kWrite,
      [batch] {
        const store::CallContext call{std::chrono::steady_clock::now() + kPatience};
        for (size_t at = 0; at < batch->answers.size() && batch->status; at += kMostAtOnce) {
          std::vector<store::UsageRecord> records;
          const size_t end = std::min(at + kMostAtOnce, batch->answers.size());
          for (size_t i = at; i < end; ++i) records.push_back(ToRecord(*batch->answers[i]));
          batch->status = batch->store->RecordUsage(records, call);
          if (batch->status) batch->recorded = end;
          std::this_thread::yield();  // other writers and streams are waiting
        }
        if (!batch->reasoning.empty()) {
          auto kept = batch->store->KeepReasoning(batch->reasoning, call);
          if (batch->status && !kept) batch->status = std::move(kept);
        }
      },
      [this, batch] {
        busy_ = false;
        if (!batch->status) {
          dropped_ += batch->answers.size() - batch->recorded + batch->reasoning.size();
          logger_.Warning("usage could not be recorded: " + batch->status.error().message);
        }
        if (!answers_.empty() || !reasoning_.empty()) Flush();
      });
}

}  // namespace katra::router::gateway

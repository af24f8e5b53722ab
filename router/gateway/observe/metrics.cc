#include "router/gateway/observe/metrics.h"

#include <algorithm>
#include <cstdio>
#include <limits>

#include "core/text.h"

namespace katra::router::gateway {
namespace {

constexpr size_t kRecent = 8;
constexpr size_t kMaxUnknown = 64;
// Clients choose model names, so the number of labels must be bounded.
constexpr size_t kMaxLines = 500;

std::string Label(std::string_view text) {
  std::string out;
  for (const char c : OneLine(text, 100)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string Real(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

void Head(std::string& out, const char* name, const char* type, const char* help) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
  out.append(name).append(" ").append(type).append("\n");
}

// Saturates instead of overflowing.
void Add(int64_t count, int64_t* sum) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  const int64_t more = std::max<int64_t>(count, 0);
  *sum = *sum > kMost - more ? kMost : *sum + more;
}

}  // namespace

void Metrics::Histogram::Observe(double seconds) {
  for (size_t i = 0; i < kBounds.size(); ++i) {
    if (seconds <= kBounds[i]) ++buckets[i];
  }
  ++count;
  sum_seconds += seconds;
}

Metrics::Line& Metrics::LineOf(const RequestRecord& record) {
  for (const Recent& recent : recent_) {
    if (recent.model == record.model && recent.provider == record.provider &&
        recent.endpoint == record.endpoint) {
      return *recent.line;
    }
  }
  std::string labels = "endpoint=\"" + record.endpoint + "\",provider=\"" + Label(record.provider) +
                       "\",model=\"" + Label(record.model) + "\"";
  if (lines_.size() >= kMaxLines && lines_.count(labels) == 0) {
    labels = "endpoint=\"" + record.endpoint + "\",provider=\"other\",model=\"other\"";
  }
  Line& line = lines_[labels];
  if (recent_.size() >= kRecent) recent_.clear();
  recent_.push_back({record.endpoint, record.provider, record.model, &line});
  return line;
}

void Metrics::OnRequestFinished(const RequestRecord& record) {
  Line& line = LineOf(record);
  ++line.requests;
  if (!record.error_type.empty()) ++line.errors[record.error_type];
  if (record.first_byte.count() >= 0) {
    line.first_byte.Observe(static_cast<double>(record.first_byte.count()) / 1000.0);
  }
  line.duration.Observe(static_cast<double>(record.duration.count()) / 1000.0);
  Add(record.usage.input_tokens, &line.input_tokens);
  Add(record.usage.output_tokens, &line.output_tokens);
  Add(record.usage.cache_read_tokens, &line.cache_read_tokens);
  Add(record.usage.cache_write_tokens, &line.cache_write_tokens);
  if (record.cost_usd_micros >= 0) {
    Add(record.cost_usd_micros, &line.cost_usd_micros);
    ++line.priced;
  } else if (record.usage.input_tokens > 0 || record.usage.output_tokens > 0 ||
             (record.answered && record.endpoint != "count_tokens")) {
    ++line.unpriced;
  }
  if (record.attempts.size() > 1) line.failovers += record.attempts.size() - 1;
}

bool Metrics::CountUnknown(const std::string& type) {
  const auto known = unknown_.find(type);
  if (known != unknown_.end()) {
    ++known->second;
    return false;
  }
  // Clients choose them, so their number must be bounded.
  const bool room = unknown_.size() < kMaxUnknown;
  return unknown_[room ? type : "other"]++ == 0;
}

void Metrics::CountRouterModel(const std::string& fault) {
  if (fault.empty()) {
    ++router_answers_;
  } else {
    ++router_faults_[fault];
  }
}

void Metrics::RenderRouterModel(std::string& out) const {
  Head(out, "katra_router_model_answers_total", "counter", "Routes that the router model chose.");
  out.append("katra_router_model_answers_total ").append(std::to_string(router_answers_));
  out.append("\n");
  Head(out, "katra_router_model_faults_total", "counter",
       "Questions to the router model that the local matcher had to answer, by kind of fault.");
  for (const auto& [kind, count] : router_faults_) {
    out.append("katra_router_model_faults_total{kind=\"").append(kind).append("\"} ");
    out.append(std::to_string(count)).append("\n");
  }
}

std::string Metrics::Render(const Open& open, uint64_t dropped_records) const {
  std::string out;
  const auto counter = [&](const char* name, const char* help, const auto& value) {
    Head(out, name, "counter", help);
    for (const auto& [labels, line] : lines_) {
      out.append(name).append("{").append(labels).append("} ").append(value(line)).append("\n");
    }
  };
  counter("katra_requests_total", "Requests that have ended.",
          [](const Line& line) { return std::to_string(line.requests); });
  Head(out, "katra_errors_total", "counter", "Requests that ended with an error, by its type.");
  for (const auto& [labels, line] : lines_) {
    for (const auto& [type, count] : line.errors) {
      out.append("katra_errors_total{").append(labels).append(",type=\"").append(Label(type));
      out.append("\"} ").append(std::to_string(count)).append("\n");
    }
  }
  const auto histogram = [&](const char* name, const char* help, const auto& of) {
    Head(out, name, "histogram", help);
    for (const auto& [labels, line] : lines_) {
      const Histogram& histo = of(line);
      for (size_t i = 0; i < kBounds.size(); ++i) {
        out.append(name).append("_bucket{").append(labels).append(",le=\"");
        out.append(Real(kBounds[i])).append("\"} ").append(std::to_string(histo.buckets[i]));
        out.append("\n");
      }
      out.append(name).append("_bucket{").append(labels).append(",le=\"+Inf\"} ");
      out.append(std::to_string(histo.count)).append("\n");
      out.append(name).append("_sum{").append(labels).append("} ");
      out.append(Real(histo.sum_seconds)).append("\n");
      out.append(name).append("_count{").append(labels).append("} ");
      out.append(std::to_string(histo.count)).append("\n");
    }
  };
  histogram("katra_first_byte_seconds", "Until the first byte of an answer.",
            [](const Line& line) -> const Histogram& { return line.first_byte; });
  histogram("katra_duration_seconds", "Until the end of an answer.",
            [](const Line& line) -> const Histogram& { return line.duration; });
  counter("katra_input_tokens_total", "Input tokens, without cached ones.",
          [](const Line& line) { return std::to_string(line.input_tokens); });
  counter("katra_output_tokens_total", "Output tokens.",
          [](const Line& line) { return std::to_string(line.output_tokens); });
  counter("katra_cache_read_tokens_total", "Input tokens read from a prompt cache.",
          [](const Line& line) { return std::to_string(line.cache_read_tokens); });
  counter("katra_cache_write_tokens_total", "Input tokens written to a prompt cache.",
          [](const Line& line) { return std::to_string(line.cache_write_tokens); });
  Head(out, "katra_cost_usd_total", "counter", "Cost where prices are known, in US dollars.");
  for (const auto& [labels, line] : lines_) {
    if (line.priced == 0) continue;  // unknown is not 0
    out.append("katra_cost_usd_total{").append(labels).append("} ");
    out.append(Real(static_cast<double>(line.cost_usd_micros) / 1e6)).append("\n");
  }
  counter("katra_unpriced_requests_total", "Requests of unknown cost.",
          [](const Line& line) { return std::to_string(line.unpriced); });
  counter("katra_failovers_total", "Attempts beyond the first of a request.",
          [](const Line& line) { return std::to_string(line.failovers); });
  Head(out, "katra_unknown_types_total", "counter",
       "Items, tools and content parts of requests whose type is unknown.");
  for (const auto& [type, count] : unknown_) {
    out.append("katra_unknown_types_total{type=\"").append(Label(type)).append("\"} ");
    out.append(std::to_string(count)).append("\n");
  }
  RenderRouterModel(out);
  Head(out, "katra_open_circuits", "gauge",
       "Open circuits: one per key or login, plus one if the provider is unreachable.");
  for (size_t i = 0; i < std::min(open.circuits.size(), kMaxLines); ++i) {
    const policy::OpenCircuit& circuit = open.circuits[i];
    out.append("katra_open_circuits{provider=\"").append(Label(circuit.provider));
    out.append("\",model=\"").append(Label(circuit.model)).append("\"} ");
    out.append(std::to_string(circuit.credentials + (circuit.unreachable ? 1 : 0))).append("\n");
  }
  Head(out, "katra_open_requests", "gauge", "Requests being answered.");
  out.append("katra_open_requests ").append(std::to_string(open.requests)).append("\n");
  Head(out, "katra_open_streams", "gauge", "Streams that have sent part of an answer.");
  out.append("katra_open_streams ").append(std::to_string(open.streams)).append("\n");
  Head(out, "katra_connections", "gauge", "Open client connections.");
  out.append("katra_connections ").append(std::to_string(open.connections)).append("\n");
  Head(out, "katra_dropped_records_total", "counter", "Usage records that were lost.");
  out.append("katra_dropped_records_total ").append(std::to_string(dropped_records)).append("\n");
  return out;
}

}  // namespace katra::router::gateway

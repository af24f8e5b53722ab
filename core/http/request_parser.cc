#include "core/http/request_parser.h"

#include <llhttp.h>

#include <algorithm>

#include "core/text.h"

namespace katra::http {

struct RequestParser::Machine {
  llhttp_t parser{};
  llhttp_settings_t settings{};
  RequestParser* owner = nullptr;
  bool head_complete = false;
  bool complete = false;

  static Machine& Of(llhttp_t* parser) { return *static_cast<Machine*>(parser->data); }

  explicit Machine(RequestParser* parent) : owner(parent) {
    llhttp_settings_init(&settings);
    settings.on_url = [](llhttp_t* p, const char* at, size_t length) {
      Of(p).owner->request_.target.append(at, length);
      return 0;
    };
    settings.on_header_field = [](llhttp_t* p, const char* at, size_t length) {
      Of(p).field.append(at, length);
      return 0;
    };
    settings.on_header_value = [](llhttp_t* p, const char* at, size_t length) {
      Of(p).value.append(at, length);
      return 0;
    };
    settings.on_header_value_complete = [](llhttp_t* p) {
      Machine& machine = Of(p);
      if (machine.owner->state_ != State::kHead) {  // ignore trailers
        machine.field.clear();
        machine.value.clear();
        return 0;
      }
      machine.owner->request_.headers.Add(std::move(machine.field), std::move(machine.value));
      machine.field.clear();
      machine.value.clear();
      return 0;
    };
    settings.on_headers_complete = [](llhttp_t* p) {
      Of(p).head_complete = true;
      p->upgrade = 0;  // upgrades are not supported: read the body as HTTP
      return 0;
    };
    settings.on_body = [](llhttp_t* p, const char* at, size_t length) {
      RequestParser& self = *Of(p).owner;
      self.TakeBody(std::string_view(at, length));
      return self.state_ == State::kFailed ? -1 : 0;
    };
    settings.on_message_complete = [](llhttp_t* p) -> int {
      Of(p).complete = true;
      return HPE_PAUSED;
    };
    Restart();
  }

  void Restart() {
    llhttp_init(&parser, HTTP_REQUEST, &settings);
    parser.data = this;
    head_complete = false;
    complete = false;
    field.clear();
    value.clear();
  }

  std::string field;
  std::string value;
};

RequestParser::RequestParser(const ServerLimits& limits)
    : limits_(limits), machine_(std::make_unique<Machine>(this)) {}
RequestParser::~RequestParser() = default;

void RequestParser::Reset() {
  machine_->Restart();
  state_ = State::kHead;
  head_.clear();
  request_ = Request{};
  keep_alive_ = true;
  expects_continue_ = false;
  inflater_ = nullptr;
  received_ = 0;
  error_status_ = 0;
  error_.clear();
}

void RequestParser::Drop() {
  head_ = std::string();
  request_ = Request{};
  inflater_ = nullptr;
}

void RequestParser::FailWith(int status, std::string why) {
  state_ = State::kFailed;
  error_status_ = status;
  error_ = std::move(why);
}

size_t RequestParser::Feed(std::string_view bytes) {
  switch (state_) {
    case State::kHead:
      return FeedHead(bytes);
    case State::kBody:
      return FeedBody(bytes);
    case State::kDone:
    case State::kFailed:
      break;
  }
  return 0;
}

// Only complete heads are passed to llhttp, so that the checks of their lines see exactly what
// llhttp sees.
size_t RequestParser::FeedHead(std::string_view bytes) {
  size_t taken = 0;
  while (taken < bytes.size()) {
    const std::string_view rest = bytes.substr(taken);
    const size_t newline = rest.find('\n');
    const size_t line = newline == std::string_view::npos ? rest.size() : newline + 1;
    if (head_.size() + line > limits_.head_bytes) {
      FailWith(431, "the request's head is longer than " + std::to_string(limits_.head_bytes) +
                        " bytes: send fewer or shorter headers");
      return bytes.size();
    }
    head_.append(rest.substr(0, line));
    taken += line;
    if (newline == std::string_view::npos) break;
    if (head_.size() < 2 || head_[head_.size() - 2] != '\r') {
      FailWith(400, "a line of the head ends with a bare line feed: lines end with CR LF");
      return taken;
    }
    if (head_ == "\r\n") {
      head_.clear();  // allow an empty line before a request
      continue;
    }
    if (head_.size() >= 4 && head_.compare(head_.size() - 4, 4, "\r\n\r\n") == 0) {
      if (CheckHead()) ParseHead();
      return taken;
    }
  }
  return taken;
}

bool RequestParser::CheckHead() {
  size_t lines = 0;
  for (size_t i = 0; i < head_.size(); ++i) {
    const char c = head_[i];
    if (c == '\0' || (c == '\r' && (i + 1 >= head_.size() || head_[i + 1] != '\n'))) {
      FailWith(400, "the head contains a bare carriage return or a NUL");
      return false;
    }
    if (c != '\n') continue;
    ++lines;
    if (i + 1 < head_.size() && (head_[i + 1] == ' ' || head_[i + 1] == '\t')) {
      FailWith(400, "a header is folded over lines: send each on one line");
      return false;
    }
  }
  if (lines > limits_.header_count + 2) {
    FailWith(431, "the request has more than " + std::to_string(limits_.header_count) + " headers");
    return false;
  }
  return true;
}

void RequestParser::ParseHead() {
  llhttp_t& parser = machine_->parser;
  const llhttp_errno_t status = llhttp_execute(&parser, head_.data(), head_.size());
  if ((status != HPE_OK && status != HPE_PAUSED) || !machine_->head_complete) {
    const char* reason = llhttp_get_error_reason(&parser);
    FailWith(status == HPE_INVALID_VERSION ? 505 : 400,
             std::string("this is not an HTTP/1.1 request: ") +
                 (reason != nullptr && *reason != '\0' ? reason : llhttp_errno_name(status)));
    return;
  }
  request_.method = llhttp_method_name(static_cast<llhttp_method_t>(parser.method));
  const size_t mark = request_.target.find('?');
  request_.path = request_.target.substr(0, mark);
  if (mark != std::string::npos) request_.query = request_.target.substr(mark + 1);
  keep_alive_ = llhttp_should_keep_alive(&parser) != 0;
  head_.clear();
  if (!CheckFraming() || !CheckEncoding()) return;
  state_ = State::kBody;
  if (machine_->complete) FinishBody();
}

// Refuses framing that a proxy in front might read differently: the cause of request smuggling.
bool RequestParser::CheckFraming() {
  const llhttp_t& parser = machine_->parser;
  const bool http11 = parser.http_major == 1 && parser.http_minor == 1;
  if (parser.http_major != 1 || parser.http_minor > 1) {
    FailWith(505, "only HTTP/1.1 and HTTP/1.0 are supported");
    return false;
  }
  if (request_.path.empty() || request_.path.front() != '/') {
    FailWith(400, "the target of the request must be a path, e.g. /v1/messages");
    return false;
  }
  const size_t hosts = request_.headers.Count("host");
  if (hosts > 1 || (http11 && hosts == 0)) {
    FailWith(400, "exactly one Host header is needed");
    return false;
  }
  const size_t encodings = request_.headers.Count("transfer-encoding");
  if (encodings > 0) {
    if (request_.headers.Count("content-length") > 0) {
      FailWith(400, "both Content-Length and Transfer-Encoding: send one of them");
      return false;
    }
    if (!http11 || encodings > 1 ||
        !EqualsIgnoreCase(*request_.headers.Find("transfer-encoding"), "chunked")) {
      FailWith(400, "Transfer-Encoding must be \"chunked\", once, and over HTTP/1.1");
      return false;
    }
  } else if (request_.headers.Count("content-length") > 1) {
    FailWith(400, "more than one Content-Length");
    return false;
  } else if (parser.content_length > limits_.body_bytes) {
    FailWith(413, "the body is longer than " + std::to_string(limits_.body_bytes) + " bytes");
    return false;
  }
  if (const std::string* expect = request_.headers.Find("expect")) {
    if (!EqualsIgnoreCase(*expect, "100-continue")) {
      FailWith(417, "only \"Expect: 100-continue\" is supported");
      return false;
    }
    expects_continue_ = http11;
  }
  return true;
}

bool RequestParser::CheckEncoding() {
  const std::string* encoding = request_.headers.Find("content-encoding");
  if (encoding == nullptr || EqualsIgnoreCase(*encoding, "identity")) return true;
  if (!EqualsIgnoreCase(*encoding, "gzip") || request_.headers.Count("content-encoding") != 1) {
    FailWith(415, "send the body uncompressed or with \"content-encoding: gzip\"");  // E18
    return false;
  }
  InflateLimits limits;
  limits.max_bytes = limits_.body_bytes;
  inflater_ = std::make_unique<Inflater>(limits);  // R7
  return true;
}

size_t RequestParser::FeedBody(std::string_view bytes) {
  llhttp_t& parser = machine_->parser;
  const llhttp_errno_t status = llhttp_execute(&parser, bytes.data(), bytes.size());
  if (state_ == State::kFailed) return bytes.size();
  if (machine_->complete) {
    const char* stopped = llhttp_get_error_pos(&parser);
    FinishBody();
    return stopped == nullptr ? bytes.size() : static_cast<size_t>(stopped - bytes.data());
  }
  if (status != HPE_OK) {
    const char* reason = llhttp_get_error_reason(&parser);
    FailWith(400, std::string("the body is not framed as its head says: ") +
                      (reason != nullptr && *reason != '\0' ? reason : llhttp_errno_name(status)));
  }
  return bytes.size();
}

void RequestParser::TakeBody(std::string_view bytes) {
  received_ += bytes.size();
  if (received_ > limits_.body_bytes) {
    FailWith(413, "the body is longer than " + std::to_string(limits_.body_bytes) + " bytes");
    return;
  }
  if (inflater_) {
    if (auto inflated = inflater_->Feed(bytes, &request_.body); !inflated) {
      FailInflating(inflated.error());
    }
    return;
  }
  if (request_.body.empty() && machine_->parser.content_length > 0) {
    // Trust a declared length only as far as bytes could soon follow.
    constexpr uint64_t kReserveBytes = 4 * 1024 * 1024;
    request_.body.reserve(
        std::min(std::max<uint64_t>(machine_->parser.content_length, bytes.size()), kReserveBytes));
  }
  request_.body.append(bytes);
}

void RequestParser::FinishBody() {
  state_ = State::kDone;
  if (!inflater_ || received_ == 0) return;
  if (auto whole = inflater_->Finish(); !whole) FailInflating(whole.error());
}

void RequestParser::FailInflating(const Error& error) {
  request_.body.clear();
  FailWith(error.code == ErrorCode::kResourceExhausted ? 413 : 400, error.message);
}

}  // namespace katra::http

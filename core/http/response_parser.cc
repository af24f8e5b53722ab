#include "core/http/response_parser.h"

#include <llhttp.h>

namespace katra::http {
namespace {

constexpr size_t kMaxHeaders = 200;
constexpr size_t kMaxHeadBytes = 64 * 1024;
constexpr int kSkipBody = 1;  // return value of on_headers_complete

}  // namespace

struct ResponseParser::Machine {
  llhttp_t parser{};
  llhttp_settings_t settings{};
  ResponseParser* owner = nullptr;
  std::string field;
  std::string value;
  bool interim = false;
  bool complete = false;

  static Machine& Of(llhttp_t* parser) { return *static_cast<Machine*>(parser->data); }

  explicit Machine(ResponseParser* parent) : owner(parent) {
    llhttp_settings_init(&settings);
    settings.on_header_field = [](llhttp_t* p, const char* at, size_t length) {
      return Of(p).TakeHead(Of(p).field, at, length);
    };
    settings.on_header_value = [](llhttp_t* p, const char* at, size_t length) {
      return Of(p).TakeHead(Of(p).value, at, length);
    };
    settings.on_header_value_complete = [](llhttp_t* p) {
      Machine& machine = Of(p);
      if (machine.owner->state_ != State::kHead) {  // ignore trailers
        machine.field.clear();
        machine.value.clear();
        return 0;
      }
      if (IsHeaderName(machine.field)) {
        machine.owner->headers_.Add(std::move(machine.field), CleanHeaderValue(machine.value));
      }
      machine.field.clear();
      machine.value.clear();
      return machine.owner->headers_.all().size() > kMaxHeaders ? -1 : 0;
    };
    settings.on_headers_complete = [](llhttp_t* p) {
      ResponseParser& self = *Of(p).owner;
      if (p->status_code == 101) return -1;  // no upgrade was requested
      Of(p).interim = p->status_code < 200;
      if (Of(p).interim) return 0;
      self.state_ = State::kBody;
      self.news_.head = true;
      return self.head_only_ ? kSkipBody : 0;
    };
    settings.on_body = [](llhttp_t* p, const char* at, size_t length) {
      Of(p).owner->TakeData({at, length});
      return 0;
    };
    settings.on_message_complete = [](llhttp_t* p) -> int {
      Machine& machine = Of(p);
      if (machine.interim) {
        machine.interim = false;
        machine.owner->headers_.Clear();
        return 0;
      }
      machine.complete = true;
      machine.owner->reusable_ = llhttp_should_keep_alive(p) != 0;
      return HPE_PAUSED;
    };
    Restart();
  }

  int TakeHead(std::string& into, const char* at, size_t length) {
    owner->head_bytes_ += length;
    if (owner->head_bytes_ > kMaxHeadBytes) return -1;
    into.append(at, length);
    return 0;
  }

  void Restart() {
    llhttp_init(&parser, HTTP_RESPONSE, &settings);
    parser.data = this;
    interim = false;
    complete = false;
    field.clear();
    value.clear();
  }
};

ResponseParser::ResponseParser() : machine_(std::make_unique<Machine>(this)) {}
ResponseParser::~ResponseParser() = default;

void ResponseParser::Reset(bool head_only) {
  machine_->Restart();
  state_ = State::kHead;
  begun_ = false;
  head_only_ = head_only;
  reusable_ = false;
  headers_.Clear();
  head_bytes_ = 0;
  error_.clear();
}

int ResponseParser::status() const { return machine_->parser.status_code; }

ResponseParser::News ResponseParser::Feed(std::string_view bytes) {
  news_ = {};
  gathered_.clear();
  if (state_ == State::kDone || state_ == State::kFailed || bytes.empty()) return news_;
  begun_ = true;
  llhttp_t& parser = machine_->parser;
  const llhttp_errno_t code = llhttp_execute(&parser, bytes.data(), bytes.size());
  if (machine_->complete) {
    state_ = State::kDone;
    const char* stopped = llhttp_get_error_pos(&parser);
    // Unsolicited bytes after a response could not be told from the next response.
    if (stopped != nullptr && stopped != bytes.data() + bytes.size()) reusable_ = false;
  } else if (code != HPE_OK) {
    const char* reason = llhttp_get_error_reason(&parser);
    FailWith(std::string("the reply is not HTTP/1.1: ") +
             (reason != nullptr && *reason != '\0' ? reason : llhttp_errno_name(code)));
  }
  return news_;
}

bool ResponseParser::Finish() {
  if (state_ != State::kBody || llhttp_message_needs_eof(&machine_->parser) == 0) return false;
  state_ = State::kDone;
  reusable_ = false;
  return true;
}

void ResponseParser::TakeData(std::string_view bytes) {
  if (news_.data.empty()) {
    news_.data = bytes;
    return;
  }
  if (gathered_.empty()) gathered_ = news_.data;
  gathered_.append(bytes);
  news_.data = gathered_;
}

void ResponseParser::FailWith(std::string why) {
  state_ = State::kFailed;
  error_ = std::move(why);
}

}  // namespace katra::http

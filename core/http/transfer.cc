// One request as seen by libcurl: its options, its callbacks, and the meaning of its result.
#include <algorithm>

#include "core/authority.h"
#include "core/http/curl_client.h"
#include "core/text.h"

namespace katra::http {
namespace {

constexpr long kLeastWriteBytes = 16 * 1024;
constexpr long kMostWriteBytes = 1024 * 1024;
constexpr long kReadBytes = 16 * 1024;  // kept by every open stream
constexpr long kIdleSeconds = 118;      // U7
constexpr size_t kMaxHeaders = 200;
constexpr size_t kMaxHeaderBytes = 64 * 1024;

// Whether `url` is on this machine, so that proxies from the environment are not used.
bool IsLoopback(const std::string& url) {
  const auto named = HostOfUrl(url);
  return named && IsLoopbackHost(named->authority.host);
}

}  // namespace

Transfer::Transfer(CurlClient& client, CURL* easy, Outgoing outgoing, CallEvents handlers)
    : owner(client), handle(easy), request(std::move(outgoing)), events(std::move(handlers)) {}

Transfer::~Transfer() { curl_slist_free_all(header_list_); }

void Transfer::Configure(const Client::Options& options) {
  curl_easy_setopt(handle, CURLOPT_PRIVATE, this);
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION,
                   request.http2 ? static_cast<long>(CURL_HTTP_VERSION_2TLS)
                                 : static_cast<long>(CURL_HTTP_VERSION_1_1));  // U1
  curl_easy_setopt(handle, CURLOPT_HTTP09_ALLOWED, 0L);
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);  // would send credentials to another host
  curl_easy_setopt(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TCP_NODELAY, 1L);  // U4
  curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, kReadBytes);
  curl_easy_setopt(handle, CURLOPT_MAXAGE_CONN, kIdleSeconds);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(request.connect_timeout.count()));
  curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (!options.ca_file.empty()) {
    curl_easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());
  }
  if (IsLoopback(request.url)) curl_easy_setopt(handle, CURLOPT_PROXY, "");
  if (request.body) {
    const std::vector<std::string_view>& pieces = request.body->pieces();
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body->size()));
    if (pieces.size() == 1) {
      curl_easy_setopt(handle, CURLOPT_POSTFIELDS, pieces.front().data());  // not copied
    } else {
      curl_easy_setopt(handle, CURLOPT_READFUNCTION, &Transfer::OnRead);
      curl_easy_setopt(handle, CURLOPT_READDATA, this);
      curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, &Transfer::OnSeek);
      curl_easy_setopt(handle, CURLOPT_SEEKDATA, this);
    }
    // Long bodies need few writes, but a thousand short ones must not take much memory.
    curl_easy_setopt(
        handle, CURLOPT_UPLOAD_BUFFERSIZE,
        std::clamp(static_cast<long>(request.body->size()), kLeastWriteBytes, kMostWriteBytes));
  }
  if (request.method == "HEAD") {
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  } else if (request.method != (request.body ? "POST" : "GET")) {
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  header_list_ = curl_slist_append(header_list_, "Expect:");  // U4
  for (const Header& header : request.headers) {
    std::string line;
    if (!AppendHeaderLine(header, &line)) continue;
    // curl omits headers with nothing after the colon.
    if (Trim(line).back() == ':') line = header.name + ";";
    header_list_ = curl_slist_append(header_list_, line.c_str());
  }
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, header_list_);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &Transfer::OnHeader);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Transfer::OnData);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
}

// Supplies the next bytes of the body.
size_t Transfer::OnRead(char* into, size_t size, size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (!transfer.request.body) return 0;
  const std::vector<std::string_view>& pieces = transfer.request.body->pieces();
  size_t given = 0;
  while (given < size * count && transfer.read_piece_ < pieces.size()) {
    const std::string_view rest = pieces[transfer.read_piece_].substr(transfer.read_at_);
    const size_t part = rest.copy(into + given, size * count - given);
    given += part;
    transfer.read_at_ += part;
    if (part < rest.size()) break;
    ++transfer.read_piece_;
    transfer.read_at_ = 0;
  }
  return given;
}

// curl sends the body again on another connection.
int Transfer::OnSeek(void* self, curl_off_t offset, int origin) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  transfer.read_piece_ = 0;
  transfer.read_at_ = 0;
  return CURL_SEEKFUNC_OK;
}

size_t Transfer::OnHeader(char* bytes, size_t size, size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const size_t length = size * count;
  if (transfer.head_told) return length;  // ignore trailers
  const std::string_view line(bytes, length);
  if (line.substr(0, 5) == "HTTP/") {
    transfer.headers.Clear();  // of an earlier response, e.g. 100 Continue
    transfer.header_bytes_ = 0;
    const size_t space = line.find(' ');
    transfer.status =
        space == std::string_view::npos ? 0 : std::atoi(std::string(line.substr(space)).c_str());
    return length;
  }
  if (Trim(line).empty()) {
    if (transfer.status >= 200) transfer.TellHead();
    return transfer.abandoned ? 0 : length;
  }
  transfer.header_bytes_ += length;
  if (transfer.header_bytes_ > kMaxHeaderBytes || transfer.headers.all().size() >= kMaxHeaders) {
    return length;
  }
  if (auto header = ReadHeaderLine(line)) {
    transfer.headers.Add(std::move(header->name), std::move(header->value));
  }
  return length;
}

void Transfer::TellHead() {
  if (head_told) return;
  head_told = true;
  last_byte = Clock::now();
  ReleaseBody();
  if (!abandoned && events.head) events.head(status, headers);
}

// Frees the body once the server has all of it: the response may stream for long.
void Transfer::ReleaseBody() {
  curl_off_t sent = 0;
  if (request.body && curl_easy_getinfo(handle, CURLINFO_SIZE_UPLOAD_T, &sent) == CURLE_OK &&
      sent == static_cast<curl_off_t>(request.body->size())) {
    request.body.reset();
  }
}

size_t Transfer::OnData(char* bytes, size_t size, size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.abandoned) return 0;  // ends the transfer
  transfer.last_byte = Clock::now();
  if (transfer.events.data) transfer.events.data(std::string_view(bytes, size * count));
  return transfer.abandoned ? 0 : size * count;
}

CallEnd Transfer::Outcome(CURLcode code) const {
  if (code == CURLE_OK && head_told) return {true, CallFailure::kCut, ""};
  CallEnd end{false, CallFailure::kCut, curl_easy_strerror(code)};
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      end.failure = CallFailure::kConnect;
      break;
    case CURLE_OPERATION_TIMEDOUT:
      end.failure = CallFailure::kConnect;  // the only timeout that curl itself enforces
      break;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      end.failure = CallFailure::kTls;
      break;
    case CURLE_WEIRD_SERVER_REPLY:
      end.failure = CallFailure::kProtocol;
      break;
    default:
      break;
  }
  return end;
}

}  // namespace katra::http

#include "core/http/fetch.h"

#include <curl/curl.h>

#include <memory>

#include "core/http/local_path.h"

namespace katra::http {
namespace {

constexpr size_t kMaxReplyBytes = 64 * 1024 * 1024;

size_t TakeBody(char* bytes, size_t size, size_t count, void* into) {
  auto& body = static_cast<Response*>(into)->body;
  if (body.size() + size * count > kMaxReplyBytes) return 0;
  body.append(bytes, size * count);
  return size * count;
}

size_t TakeHeader(char* bytes, size_t size, size_t count, void* into) {
  if (auto header = ReadHeaderLine(std::string_view(bytes, size * count))) {
    static_cast<Response*>(into)->headers.Add(std::move(header->name), std::move(header->value));
  }
  return size * count;
}

}  // namespace

Result<Response> Fetch(const FetchRequest& request) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  if (!easy) return Fail(ErrorCode::kResourceExhausted, "no memory for libcurl");
  Response response;
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  for (const Header& header : request.headers) {
    std::string line;
    if (AppendHeaderLine(header, &line)) list = curl_slist_append(list, line.c_str());
  }
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> owned(list,
                                                                          &curl_slist_free_all);
  CURL* handle = easy.get();
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &TakeBody);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &response);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &TakeHeader);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &response);
  auto socket = LocalPath::Of(request.local_socket);
  if (!socket) return Pass(std::move(socket));
  if (!request.local_socket.empty()) {
    curl_easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, socket->text().c_str());
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
  }
  if (!request.body.empty() || request.method == "POST") {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  }
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  const CURLcode code = curl_easy_perform(handle);
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return Fail(ErrorCode::kDeadlineExceeded,
                "no answer within " + std::to_string(request.timeout.count()) + " ms");
  }
  if (code != CURLE_OK) {
    return Fail(ErrorCode::kUnavailable, std::string("no answer: ") + curl_easy_strerror(code));
  }
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  return response;
}

}  // namespace katra::http

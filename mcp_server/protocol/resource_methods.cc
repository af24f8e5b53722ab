#include "mcp_server/protocol/resource_methods.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "mcp_server/protocol/capabilities.h"
#include "mcp_server/protocol/params.h"

namespace katra::mcp {

using nlohmann::json;

namespace {

// Contents change with every message, so they may not be cached.
constexpr CacheHint kNoCache{0, false};

ProtocolResult<std::map<std::string, std::string>> PromptArguments(const json& params) {
  std::map<std::string, std::string> arguments;
  const auto found = params.find("arguments");
  if (found == params.end() || found->is_null()) return arguments;
  if (!found->is_object()) return Refuse(kInvalidParams, "\"arguments\" must be an object");
  for (const auto& [name, value] : found->items()) {
    if (!value.is_string()) {
      return Refuse(kInvalidParams, "the argument \"" + name + "\" must be a string");
    }
    arguments.emplace(name, value.get<std::string>());
  }
  return arguments;
}

// The parameters of completion/complete.
struct CompletionQuestion {
  bool prompt = false;
  std::string of;  // the prompt's name or the resource template's URI
  std::string argument;
  std::string prefix;
};

ProtocolResult<CompletionQuestion> ReadQuestion(const json& params) {
  const auto ref = params.find("ref");
  const auto argument = params.find("argument");
  if (ref == params.end() || !ref->is_object()) {
    return Refuse(kInvalidParams, "\"ref\" must be an object");
  }
  if (argument == params.end() || !argument->is_object()) {
    return Refuse(kInvalidParams, "\"argument\" must be an object");
  }
  const auto type = RequiredString(*ref, "type");
  const auto name = RequiredString(*argument, "name");
  const auto value = RequiredString(*argument, "value");
  if (!type) return tl::unexpected(type.error());
  if (!name) return tl::unexpected(name.error());
  if (!value) return tl::unexpected(value.error());
  CompletionQuestion question{*type == "ref/prompt", {}, *name, *value};
  if (!question.prompt && *type != "ref/resource") {
    return Refuse(kInvalidParams, "\"ref.type\" must be ref/prompt or ref/resource");
  }
  const auto of = RequiredString(*ref, question.prompt ? "name" : "uri");
  if (!of) return tl::unexpected(of.error());
  question.of = *of;
  return question;
}

}  // namespace

template <typename T>
void ResourceMethods::Ask(const RequestPtr& request,
                          std::function<Result<T>(const CallEnvironment&)> ask,
                          std::function<void(Result<T>)> answer) {
  auto got = std::make_shared<Result<T>>(Fail(ErrorCode::kInternal, "nothing was asked"));
  deps_.runner.Run(
      Lane::kRead, request->cancelled,
      [got, ask = std::move(ask)](const CallEnvironment& environment) { *got = ask(environment); },
      [request, got, answer = std::move(answer)](const Error* error) {
        if (request->finished) return;
        answer(error == nullptr ? std::move(*got) : Result<T>(tl::unexpected<Error>(*error)));
      });
}

void ResourceMethods::ListResources(const RequestPtr& request) {
  Ask<std::vector<ResourceInfo>>(request, deps_.offering.list_resources,
                                 [this, request](Result<std::vector<ResourceInfo>> list) {
                                   if (!list) {
                                     deps_.subscriptions.NoteList({});
                                     deps_.requests.Fail(request, ToProtocolError(list.error()));
                                     return;
                                   }
                                   deps_.subscriptions.NoteList(*list);
                                   const auto page =
                                       Page(*request->params, "resources", ResourceEntries(*list));
                                   if (page) {
                                     deps_.requests.Succeed(request, **page, kNoCache);
                                   } else {
                                     deps_.requests.Fail(request, page.error());
                                   }
                                 });
}

void ResourceMethods::ReadResource(const RequestPtr& request) {
  const auto uri = RequiredString(*request->params, "uri");
  if (!uri) {
    deps_.requests.Fail(request, uri.error());
    return;
  }
  Ask<ResourceContents>(
      request,
      [this, uri = *uri](const CallEnvironment& environment) {
        return deps_.offering.read_resource(environment, uri);
      },
      [this, request, uri = *uri](Result<ResourceContents> read) {
        if (!read) {
          deps_.requests.Fail(request, ResourceError(*request, uri, read.error()));
          return;
        }
        json contents = {
            {"uri", read->uri}, {"mimeType", read->mime_type}, {"text", std::move(read->text)}};
        deps_.requests.Succeed(request, {{"contents", json::array({std::move(contents)})}},
                               kNoCache);
      });
}

void ResourceMethods::GetPrompt(const RequestPtr& request) {
  const auto name = RequiredString(*request->params, "name");
  const auto arguments = PromptArguments(*request->params);
  if (!name || !arguments) {
    deps_.requests.Fail(request, name ? arguments.error() : name.error());
    return;
  }
  Ask<PromptText>(
      request,
      [this, name = *name, arguments = *arguments](const CallEnvironment& environment) {
        return deps_.offering.get_prompt(environment, name, arguments);
      },
      [this, request](Result<PromptText> prompt) {
        if (!prompt) {
          deps_.requests.Fail(request, ToProtocolError(prompt.error()));
          return;
        }
        json message = {{"role", "user"},
                        {"content", {{"type", "text"}, {"text", std::move(prompt->text)}}}};
        deps_.requests.Succeed(request, {{"description", std::move(prompt->description)},
                                         {"messages", json::array({std::move(message)})}});
      });
}

void ResourceMethods::Complete(const RequestPtr& request) {
  const auto question = ReadQuestion(*request->params);
  if (!question) {
    deps_.requests.Fail(request, question.error());
    return;
  }
  Ask<Completion>(
      request,
      [this, question = *question](const CallEnvironment& environment) {
        const auto& complete =
            question.prompt ? deps_.offering.complete_prompt : deps_.offering.complete_resource;
        return complete(environment, question.of, question.argument, question.prefix);
      },
      [this, request](Result<Completion> completion) {
        if (!completion) {
          deps_.requests.Fail(request, ToProtocolError(completion.error()));
          return;
        }
        deps_.requests.Succeed(request, {{"completion",
                                          {{"values", std::move(completion->values)},
                                           {"total", completion->total},
                                           {"hasMore", completion->has_more}}}});
      });
}

}  // namespace katra::mcp

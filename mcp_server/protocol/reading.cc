#include "mcp_server/protocol/reading.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "mcp_server/protocol/offers.h"
#include "mcp_server/protocol/params.h"

namespace katra::mcp {

using nlohmann::json;

namespace {

// Contents change with every message: nothing may be kept.
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

// What completion/complete asks for.
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
void Reading::Ask(const CallPtr& call, std::function<Result<T>(const CallEnvironment&)> ask,
                  std::function<void(Result<T>)> answer) {
  auto got = std::make_shared<Result<T>>(Fail(ErrorCode::kInternal, "nothing was asked"));
  deps_.runner.Run(
      Lane::kRead, call->cancelled,
      [got, ask = std::move(ask)](const CallEnvironment& environment) { *got = ask(environment); },
      [call, got, answer = std::move(answer)](const Error* error) {
        if (call->finished) return;
        answer(error == nullptr ? std::move(*got) : Result<T>(tl::unexpected<Error>(*error)));
      });
}

void Reading::ListResources(const CallPtr& call) {
  Ask<std::vector<ResourceInfo>>(
      call, deps_.catalog.list_resources, [this, call](Result<std::vector<ResourceInfo>> list) {
        if (!list) {
          deps_.subscriptions.NoteList({});
          deps_.calls.Fail(call, ToProtocolError(list.error()));
          return;
        }
        deps_.subscriptions.NoteList(*list);
        const auto page = Page(*call->params, "resources", ResourceEntries(*list));
        if (page) {
          deps_.calls.Succeed(call, **page, kNoCache);
        } else {
          deps_.calls.Fail(call, page.error());
        }
      });
}

void Reading::ReadResource(const CallPtr& call) {
  const auto uri = RequiredString(*call->params, "uri");
  if (!uri) {
    deps_.calls.Fail(call, uri.error());
    return;
  }
  Ask<ResourceContents>(
      call,
      [this, uri = *uri](const CallEnvironment& environment) {
        return deps_.catalog.read_resource(environment, uri);
      },
      [this, call, uri = *uri](Result<ResourceContents> read) {
        if (!read) {
          deps_.calls.Fail(call, ResourceError(*call, uri, read.error()));
          return;
        }
        json contents = {
            {"uri", read->uri}, {"mimeType", read->mime_type}, {"text", std::move(read->text)}};
        deps_.calls.Succeed(call, {{"contents", json::array({std::move(contents)})}}, kNoCache);
      });
}

void Reading::GetPrompt(const CallPtr& call) {
  const auto name = RequiredString(*call->params, "name");
  const auto arguments = PromptArguments(*call->params);
  if (!name || !arguments) {
    deps_.calls.Fail(call, name ? arguments.error() : name.error());
    return;
  }
  Ask<PromptText>(
      call,
      [this, name = *name, arguments = *arguments](const CallEnvironment& environment) {
        return deps_.catalog.get_prompt(environment, name, arguments);
      },
      [this, call](Result<PromptText> prompt) {
        if (!prompt) {
          deps_.calls.Fail(call, ToProtocolError(prompt.error()));
          return;
        }
        json message = {{"role", "user"},
                        {"content", {{"type", "text"}, {"text", std::move(prompt->text)}}}};
        deps_.calls.Succeed(call, {{"description", std::move(prompt->description)},
                                   {"messages", json::array({std::move(message)})}});
      });
}

void Reading::Complete(const CallPtr& call) {
  const auto question = ReadQuestion(*call->params);
  if (!question) {
    deps_.calls.Fail(call, question.error());
    return;
  }
  Ask<Completion>(
      call,
      [this, question = *question](const CallEnvironment& environment) {
        const auto& complete =
            question.prompt ? deps_.catalog.complete_prompt : deps_.catalog.complete_resource;
        return complete(environment, question.of, question.argument, question.prefix);
      },
      [this, call](Result<Completion> completion) {
        if (!completion) {
          deps_.calls.Fail(call, ToProtocolError(completion.error()));
          return;
        }
        deps_.calls.Succeed(call, {{"completion",
                                    {{"values", std::move(completion->values)},
                                     {"total", completion->total},
                                     {"hasMore", completion->has_more}}}});
      });
}

}  // namespace katra::mcp

// xAI under its company name; grok.cc defines its models and quirks.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Xai() {
  Provider p = Grok();
  p.name = "xai";
  p.title = "xAI";
  return p;
}

}  // namespace katra::router::providers

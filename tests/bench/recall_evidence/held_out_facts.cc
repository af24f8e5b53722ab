// The held-out part of the evidence benchmark: no constant of the ranking may be chosen on it.
#include "tests/bench/recall_evidence/facts.h"

namespace katra::bench::evidence {

const std::vector<Fact>& HeldOutFacts() {
  static const std::vector<Fact> facts = {
      {"{w} sharded the [database|db] by tenant, {n} shards, since one customer locked everybody's "
       "tables",
       "why is the [database|db] split into shards"},
      {"The [administrator|admin] console is reachable through the bastion only, after the scan "
       "in May",
       "how does one reach the [administrator|admin] console"},
      {"The [application|app] starts in {n} seconds since classes are loaded lazily; eager loading "
       "was {w}'s first suspect",
       "what made the [application|app] start quicker"},
      {"[JavaScript|JS] bundles are split by route, the landing page loads {n} KB instead of a "
       "megabyte",
       "how are the [JavaScript|JS] bundles divided"},
      {"The [virtual machine|VM] for signing is offline and kept in the safe; {w} has the second "
       "key",
       "who holds the second key of the signing [virtual machine|VM]"},
      {"Messages on the broker are kept {n} days; the consumer of analytics once fell behind over "
       "Easter",
       "for how many days does the broker keep messages"},
      {"Every [parameter|param] of the public endpoints is validated against the schema, unknown "
       "ones are refused",
       "what do endpoints do with an unknown [parameter|param]"},
      {"{w} chose SQLite over Postgres for the agent, as it must run without a server on laptops",
       "why does the agent run on SQLite"},
      {"The [development|dev] machines get synthetic customers, because real ones leaked into a "
       "screenshot",
       "what customers do the [development|dev] machines see"},
      {"Canary deploys take {n} percent of traffic for an hour and roll back on doubled errors",
       "how much traffic does a canary get"},
      {"The [performance|perf] regression came from a lock held during compression; {w} shrank the "
       "section",
       "what was behind the [performance|perf] regression"},
      {"Prices are integers of cents, floats lost a cent on {n} invoices",
       "why are prices not floats"},
      {"The [specification|spec] of the wire protocol is frozen until the partners have moved",
       "until when is the protocol [specification|spec] frozen"},
      {"Cron jobs take a lease in etcd so that two hosts never run the same one",
       "how do we prevent a cron job running twice"},
      {"{w} disabled the autoscaler at night, it oscillated between two and {n} replicas",
       "who turned off the autoscaler"},
      {"The [organization|org] on the registry was renamed; old images stay under the former name "
       "until January",
       "what happened to images of the old [organization|org]"},
      {"The mobile client caches lists for {n} hours and shows a grey banner when offline",
       "how does the mobile client indicate being offline"},
      {"Accessibility audit failed on contrast of the orange buttons; {w} darkened them",
       "what did the accessibility audit complain about"},
      {"The [connection|conn] to the bank is dropped every {n} minutes, hence the keepalive",
       "why do we send keepalives on the bank [connection|conn]"},
      {"Invoices are numbered without gaps per country, a sequence table is locked for it",
       "how do invoices avoid gaps in numbering"},
      {"The importer reads CSV with semicolons as well, Excel in Germany writes those",
       "why does the importer accept semicolons"},
      {"The [request|req] id travels in the header X-Trace and appears in each log line",
       "which header carries the [request|req] id"},
      {"Memory of the renderer grows by {n} MB a day; {w} restarts it weekly until the leak is "
       "found",
       "what do we do about the leaking renderer"},
      {"[Infrastructure|infra] is described in Terraform, and hand edits are reverted each night",
       "what happens to manual changes of the [infrastructure|infra]"},
      {"Translations come from the vendor on Fridays; missing strings fall back to English",
       "what is shown when a translation is missing"},
      {"The warehouse is loaded incrementally by updated_at, deletes arrive through tombstones",
       "how do deletes reach the warehouse"},
      {"{w} banned wildcard imports, they hid a shadowed name for {n} weeks",
       "who forbade wildcard imports"},
      {"The [message|msg] size is limited to {n} KB, larger payloads go by reference to the object "
       "store",
       "where do payloads go that exceed the [message|msg] limit"},
      {"Sessions are sticky to a zone, otherwise carts vanished during failover",
       "why did carts disappear in a failover"},
      {"The compiler was upgraded to version {n} and found two uninitialised variables",
       "what did the newer compiler discover"},
  };
  return facts;
}

}  // namespace katra::bench::evidence

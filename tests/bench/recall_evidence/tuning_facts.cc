// The tuning part of the evidence benchmark.
#include "tests/bench/recall_evidence/facts.h"

namespace katra::bench::evidence {

const std::vector<Fact>& TuningFacts() {
  static const std::vector<Fact> facts = {
      {"The [database|db] keeps {n} connections at most, because the pool exhausted the server on "
       "Black Friday",
       "what is the limit of open [database|db] connections"},
      {"Login tokens expire after {n} minutes; {w} wanted the [authentication|auth] service to "
       "forget them sooner",
       "how long does an [authentication|auth] token stay valid"},
      {"Pods were killed with [out of memory|OOM] when the parser loaded the whole archive; it "
       "streams now in {n} KB pieces",
       "why did the [out of memory|OOM] kills happen while reading archives"},
      {"{w} moved the [configuration|config] from environment variables to one YAML file that is "
       "read at start",
       "where does the [configuration|config] live and who changed that"},
      {"The [kubernetes|k8s] cluster in Frankfurt is upgraded on the first Tuesday, never during "
       "the settlement run",
       "when may the [kubernetes|k8s] nodes be upgraded"},
      {"Main branch of the [repository|repo] requires two approvals since the broken release of "
       "March; {w} may bypass it",
       "how many approvals does a merge into the [repository|repo] need"},
      {"Nightly backup writes to the bucket in Stockholm and takes {n} minutes; restore was "
       "rehearsed by {w}",
       "has anybody rehearsed restoring the backup"},
      {"We dropped GraphQL for plain REST since caching at the edge needed stable addresses",
       "what made us give up GraphQL"},
      {"Retry with exponential backoff stops after {n} attempts, otherwise the queue drowned in "
       "duplicates",
       "how often do we retry before stopping"},
      {"The flaky [integration|e2e] suite waited on a sleeping container; {w} replaced the pause "
       "with a readiness probe",
       "how were the flaky [integration|e2e] tests cured"},
      {"Feature flags older than {n} days are removed by a weekly job, as dead switches confused "
       "support",
       "what happens to old feature flags"},
      {"The [continuous integration|CI] cache is keyed by lockfile hash, which cut the build from "
       "{n} to four minutes",
       "what key does the [continuous integration|CI] cache use"},
      {"{w} prefers squash merges with an imperative subject and hates merge bubbles",
       "which merging style does {w} like"},
      {"Customers in Quebec need French invoices by law; the templates are under legal/locale",
       "why are there French invoice templates"},
      {"Latency at the ninety-ninth percentile doubled when logging became synchronous; it goes "
       "through a ring buffer now",
       "what caused the doubled tail latency"},
      {"The [environment|env] for staging shares its secrets with nobody since the leak in June",
       "do staging and other [environments|env] share secrets"},
      {"Certificates are renewed by a sidecar {n} days ahead of expiry, and {w} is paged when that "
       "fails",
       "who gets paged about failing certificate renewal"},
      {"Search ranking uses BM25 with titles counting double; vectors brought nothing in the trial",
       "did vectors improve the search ranking"},
      {"Deleting an account anonymises orders instead of removing them, for the auditors",
       "what becomes of orders when an account is deleted"},
      {"The [pull request|PR] template asks for a rollback plan, after the migration that could "
       "not be undone",
       "what must a [pull request|PR] describe besides the change"},
      {"Uploads above {n} megabytes are refused with status 413 by the proxy, not by us",
       "which component rejects large uploads"},
      {"Timestamps are stored in UTC and shown in the viewer's zone; {w} found three places that "
       "were local",
       "in which zone are timestamps stored"},
      {"The [dependency|dep] on leftover-utils was pinned because its minor release deleted a "
       "function",
       "which [dependency|dep] did we pin and why"},
      {"Thumbnails are rendered by a worker in Rust, {n} times quicker than the old Node script",
       "what language is the thumbnail worker written in"},
      {"Rate limiting counts by account and not by address, since a university shares one address",
       "why does rate limiting ignore addresses"},
      {"The [documentation|docs] site is built from the main branch at midnight; {w} owns the "
       "theme",
       "who owns the theme of the [documentation|docs]"},
      {"Password hashing moved to argon2 with {n} MB, old hashes are upgraded at the next sign-in",
       "what algorithm hashes passwords"},
      {"The exporter crashed on emoji in names, as the column was three bytes wide per character",
       "why did the exporter crash on names"},
      {"Webhooks are signed with HMAC and a timestamp; replays older than {n} minutes are dropped",
       "how do receivers verify webhooks"},
      {"On-call rotates on Wednesday noon so that nobody hands over on a Monday morning",
       "what day does the on-call rotation switch"},
  };
  return facts;
}

}  // namespace katra::bench::evidence

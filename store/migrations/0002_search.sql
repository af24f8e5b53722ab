-- Full-text search over messages and memories. The indexes keep no text (content=''): what is put
-- in is the output of Katra's own analyzer (store/search/analyzer.h), so that the stock tokenizer
-- can read every script. Meta key 'search_analyzer' holds the analyzer's version: when it is not
-- this build's, the indexes are made anew from the tables.

-- prev1..prev3: what was said to all in the same room before the message, so that an answer is
-- found by the words of its question. keys: r<room id>, p<persona id>.
CREATE VIRTUAL TABLE messages_fts USING fts5(
  text, extra, date, prev1, prev2, prev3, keys,
  content = '', tokenize = 'porter ascii'
);

-- keys: p<persona id>, k<kind>.
CREATE VIRTUAL TABLE memories_fts USING fts5(
  content, extra, reasoning, tags, keys,
  content = '', tokenize = 'porter ascii'
);

-- Every long word that was indexed, and where each of its parts begins: so that a compound or a
-- run-together identifier is found by a part of it.
CREATE TABLE search_words (
  id   INTEGER PRIMARY KEY,
  word TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE search_word_parts (
  part    TEXT NOT NULL,      -- the word from some character on, cut to a few characters
  word_id INTEGER NOT NULL REFERENCES search_words(id) ON DELETE CASCADE,
  PRIMARY KEY (part, word_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX search_word_parts_word ON search_word_parts(word_id);

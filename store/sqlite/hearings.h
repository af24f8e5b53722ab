// When personas came to have heard which messages: the table hearings, which only receipts read.
#pragma once

#include "store/sqlite/rows.h"

namespace katra::store::sqlite {

// The messages `after` < id <= `through` of a stream. The ranges of a persona in a stream do not
// overlap.
struct Hearing {
  MessageId after = 0;
  MessageId through = 0;
  int64_t at = 0;        // Unix milliseconds
  bool skipped = false;  // left behind with a backlog
};

// Records the range, unless no message of the stream is in it: most acknowledgements move both
// streams, and only one of them had something to hear. In the transaction that moves the cursor.
void RecordHearing(Connection& connection, PersonaId persona, int64_t stream,
                   const Hearing& hearing);

// Gives `into` what is recorded of both personas, and `from` nothing. A room's message counts as
// heard once either heard it. A direct message was for one of the two, and it is not known which,
// so what is recorded of it claims no more than both did. Call it once the cursors are merged: of
// direct messages that are to be heard again, nothing is kept.
void MergeHearings(Connection& connection, PersonaId from, PersonaId into);

}  // namespace katra::store::sqlite

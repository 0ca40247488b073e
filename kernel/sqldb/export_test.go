package sqldb

// Queued returns how many changes wait for the writer.
func Queued(db *DB) int { return len(db.queue) }

// Waiting is how the events that wait are read.
const Waiting = waiting

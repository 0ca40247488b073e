package sqldb

// Queued returns how many changes wait for the writer.
func Queued(db *DB) int { return len(db.queue) }

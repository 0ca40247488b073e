package identifier

import (
	"context"
	"path/filepath"

	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/identifier/internal/record"
)

// recordsDir is where the records are, of a city whose rows are in files.
func recordsDir(kit *module.Kit) string { return filepath.Join(kit.Dir, "records") }

// openRecords opens the records where the room's rows are: beside them in a
// directory, or, for several replicas, in PostgreSQL.
func openRecords(ctx context.Context, kit *module.Kit, o record.Options) (record.Store, error) {
	if kit.DB.Dialect() == sqldb.Postgres {
		return record.OpenRows(ctx, kit.DB, o)
	}
	return record.OpenFiles(recordsDir(kit), o)
}

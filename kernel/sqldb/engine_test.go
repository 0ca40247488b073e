package sqldb_test

import (
	"os"
	"path/filepath"
	"testing"

	"linghang/kernel/sqldb"
)

// Each room has a file of its own, whatever the directory is called.
func TestADirectoryMayHaveAnyName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "数据 #1 ?a=b %41")
	engine := sqldb.New(sqldb.Config{Dir: dir})
	for _, room := range []string{"one", "two"} {
		if err := engine.DB(room).Open(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(dir, room+".db")); err != nil {
			t.Error(err)
		}
	}
	if err := engine.Close(); err != nil {
		t.Error(err)
	}
}

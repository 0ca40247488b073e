package search_test

import (
	"context"
	"maps"
	"os"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/search"
	"linghang/kernel/sqldb"
)

func document(id, title string) module.Document {
	return module.Document{Noun: "template", ID: id, Title: lang.Text{ZH: title, EN: title}, Permission: "shed.view", City: true}
}

// A change is stamped before it is committed: what is read from the room between the
// two is older than the change, though the reading began after it was stamped.
func TestWhatChangesWhileARoomIsReadIsFoundAsItBecame(t *testing.T) {
	kerneltest.EachEngine(t, os.DirFS("migrations"), func(t *testing.T, db *sqldb.DB) {
		ctx, m, stamp := t.Context(), search.Reading(db), time.Now().UnixNano()
		hear := func(id, title string) {
			t.Helper()
			if err := m.Hear(ctx, module.DocumentPut{Room: "shed", Stamp: stamp, Document: document(id, title)}); err != nil {
				t.Fatal(err)
			}
		}
		old := module.DocumentPut{Room: "shed", Stamp: stamp - int64(time.Hour), Document: document("lost", "removed unheard")}
		if err := m.Hear(ctx, old); err != nil {
			t.Fatal(err)
		}
		kind := search.Kind{Room: "shed", Find: module.Find{Noun: "template", Walk: func(_ context.Context, found func(module.Document) error) error {
			if err := found(document("a", "draft")); err != nil {
				return err
			}
			hear("b", "made meanwhile")
			return nil
		}}}
		if err := m.Read(ctx, kind); err != nil {
			t.Fatal(err)
		}
		hear("a", "published")
		got, err := m.Titles(ctx)
		if want := map[string]string{"a": "published", "b": "made meanwhile"}; err != nil || !maps.Equal(got, want) {
			t.Errorf("found %v, %v; want %v", got, err, want)
		}
	})
}

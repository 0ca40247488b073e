package remark_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/remark"
)

// What a crash leaves behind is swept: a file that nobody said anything with,
// and content whose row was never written. What is said stays.
func TestWhatNobodySaidAnythingWithIsSwept(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := start(t, o)
		kit := c.Kit("remark")
		room := remark.New(kit, c.Directory(), func() []remark.Kind { return nil })
		if err := kit.DB.Open(t.Context(), room.Manifest().Migrations); err != nil {
			t.Fatal(err)
		}
		kept := c.upload(t, "officer", "ours", "kept.txt", "said", http.StatusCreated)
		c.say(t, "officer", "ours", fmt.Sprintf(`{"body":"","files":[%q]}`, kept.ID), http.StatusCreated)
		draft := c.upload(t, "officer", "ours", "draft.txt", "never said", http.StatusCreated)
		crashed, _, err := kit.Blobs.Put(t.Context(), strings.NewReader("released, and then the process ended"), 100)
		if err != nil {
			t.Fatal(err)
		}
		there := func() (hashes []string) {
			for b, err := range kit.Blobs.All(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				hashes = append(hashes, b.Hash)
			}
			return hashes
		}
		sweep := func(later time.Duration, want int) {
			t.Helper()
			if err := room.Sweep(t.Context(), time.Now().Add(later)); err != nil {
				t.Fatal(err)
			}
			if got := there(); len(got) != want {
				t.Errorf("after %v there is %v, want %d", later, got, want)
			}
		}
		sweep(0, 3)              // the crashed one is noted
		sweep(time.Minute, 3)    // too early: its upload may be under way
		sweep(2*time.Hour, 2)    // the crashed one left
		sweep(25*time.Hour, 2)   // the draft's row went, its content is noted
		sweep(26*time.Hour, 1)   // and left
		sweep(1000*time.Hour, 1) // what was said stays
		if got := there(); got[0] != kept.SHA256 || crashed == kept.SHA256 {
			t.Errorf("what stayed is %v", got)
		}
		if r := c.Get(t, "/api/remark/files/"+draft.ID, "officer"); r.Status != http.StatusNotFound {
			t.Errorf("the draft: %d", r.Status)
		}
		// The same content can come in again.
		again := c.upload(t, "officer", "ours", "again.txt", "never said", http.StatusCreated)
		if r := c.Get(t, "/api/remark/files/"+again.ID, "officer"); string(r.Body) != "never said" {
			t.Errorf("what came in again: %d %s", r.Status, r.Body)
		}
	})
}

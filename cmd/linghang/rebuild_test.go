package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// The time series are a projection: thrown away, they come back from the
// ledger as they were.
func TestTimeSeriesAreRebuiltFromTheLedger(t *testing.T) {
	const reports = 25
	h := startHouse(t, t.TempDir())
	h.setUp()
	k := h.platform("rebuilt")
	way := &line{}
	way.to(h.url)
	auth, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	if err != nil {
		t.Fatal(err)
	}
	auth.SetBasicAuth(k.ID, k.Secret)
	start := time.Now().UTC().Add(-time.Hour).Truncate(time.Minute)
	for i := range reports {
		body := fmt.Sprintf(`{"schema":1,"seq":%d,"period":%q,"items":[{"code":"dev_online","value":%d}]}`, i+1, start.Add(time.Duration(i)*time.Minute).Format(time.RFC3339), 100+i)
		if err := way.send(context.WithoutCancel(t.Context()), "/api/platforms/ingest/v1/reports", body, map[string]string{"Authorization": auth.Header.Get("Authorization")}); err != nil {
			t.Fatal(err)
		}
	}
	path := fmt.Sprintf("/api/platforms/%s/series?code=dev_online&step=60&from=%s&to=%s", k.Platform, start.Format(time.RFC3339), start.Add((reports-1)*time.Minute).Format(time.RFC3339))
	points := func() [][2]float64 {
		var v struct {
			Points [][2]float64 `json:"points"`
		}
		h.call("GET", path, "", &v)
		return v.Points
	}
	kerneltest.Wait(t, "the series to be complete", func() bool { return len(points()) == reports })
	before := points()
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(h.data, "series")); err != nil {
		t.Fatal(err)
	}
	h.start()
	kerneltest.Wait(t, "the series to be rebuilt", func() bool { return len(points()) == reports })
	if after := points(); !reflect.DeepEqual(before, after) {
		t.Errorf("rebuilt series are %v, were %v", after, before)
	}
}

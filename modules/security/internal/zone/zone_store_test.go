package zone

import (
	"fmt"
	"os"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

// What is left out is counted: nobody takes a part for the whole.
func TestConversationsBeyondTheLimitAreCounted(t *testing.T) {
	kerneltest.EachEngine(t, os.DirFS("../../migrations"), func(t *testing.T, db *sqldb.DB) {
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			for i := range 5 {
				for _, port := range []int{502, 503} { // the same two by the same protocol are one
					if _, err := tx.Exec(t.Context(), `INSERT INTO security_sensor_pair (id, sensor_id, client, server, protocol, port, unit, class, first_at, last_at, units) VALUES ($1, 'sensor', $2, '10.0.0.11', 'modbus', $3, 1, 'read', $4, $4, 1)`, fmt.Sprintf("%d/%d", i, port), fmt.Sprintf("10.0.0.%d", i), port, 1000+i); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for most, want := range map[int]int64{2: 3, 5: 0, 9: 0} {
			list, more, err := said(t.Context(), db, []string{"sensor"}, most)
			if err != nil || len(list) != min(most, 5) || more != want || list[0].client != "10.0.0.4" {
				t.Errorf("at most %d: %d and %d more, %v", most, len(list), more, err)
			}
		}
	})
}

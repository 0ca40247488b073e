package icsdissect_test

import (
	"fmt"
	"time"

	"linghang/lib/icsdissect"
)

// A write that somebody else than the engineer's station sends is what a plant wants to know.
func ExampleDissector() {
	d := icsdissect.New(icsdissect.Options{
		Record: func(r *icsdissect.Record) {
			if !r.PDU.Class.Changes() {
				return
			}
			for _, o := range r.PDU.Objects {
				fmt.Printf("%s %s unit %d: %s %d = %x\n", r.Flow.Client.Addr.Addr(), r.PDU.Function, r.PDU.Unit, o.Space, o.Address, o.Value)
			}
		},
	})
	station, controller := host{1, "10.0.0.1", 50000}, host{2, "10.0.0.2", 502}
	write := []byte{0, 1, 0, 0, 0, 6, 1, 6, 0, 4, 0, 99}
	d.Packet(time.Unix(0, 0), icsdissect.LinkEthernet, tcp(station, controller, 1, 1, ack, write))
	// Output: 10.0.0.1 write_single_register unit 1: holding_register 4 = 0063
}

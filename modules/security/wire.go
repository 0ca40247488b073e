package security

import (
	"context"
	"time"

	"linghang/modules/security/internal/asset"
	"linghang/modules/security/internal/baseline"
	"linghang/modules/security/internal/detection"
	"linghang/modules/security/internal/planned"
	"linghang/modules/security/internal/sensor"
)

// onTheWire tells comparisons what sensors saw.
func onTheWire(s *sensor.Sensors) planned.Wire {
	return func(ctx context.Context, organisation string, open bool) (planned.Sight, error) {
		sight, err := s.Seen(ctx, organisation, open)
		out := planned.Sight{Sensors: sight.Sensors, Hidden: sight.Hidden}
		for i := range sight.Devices {
			d := &sight.Devices[i]
			o := planned.Observed{
				Key: d.Key, SensorID: d.SensorID, MACs: d.MACs, Addrs: d.Addrs, Vendor: d.Of("vendor"), Model: d.Of("model"), OrderNumber: d.Of("order_number"), Firmware: d.Of("firmware"), Serial: d.Of("serial"), BACnet: d.Of("instance"),
				FirstAt: d.FirstAt, LastAt: d.LastAt,
			}
			for _, p := range d.Properties {
				if p.Kind == "name" && p.Source == "pn_dcp" {
					o.Station = p.Value
				}
			}
			out.Devices = append(out.Devices, o)
		}
		return out, err //nolint:wrapcheck // it says all
	}
}

// placesOf tells baselines what assets have which addresses.
func placesOf(a *asset.Assets) baseline.Places {
	return func(ctx context.Context, organisation string) (map[string]baseline.Place, error) {
		list, err := a.Places(ctx, organisation)
		out := make(map[string]baseline.Place, len(list))
		for addr, p := range list {
			out[addr] = baseline.Place(p)
		}
		return out, err //nolint:wrapcheck // it says all
	}
}

// evidenceOf tells sensors what open alerts refer to.
func evidenceOf(d *detection.Detection) sensor.Holds {
	return func(ctx context.Context, before time.Time) (sensor.Held, error) { return d.Holds(ctx, before) } //nolint:wrapcheck // it says all
}

package security

import (
	"context"
	"time"

	"linghang/modules/security/internal/asset"
	"linghang/modules/security/internal/baseline"
	"linghang/modules/security/internal/detection"
	"linghang/modules/security/internal/sensor"
)

// onTheWire tells assets what sensors saw.
func onTheWire(s *sensor.Sensors) asset.Wire {
	return func(ctx context.Context, organisation string) ([]asset.Observed, int, error) {
		list, sensors, err := s.Seen(ctx, organisation)
		out := make([]asset.Observed, 0, len(list))
		for i := range list {
			d := &list[i]
			o := asset.Observed{
				SensorID: d.SensorID, MACs: d.MACs, Addrs: d.Addrs, Vendor: d.Of("vendor"), Model: d.Of("model"), OrderNumber: d.Of("order_number"), Firmware: d.Of("firmware"), Serial: d.Of("serial"), BACnet: d.Of("instance"),
				FirstAt: d.FirstAt, LastAt: d.LastAt,
			}
			for _, p := range d.Properties {
				if p.Kind == "name" && p.Source == "pn_dcp" {
					o.Station = p.Value
				}
			}
			out = append(out, o)
		}
		return out, sensors, err //nolint:wrapcheck // it says all
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

package intel

import (
	"context"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
	"linghang/lib/stix"
)

// bundle takes over the objects of a bundle, or of an envelope of TAXII.
func (m *Intel) bundle(ctx context.Context, data []byte, f from) (TakenBundle, error) {
	if len(data) > mostOctets {
		return TakenBundle{}, fault.New(fault.TooLarge, "security.intel.large", "a file has at most %d MiB", mostOctets>>20).With("n", mostOctets>>20)
	}
	b, err := stix.ReadBundle(data)
	if err != nil {
		return TakenBundle{}, fault.New(fault.Invalid, "security.intel.bundle", "this is no bundle of STIX: %s", strings.TrimPrefix(err.Error(), "stix: ")).With("why", short(strings.TrimPrefix(err.Error(), "stix: "), 300)).At("body", "a bundle of STIX 2.1 as JSON")
	}
	list := b.Objects()
	if len(list) == 0 || len(list) > mostObjects {
		return TakenBundle{}, fault.New(fault.Invalid, "security.intel.many", "the bundle has %d objects", len(list)).With("n", len(list)).At("body", "from 1 to 20000 objects; part what is larger")
	}
	return m.take(ctx, list, f, nothingMore)
}

// more joins the last of the transactions that take objects over, and is told how many were
// new or newer.
type more func(ctx context.Context, tx *sqldb.Tx, fresh int) error

func nothingMore(context.Context, *sqldb.Tx, int) error { return nil }

// take takes over objects.
func (m *Intel) take(ctx context.Context, list []*stix.Object, f from, last more) (TakenBundle, error) {
	out := TakenBundle{Objects: []TakenObject{}}
	var good []kept
	for _, o := range list {
		k, why := m.examine(o, f.life)
		if why != "" {
			out.add(TakenObject{ObjectID: short(string(o.ID()), 100), Type: short(o.Type(), 100), Outcome: Refused, Why: why})
			continue
		}
		good = append(good, k)
	}
	for first := true; first || len(good) > 0; first = false {
		n := min(len(good), takenAtOnce)
		part := good[:n]
		good = good[n:]
		var told []TakenObject
		err := m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
			var err error
			if told, err = m.store.take(ctx, tx, part, f, m.now()); err != nil {
				return err
			}
			if err := m.ask(ctx, tx, told); err != nil {
				return err
			}
			if len(good) > 0 {
				return nil
			}
			fresh := out.New + out.Newer
			for _, t := range told {
				if t.Outcome == Fresh || t.Outcome == Newer {
					fresh++
				}
			}
			return last(ctx, tx, fresh)
		})
		if err != nil {
			return out, err
		}
		for _, t := range told {
			out.add(t)
		}
	}
	m.kit.Notify(topic, "", "")
	return out, nil
}

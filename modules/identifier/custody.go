package identifier

import (
	"fmt"
	"os"
	"strings"
	"time"

	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/escrow"
)

// custody are the settings of what is given to an escrow body.
type custody struct {
	// Certificate is the file of the escrow body's certificate in PEM, of SM2 or RSA;
	// nothing is given to anybody without it.
	Certificate string `json:"certificate"`
	// Dir is where packages are put, from which the escrow body gets them.
	Dir string `json:"dir"`
	// Hour is from when on the package of a day is made, 0 to 23, China's time.
	Hour int `json:"hour"`
	// FullEvery is after how many days a package has everything, not what changed.
	FullEvery int `json:"full_every"`
}

func (c custody) check(bad func(format string, args ...any)) {
	if c.Hour < 0 || c.Hour > 23 {
		bad("escrow.hour: 0 to 23")
	}
	if c.FullEvery < 1 || c.FullEvery > 90 {
		bad("escrow.full_every: 1 to 90 days")
	}
	if c.Certificate == "" {
		return
	}
	if c.Dir == "" {
		bad("escrow.dir: say where packages are put")
	}
	if _, err := c.recipient(); err != nil {
		bad("escrow.certificate: %w", err)
	}
}

// recipient is who packages are for.
func (c custody) recipient() (escrow.Recipient, error) {
	text, err := os.ReadFile(c.Certificate)
	if err != nil {
		return escrow.Recipient{}, err //nolint:wrapcheck // it names the file
	}
	return escrow.ParseRecipient(text) //nolint:wrapcheck // the caller says of what
}

// Custody is a package that was made for the escrow body.
type Custody struct {
	NodeID   string    `json:"node_id"`
	Day      string    `json:"day" title:"日期|Day"`
	Name     string    `json:"name" title:"数据包|Package"`
	Kind     string    `json:"kind" enum:"full,difference" title:"类别|Kind"`
	Base     string    `json:"base" title:"基于|Base" doc:"Of a difference: the package before"`
	Position uint64    `json:"position" title:"变更号|Change" doc:"Number of the last change that is in it"`
	MadeAt   time.Time `json:"made_at" title:"生成时间|Made"`
	Records  int64     `json:"records" title:"记录数|Records"`
	Removed  int64     `json:"removed" title:"删除数|Removed"`
	Slices   int64     `json:"slices" title:"分片数|Slices"`
	Size     int64     `json:"size" title:"大小（字节）|Size (octets)"`
	Manifest string    `json:"manifest_sha256" title:"清单的 SHA-256|SHA-256 of the manifest"`
	State    string    `json:"state" enum:"placed,failed" title:"状态|State"`
	Fault    string    `json:"fault" title:"原因|Fault"`
}

// States of packages.
const (
	placed = "placed" // where the escrow body gets it
	failed = "failed" // and is tried again
)

// due tells whether the package of a day is to be made.
func (c custody) due(now time.Time, last Custody) bool {
	here := now.In(chinaTime())
	return c.Certificate != "" && here.Hour() >= c.Hour && (last.Day != dayOf(now) || last.State == failed)
}

// next is the package of a day after the last one that was placed.
func (c custody) next(n node, now time.Time, last, full Custody) escrow.Manifest {
	m := escrow.Manifest{Prefix: n.Prefix, Kind: escrow.Full, MadeAt: now.UTC().Truncate(time.Second)}
	if last.Name != "" && full.Name != "" && now.Sub(full.MadeAt) < time.Duration(c.FullEvery)*24*time.Hour-time.Hour {
		m.Kind, m.Base = escrow.Difference, last.Name
	}
	m.Name = fmt.Sprintf("%s-%s-%s", strings.ReplaceAll(n.Prefix, "/", "_"), strings.ReplaceAll(dayOf(now), "-", ""), m.Kind)
	return m
}

// within tells whether a handle is a route or an identifier of a prefix, or of one
// below it.
func within(prefix, handle string) bool {
	of, local := wire.Split(wire.Fold(handle))
	if of == rootPrefix {
		of = local
	}
	prefix = wire.Fold(prefix)
	return of == prefix || strings.HasPrefix(of, prefix+".")
}

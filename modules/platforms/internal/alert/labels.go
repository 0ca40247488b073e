package alert

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
)

// Labels name what an alert is about.
type Labels map[string]string

// Names of labels that every alert may have.
const (
	NameLabel     = "alertname" // the code of the rule
	SeverityLabel = "severity"
	PlatformLabel = "platform" // the id of a platform
	OverflowLabel = "overflow" // "true": the rule holds for more than is kept apart
)

// Fingerprint is the same for the same labels, and for no others.
func (l Labels) Fingerprint() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(l)) {
		b.WriteString(name)
		b.WriteByte(0)
		b.WriteString(l[name])
		b.WriteByte(0)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:8])
}

// Pick returns the labels of some names that are there.
func (l Labels) Pick(names []string) Labels {
	some := Labels{}
	for _, n := range names {
		if v := l[n]; v != "" {
			some[n] = v
		}
	}
	return some
}

// validName tells whether a label may have a name.
func validName(name string) bool {
	if name == "" || len(name) > 64 {
		return false
	}
	for i, r := range name {
		letter := r == '_' || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z')
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return true
}

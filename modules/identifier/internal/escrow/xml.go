package escrow

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"time"
	"unicode/utf8"

	"linghang/lib/handle/wire"
)

// xmlRecord is a record as records.xml has it.
type xmlRecord struct {
	XMLName xml.Name   `xml:"record"`
	Handle  string     `xml:"handle,attr"`
	Change  uint64     `xml:"change,attr"`
	At      time.Time  `xml:"at,attr"`
	Removed bool       `xml:"removed,attr,omitempty"`
	Values  []xmlValue `xml:"value"`
}

// xmlValue is a value: as text where it is one that XML can carry, in base64 otherwise.
type xmlValue struct {
	Index       int32    `xml:"index,attr"`
	Type        string   `xml:"type,attr"`
	TTL         int32    `xml:"ttl,attr"`
	TTLType     uint8    `xml:"ttl_type,attr"`
	Timestamp   uint32   `xml:"timestamp,attr"`
	Permissions uint8    `xml:"permissions,attr"`
	Encoding    string   `xml:"encoding,attr,omitempty"`
	References  []string `xml:"reference"`
	Data        string   `xml:"data"`
}

const inBase64 = "base64"

// plain tells whether XML gives a text back as it was.
func plain(data []byte) bool {
	if !utf8.Valid(data) {
		return false
	}
	for _, r := range string(data) {
		if r < 0x20 && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF || r == utf8.RuneError {
			return false
		}
	}
	return true
}

func xmlOf(e Entry) xmlRecord {
	x := xmlRecord{Handle: e.Handle, Change: e.Change, At: e.At.UTC(), Removed: e.Removed}
	for i := range e.Values {
		v := &e.Values[i]
		one := xmlValue{Index: v.Index, Type: v.Type, TTL: v.TTL, TTLType: v.TTLType, Timestamp: v.Timestamp, Permissions: uint8(v.Permissions), Data: string(v.Data)}
		if !plain(v.Data) {
			one.Encoding, one.Data = inBase64, base64.StdEncoding.EncodeToString(v.Data)
		}
		for _, r := range v.References {
			one.References = append(one.References, r.String())
		}
		x.Values = append(x.Values, one)
	}
	return x
}

func (x *xmlRecord) entry() (Entry, error) {
	e := Entry{Handle: x.Handle, Change: x.Change, At: x.At, Removed: x.Removed}
	for _, one := range x.Values {
		v := wire.Value{Index: one.Index, Type: one.Type, TTL: one.TTL, TTLType: one.TTLType, Timestamp: one.Timestamp, Permissions: wire.Permissions(one.Permissions), Data: []byte(one.Data)}
		if one.Encoding == inBase64 {
			data, err := base64.StdEncoding.DecodeString(one.Data)
			if err != nil {
				return e, fmt.Errorf("value %d of %s: %w", one.Index, x.Handle, err)
			}
			v.Data = data
		}
		for _, text := range one.References {
			r, err := wire.ParseReference(text)
			if err != nil {
				return e, fmt.Errorf("value %d of %s: %w", one.Index, x.Handle, err)
			}
			v.References = append(v.References, r)
		}
		e.Values = append(e.Values, v)
	}
	return e, nil
}

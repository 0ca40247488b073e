package hjson

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"linghang/lib/handle/wire"
)

// siteVersion is that of the form of a site.
const siteVersion = 1

// faithful tells whether the JSON form of a site says all of its octets.
func faithful(s *wire.Site, data []byte) bool {
	if s.Hash > wire.HashAll {
		return false
	}
	for _, a := range s.Attributes {
		if !utf8.ValidString(a.Name) || !utf8.ValidString(a.Value) {
			return false
		}
	}
	for _, server := range s.Servers {
		for _, i := range server.Interfaces {
			if i.Service > wire.ServiceBoth || i.Protocol > wire.HTTPS {
				return false
			}
		}
	}
	return bytes.Equal(s.Append(nil), data)
}

// AppendSite appends a site, as it stands in siteinfo.json.
func AppendSite(dst []byte, s *wire.Site) []byte {
	dst = append(dst, `{"version":1,"protocolVersion":"`...)
	dst = append(dst, s.Version.String()...)
	dst = append(dst, `","serialNumber":`...)
	dst = strconv.AppendUint(dst, uint64(s.Serial), 10)
	dst = append(dst, `,"primarySite":`...)
	dst = strconv.AppendBool(dst, s.Primary)
	dst = append(dst, `,"multiPrimary":`...)
	dst = strconv.AppendBool(dst, s.MultiPrimary)
	if s.Hash != wire.HashAll {
		dst = append(dst, `,"hashOption":`...)
		dst = strconv.AppendUint(dst, uint64(s.Hash), 10)
	}
	if len(s.HashFilter) > 0 {
		dst = append(dst, `,"hashFilter":"`...)
		dst = append(base64.StdEncoding.AppendEncode(dst, s.HashFilter), '"')
	}
	dst = append(dst, `,"attributes":[`...)
	for i, a := range s.Attributes {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"name":`...)
		dst = AppendText(dst, a.Name)
		dst = append(dst, `,"value":`...)
		dst = append(AppendText(dst, a.Value), '}')
	}
	dst = append(dst, `],"servers":[`...)
	for i := range s.Servers {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendServer(dst, &s.Servers[i])
	}
	return append(dst, `]}`...)
}

func appendServer(dst []byte, s *wire.Server) []byte {
	dst = append(dst, `{"serverId":`...)
	dst = strconv.AppendUint(dst, uint64(s.ID), 10)
	dst = append(dst, `,"address":"`...)
	if s.Address.IsValid() {
		dst = s.Address.AppendTo(dst)
	} else {
		dst = append(dst, "0.0.0.0"...)
	}
	dst = append(dst, `","publicKey":`...)
	key, ok := appendKey(dst, s.PublicKey)
	if !ok {
		key = appendBase64(dst, s.PublicKey)
	}
	dst = append(key, `,"interfaces":[`...)
	for i, door := range s.Interfaces {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"query":`...)
		dst = strconv.AppendBool(dst, door.Service&wire.ServiceQuery != 0)
		dst = append(dst, `,"admin":`...)
		dst = strconv.AppendBool(dst, door.Service&wire.ServiceAdmin != 0)
		dst = append(dst, `,"protocol":"`...)
		dst = append(dst, strings.ToUpper(door.Protocol.String())...)
		dst = append(dst, `","port":`...)
		dst = strconv.AppendUint(dst, uint64(door.Port), 10)
		dst = append(dst, '}')
	}
	return append(dst, `]}`...)
}

type siteText struct {
	Version         *int            `json:"version"`
	ProtocolVersion string          `json:"protocolVersion"`
	SerialNumber    uint16          `json:"serialNumber"`
	PrimarySite     bool            `json:"primarySite"`
	MultiPrimary    bool            `json:"multiPrimary"`
	HashOption      *uint8          `json:"hashOption"`
	HashFilter      string          `json:"hashFilter"`
	Attributes      []attributeText `json:"attributes"`
	Servers         []serverText    `json:"servers"`
}

type attributeText struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type serverText struct {
	ID         uint32          `json:"serverId"`
	Address    string          `json:"address"`
	PublicKey  json.RawMessage `json:"publicKey"`
	Interfaces []interfaceText `json:"interfaces"`
}

type interfaceText struct {
	Query    bool   `json:"query"`
	Admin    bool   `json:"admin"`
	Protocol string `json:"protocol"`
	Port     uint32 `json:"port"`
}

// ParseSite reads a site, as a file siteinfo.json or resolver_site has it.
func ParseSite(text []byte) (wire.Site, error) {
	if err := check(text); err != nil {
		return wire.Site{}, err
	}
	return parseSite(text, "site")
}

func parseSite(raw json.RawMessage, where string) (wire.Site, error) {
	var t siteText
	if err := unmarshal(raw, &t, where); err != nil {
		return wire.Site{}, err
	}
	if t.Version != nil && *t.Version != siteVersion {
		return wire.Site{}, invalid(where+".version", "only version 1 of sites is known")
	}
	version, err := parseVersion(t.ProtocolVersion, where+".protocolVersion")
	if err != nil {
		return wire.Site{}, err
	}
	s := wire.Site{
		Version: version, Serial: t.SerialNumber, Primary: t.PrimarySite, MultiPrimary: t.MultiPrimary, Hash: wire.HashAll,
	}
	if t.HashOption != nil {
		s.Hash = wire.HashOption(*t.HashOption)
	}
	if s.Hash > wire.HashAll {
		return wire.Site{}, invalid(where+".hashOption", "write 0 for the prefix, 1 for the suffix, 2 or nothing for the whole handle")
	}
	if s.HashFilter, err = decodeBase64(t.HashFilter); err != nil {
		return wire.Site{}, invalid(where+".hashFilter", "it is no base64")
	}
	for _, a := range t.Attributes {
		s.Attributes = append(s.Attributes, wire.Attribute(a))
	}
	for i := range t.Servers {
		server, err := t.Servers[i].server(fmt.Sprintf("%s.servers[%d]", where, i))
		if err != nil {
			return wire.Site{}, err
		}
		s.Servers = append(s.Servers, server)
	}
	return s, nil
}

func parseVersion(text, where string) (wire.Version, error) {
	if text == "" {
		return wire.Current(), nil
	}
	major, minor, ok := strings.Cut(text, ".")
	a, errA := strconv.ParseUint(major, 10, 8)
	b, errB := strconv.ParseUint(minor, 10, 8)
	if !ok || errA != nil || errB != nil {
		return wire.Version{}, invalid(where, `write a version of the protocol, as "2.11"`)
	}
	return wire.Version{Major: uint8(a), Minor: uint8(b)}, nil
}

func (t *serverText) server(where string) (wire.Server, error) {
	address, err := netip.ParseAddr(t.Address)
	if err != nil || address.Zone() != "" {
		return wire.Server{}, invalid(where+".address", `write an address of IPv4 or IPv6, as "192.0.2.1"`)
	}
	s := wire.Server{ID: t.ID, Address: address.Unmap()}
	if len(t.PublicKey) > 0 && string(t.PublicKey) != "null" {
		if s.PublicKey, err = parseData(t.PublicKey, where+".publicKey"); err != nil {
			return wire.Server{}, err
		}
	}
	for i, door := range t.Interfaces {
		d := wire.Interface{Port: door.Port}
		if door.Query {
			d.Service |= wire.ServiceQuery
		}
		if door.Admin {
			d.Service |= wire.ServiceAdmin
		}
		if d.Protocol, err = parseProtocol(door.Protocol, fmt.Sprintf("%s.interfaces[%d].protocol", where, i)); err != nil {
			return wire.Server{}, err
		}
		s.Interfaces = append(s.Interfaces, d)
	}
	return s, nil
}

func parseProtocol(text, where string) (wire.Protocol, error) {
	for p := wire.UDP; p <= wire.HTTPS; p++ {
		if strings.EqualFold(text, p.String()) {
			return p, nil
		}
	}
	return 0, invalid(where, `write "UDP", "TCP", "HTTP" or "HTTPS"`)
}

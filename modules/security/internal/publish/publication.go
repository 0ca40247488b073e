package publish

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// white is the label of what everybody may read, as CSAF 2.0 has it.
const white = "WHITE"

// Where files are, below the address of the installation.
const (
	root      = "/.well-known/csaf/"
	metadata  = root + "provider-metadata.json"
	service   = root + "service.json"
	whiteRoot = root + "white/"
	feedFile  = "csaf-feed-tlp-white.json"
	categoryF = "category-white.json"
	keyRoot   = root + "openpgp/"
)

// place is where the file of an advisory is; the folder is of the year of its number.
func (p *Provider) place(file string, year int) string {
	return whiteRoot + strconv.Itoa(year) + "/" + file
}

// base is the address of the installation, without a slash at its end.
func (p *Provider) base() string { return strings.TrimSuffix(p.kit.Address(), "/") }

// within is where a file is below the folder of what is TLP:WHITE.
func (f File) within() string { return yearOf(f.number) + "/" + f.name }

// yearOf is that of a number such as LH-SA-2026-0001.
func yearOf(number string) string {
	parts := strings.Split(number, "-")
	return parts[len(parts)-2]
}

func written(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("write what is published: %w", err)
	}
	return b.Bytes(), nil
}

// providerMetadata is who the city is as a provider (CSAF 2.0, 7.1.7).
func providerMetadata(base string, by Publisher, k key, at time.Time) object {
	return object{
		"canonical_url": base + metadata, "metadata_version": "2.0", "role": "csaf_trusted_provider", "last_updated": stamp(at),
		"list_on_CSAF_aggregators": true, "mirror_on_CSAF_aggregators": true,
		"publisher":           object{"category": "coordinator", "name": by.Name, "namespace": by.Namespace},
		"public_openpgp_keys": []object{{"fingerprint": k.fingerprint, "url": base + keyRoot + k.fingerprint + ".asc"}},
		"distributions": []object{
			{"rolie": object{"feeds": []object{{"summary": "TLP:WHITE", "tlp_label": white, "url": base + whiteRoot + feedFile}}, "services": []string{base + service}, "categories": []string{base + whiteRoot + categoryF}}},
			{"directory_url": base + whiteRoot},
		},
	}
}

func csafCategory() []object {
	return []object{{"scheme": "urn:ietf:params:rolie:category:information-type", "term": "csaf"}}
}

// serviceDocument tells of the feed (CSAF 2.0, 7.1.16; RFC 8322, 5.1.1).
func serviceDocument(base string) object {
	return object{"service": object{"workspace": []object{{"title": "CSAF", "collection": []object{{
		"title": "TLP:WHITE", "href": base + whiteRoot + feedFile, "categories": object{"category": csafCategory()},
	}}}}}}
}

// categoryDocument tells by which categories entries are sorted (CSAF 2.0, 7.1.17).
func categoryDocument() object {
	return object{"categories": object{"category": []object{{"scheme": "urn:ietf:params:rolie:category:information-type", "term": "csaf"}}}}
}

// feed is the ROLIE feed (CSAF 2.0, 7.1.15; RFC 8322).
func feed(base, publisher string, list []File, empty time.Time) object {
	updated, entries := empty, []object{}
	for _, f := range list {
		if f.at.After(updated) {
			updated = f.at
		}
		link := base + whiteRoot + f.within()
		entries = append(entries, object{
			"id": f.number, "title": f.title, "published": stamp(f.first), "updated": stamp(f.at), "summary": object{"content": f.summary}, "category": csafCategory(),
			"link":    []object{{"rel": "self", "href": link}, {"rel": "hash", "href": link + ".sha256"}, {"rel": "hash", "href": link + ".sha512"}, {"rel": "signature", "href": link + ".asc"}},
			"content": object{"type": "application/json", "src": link},
			"format":  object{"schema": "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json", "version": "2.0"},
		})
	}
	return object{"feed": object{
		"id": "csaf-feed-tlp-white", "title": publisher + " CSAF TLP:WHITE", "updated": stamp(updated), "category": csafCategory(), "entry": entries,
		"link": []object{{"rel": "self", "href": base + whiteRoot + feedFile}, {"rel": "service", "href": base + service}},
	}}
}

// indexText is index.txt: all files, by their names (CSAF 2.0, 7.1.12).
func indexText(list []File) []byte {
	var b bytes.Buffer
	for _, f := range list {
		_, _ = fmt.Fprintln(&b, f.within())
	}
	return b.Bytes()
}

// changes is changes.csv: all files with when they changed, the newest first (CSAF 2.0, 7.1.13).
func changes(list []File) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, f := range list {
		_ = w.Write([]string{f.within(), stamp(f.at)}) // into memory
	}
	w.Flush()
	return b.Bytes()
}

// listing is a folder of a year, which tools walk through (CSAF 2.0, 7.1.14); nil: there is none.
func listing(year string, list []File) []byte {
	var names []string
	for _, f := range list {
		if yearOf(f.number) == year {
			names = append(names, f.name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	var b bytes.Buffer
	_, _ = fmt.Fprintf(&b, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>CSAF TLP:WHITE %s</title></head><body><ul>\n", year)
	for _, name := range names { // made of letters, digits, + and - alone
		for _, beside := range []string{"", ".sha256", ".sha512", ".asc"} {
			_, _ = fmt.Fprintf(&b, "<li><a href=\"%s\">%s</a></li>\n", name+beside, name+beside)
		}
	}
	b.WriteString("</ul></body></html>\n")
	return b.Bytes()
}

// sums are what lies beside a file: its hash, as sha256sum and sha512sum write it.
func sums(f File, kind string) []byte {
	h := sha512.New()
	if kind == ".sha256" {
		h = sha256.New()
	}
	_, _ = h.Write(f.document) // a hash takes all
	return []byte(hex.EncodeToString(h.Sum(nil)) + "  " + f.name + "\n")
}

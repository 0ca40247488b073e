package taxii

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// MediaType is that of TAXII 2.1 (section 1.6.8).
const MediaType = "application/taxii+json;version=2.1"

// ObjectType is the media type of objects of STIX 2.1.
const ObjectType = "application/stix+json;version=2.1"

// Discovery is section 4.1.1.
type Discovery struct {
	Title       string   `json:"title"`
	Description string   `json:"description,omitzero"`
	Contact     string   `json:"contact,omitzero"`
	Default     string   `json:"default,omitzero"`
	APIRoots    []string `json:"api_roots,omitzero"` // URLs, absolute or from the server's
}

// APIRoot is section 4.2.1.
type APIRoot struct {
	Title            string   `json:"title"`
	Description      string   `json:"description,omitzero"`
	Versions         []string `json:"versions"` // media types; the server fills it in
	MaxContentLength int64    `json:"max_content_length"`
}

// Collection is section 5.2.1, as the caller may use it.
type Collection struct {
	ID          string   `json:"id"` // a UUID
	Title       string   `json:"title"`
	Description string   `json:"description,omitzero"`
	Alias       string   `json:"alias,omitzero"`
	CanRead     bool     `json:"can_read"`
	CanWrite    bool     `json:"can_write"`
	MediaTypes  []string `json:"media_types,omitzero"`
}

// Status is section 4.3.1: what became of objects that were written.
type Status struct {
	ID               string         `json:"id"` // a UUID
	Status           string         `json:"status"`
	RequestTimestamp string         `json:"request_timestamp,omitzero"`
	TotalCount       int            `json:"total_count"`
	SuccessCount     int            `json:"success_count"`
	Successes        []StatusDetail `json:"successes,omitzero"`
	FailureCount     int            `json:"failure_count"`
	Failures         []StatusDetail `json:"failures,omitzero"`
	PendingCount     int            `json:"pending_count"`
	Pendings         []StatusDetail `json:"pendings,omitzero"`
}

// The values of [Status.Status].
const (
	StatusComplete = "complete"
	StatusPending  = "pending"
)

// StatusDetail is one object in a status.
type StatusDetail struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	Message string `json:"message,omitzero"`
}

// ManifestRecord is section 5.3.1.
type ManifestRecord struct {
	ID        string `json:"id"`
	DateAdded string `json:"date_added"`
	Version   string `json:"version"`
	MediaType string `json:"media_type,omitzero"`
}

// Message is an error message (section 3.6.1).
type Message struct {
	Title           string            `json:"title"`
	Description     string            `json:"description,omitzero"`
	ErrorID         string            `json:"error_id,omitzero"`
	ErrorCode       string            `json:"error_code,omitzero"`
	HTTPStatus      string            `json:"http_status,omitzero"`
	ExternalDetails string            `json:"external_details,omitzero"`
	Details         map[string]string `json:"details,omitzero"`
}

// Object is one object: its octets and what TAXII looks at.
type Object struct {
	Raw         json.RawMessage
	ID          string
	Type        string
	SpecVersion string // 2.1 where the object names none
	Version     string // modified, or created, or "" of an object without
}

// ReadObject reads an object. Keys count as they are written, and each once.
func ReadObject(raw []byte) (Object, error) {
	fields, err := topLevel(raw)
	if err != nil {
		return Object{}, err
	}
	text := func(name string) (string, error) {
		value, ok := fields[name]
		if !ok {
			return "", nil
		}
		var out string
		if value[0] != '"' || json.Unmarshal(value, &out) != nil {
			return "", fmt.Errorf("%s of an object is to be a text", name)
		}
		return out, nil
	}
	o := Object{Raw: bytes.Clone(bytes.TrimSpace(raw))}
	var created, modified string
	for _, f := range []struct {
		name string
		to   *string
	}{{"id", &o.ID}, {"type", &o.Type}, {"spec_version", &o.SpecVersion}, {"created", &created}, {"modified", &modified}} {
		if *f.to, err = text(f.name); err != nil {
			return Object{}, err
		}
	}
	if o.ID == "" || o.Type == "" {
		return Object{}, errors.New("an object needs id and type")
	}
	if o.SpecVersion == "" {
		o.SpecVersion = "2.1"
		if created != "" { // only cyber-observables of 2.1 have neither
			o.SpecVersion = "2.0"
		}
	}
	if o.Version = modified; modified == "" {
		o.Version = created
	}
	return o, nil
}

// topLevel reads the properties of a JSON object without taking Name for name,
// and refuses one that is there twice.
func topLevel(raw []byte) (map[string]json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	first, err := decoder.Token()
	if err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if first != json.Delim('{') {
		return nil, errors.New("an object is expected")
	}
	out := map[string]json.RawMessage{}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("not JSON: %w", err)
		}
		name, _ := key.(string)
		if _, twice := out[name]; twice {
			return nil, fmt.Errorf("the property %.60q is there twice", name)
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, fmt.Errorf("not JSON: %w", err)
		}
		out[name] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if rest := bytes.TrimSpace(raw[decoder.InputOffset():]); len(rest) > 0 {
		return nil, errors.New("something follows the object")
	}
	return out, nil
}

// Stamp writes a time as TAXII has it, to the microsecond (section 2).
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// ParseStamp reads a time of TAXII or STIX: RFC 3339 in UTC with Z, any precision.
func ParseStamp(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || !strings.HasSuffix(text, "Z") || text[10] != 'T' {
		return time.Time{}, fmt.Errorf("%.60q is no time such as 2026-01-31T23:59:59.000000Z", text)
	}
	return t, nil
}

package station

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"linghang/lib/handle/hjson"
	"linghang/lib/handle/wire"
)

// LoadSite reads a site as siteinfo.json holds it, or siteinfo.bin of other tools.
func LoadSite(path string) (wire.Site, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the file that the operator named
	if err != nil {
		return wire.Site{}, fmt.Errorf("read site: %w", err)
	}
	decode := wire.DecodeSite
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		decode = hjson.ParseSite
	}
	site, err := decode(text)
	if err != nil {
		return wire.Site{}, fmt.Errorf("read site %s: %w", path, err)
	}
	return site, nil
}

// publish makes the site of the addresses that the node listens on known. Its
// serial grows when it has changed, so that clients ask again.
func (c *Config) publish(s saved, site wire.Site) (wire.Site, error) {
	path := filepath.Join(c.Dir, "siteinfo.json")
	site.Serial = s.Serial
	if before, err := LoadSite(path); err == nil && bytes.Equal(before.Append(nil), site.Append(nil)) {
		return site, nil
	}
	s.Serial++
	site.Serial = s.Serial
	if err := c.save(s); err != nil {
		return site, err
	}
	return site, writeFile(path, append(hjson.AppendSite(nil, &site), '\n'))
}

// Request is a handle with values that another node is asked to keep.
type Request struct {
	Handle string
	Values []wire.Value
	Beside bool // beside the values that the handle has at other indexes
}

// requestFile is what request.json and publish.json hold: a handle with its values,
// as the interface for programs writes them.
type requestFile struct {
	Handle string          `json:"handle"`
	Values json.RawMessage `json:"values"`
	Beside bool            `json:"beside,omitempty"`
}

func writeRequest(path string, r *Request) error {
	list := []byte{'['}
	for i := range r.Values {
		if i > 0 {
			list = append(list, ',')
		}
		list = hjson.AppendValue(list, &r.Values[i])
	}
	text, err := json.MarshalIndent(requestFile{r.Handle, append(list, ']'), r.Beside}, "", "  ")
	if err != nil {
		return fmt.Errorf("encode request: %w", err)
	}
	return writeFile(path, append(text, '\n'))
}

// LoadRequest reads what another node is asked to keep, as request.json holds it.
func LoadRequest(path string) (Request, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the file that the operator named
	if err != nil {
		return Request{}, fmt.Errorf("read request: %w", err)
	}
	var r requestFile
	if err := json.Unmarshal(text, &r); err != nil {
		return Request{}, fmt.Errorf("read request %s: %w", path, err)
	}
	values, err := hjson.ParseValues(r.Values)
	if err != nil {
		return Request{}, fmt.Errorf("read request %s: %w", path, err)
	}
	return Request{r.Handle, values, r.Beside}, nil
}

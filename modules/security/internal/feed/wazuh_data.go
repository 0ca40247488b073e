package feed

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// wazuhWin is an event of Windows as Wazuh passes it on: the names begin with a small letter.
type wazuhWin struct {
	System map[string]json.RawMessage `json:"system"`
	Data   map[string]json.RawMessage `json:"eventdata"`
}

// fields are what an alert of Wazuh is about: an event of Windows by the names that Windows has,
// another log as it was and as it was decoded.
func (x *wazuh) fields(e *Event) []Field {
	if x.Data.Win != nil {
		return x.Data.Win.fields(e)
	}
	var f fields
	f.add("program", x.Predecoder.Program)
	f.add("decoder", x.Decoder.Name)
	f.add("location", x.Location)
	f.add("full_log", x.FullLog)
	for _, name := range slices.Sorted(maps.Keys(x.Data.Other)) {
		if v := plainText(json.RawMessage(x.Data.Other[name])); word(name) == name {
			f.add(name, v)
		}
	}
	return f.list
}

func (w *wazuhWin) fields(e *Event) []Field {
	data := map[string]string{}
	for name, v := range textsOf(w.Data) {
		letters := []rune(name)
		letters[0] = unicode.ToUpper(letters[0])
		data[string(letters)] = v
	}
	if e.Client == "" {
		e.Client = data["IpAddress"]
	}
	host := *e
	host.Code, host.Kind, host.Detail = plainText(w.System["eventID"]), plainText(w.System["channel"]), plainText(w.System["providerName"])
	if name := plainText(w.System["computer"]); name != "" {
		host.Host = name
	}
	if strings.TrimSpace(host.Code) == "" {
		return nil
	}
	return windowsFields(&host, data)
}

package feed

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// wazuh is a line of alerts.json of Wazuh 4 as far as it is read here.
type wazuh struct {
	Timestamp string `json:"timestamp"`
	Rule      *struct {
		Level       int      `json:"level"`
		ID          string   `json:"id"`
		Description string   `json:"description"`
		Groups      []string `json:"groups"`
	} `json:"rule"`
	Agent struct {
		Name string `json:"name"`
	} `json:"agent"`
	Decoder struct {
		Name string `json:"name"`
	} `json:"decoder"`
	Predecoder struct {
		Program string `json:"program_name"`
	} `json:"predecoder"`
	Location string `json:"location"`
	FullLog  string `json:"full_log"`
	Data     struct {
		SrcIP string                    `json:"srcip"`
		DstIP string                    `json:"dstip"`
		Win   *wazuhWin                 `json:"win"`
		Other map[string]jsontext.Value `json:",embed"`
	} `json:"data"`
}

// parseWazuh tells all alerts: the manager wrote no more than it was told to.
func parseWazuh(line []byte) (Event, error) {
	var x wazuh
	if err := object(line, &x); err != nil {
		return Event{}, err
	}
	at, err := moment(x.Timestamp)
	if err != nil {
		return Event{}, err
	}
	e := Event{At: at, Kind: "archive", Severity: Info, Host: x.Agent.Name, Client: x.Data.SrcIP, Server: x.Data.DstIP, Title: x.Decoder.Name}
	if x.Rule == nil {
		return e, nil // of archives.json: no rule spoke
	}
	e.Kind, e.Told, e.Code, e.Title, e.Severity = "alert", true, x.Rule.ID, x.Rule.Description, wazuhSeverity(x.Rule.Level)
	e.Detail = strings.Join(x.Rule.Groups, ", ")
	e.Fields = x.fields(&e)
	return e, nil
}

// wazuhSeverity is the level of a rule from 0 to 16, as Wazuh's own pages divide it.
func wazuhSeverity(level int) Severity {
	switch {
	case level >= 12:
		return High
	case level >= 7:
		return Medium
	case level >= 4:
		return Low
	}
	return Info
}

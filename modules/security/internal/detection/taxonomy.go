package detection

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"linghang/lib/sigma"
	"linghang/modules/security/internal/feed"
)

//go:embed taxonomy/windows.yml
var windowsTaxonomy []byte

// taxonomy is what the rules of others call the events that come here.
type taxonomy struct {
	Services   map[string][]string            `yaml:"services"`   // by channel
	Categories map[string]map[string][]string `yaml:"categories"` // by channel and number

	all []sigma.LogSource // that some source delivers
}

func readTaxonomy() (*taxonomy, error) {
	t := &taxonomy{}
	if err := strict(windowsTaxonomy, t); err != nil {
		return nil, fmt.Errorf("read the taxonomy of Windows: %w", err)
	}
	for channel := range t.Services {
		t.all = append(t.all, t.windows(channel, "")...)
	}
	for channel, numbers := range t.Categories {
		for number := range numbers {
			t.all = append(t.all, t.windows(channel, number)...)
		}
	}
	t.all = append(t.all, source(), sigma.LogSource{Product: "ot", Category: "ot_connection"}, sigma.LogSource{Product: "wazuh"})
	for _, kind := range []string{"dns", "http", "tls", "fileinfo"} {
		t.all = append(t.all, suricataSources(kind)...)
		t.all = append(t.all, zeekSources(kind)...)
	}
	for _, kind := range append(feed.ZeekLogs(), "notice") {
		t.all = append(t.all, zeekSources(kind)...)
	}
	return t, nil
}

// windows are the log sources that an event of a channel is one of: one for each category, all of
// them of the channel's service.
func (t *taxonomy) windows(channel, number string) []sigma.LogSource {
	services := t.Services[channel]
	if len(services) == 0 {
		services = []string{""}
	}
	categories := t.Categories[channel][number]
	if len(categories) == 0 {
		categories = []string{""}
	}
	var out []sigma.LogSource
	for _, s := range services {
		for _, c := range categories {
			out = append(out, sigma.LogSource{Product: "windows", Category: c, Service: s})
		}
	}
	return out
}

// delivers tells whether events of a log source come here at all. Of Linux every program may
// write by syslog, under its own name.
func (t *taxonomy) delivers(l sigma.LogSource) bool {
	if strings.EqualFold(l.Product, "linux") || l.Product == "" && l.Category == "" {
		return l.Category == ""
	}
	same := func(asked, there string) bool { return asked == "" || strings.EqualFold(asked, there) }
	return slices.ContainsFunc(t.all, func(x sigma.LogSource) bool {
		return same(l.Product, x.Product) && same(l.Category, x.Category) && same(l.Service, x.Service)
	})
}

// transactionSources are the log sources of a transaction, as the taxonomy names them (version
// 2.1.0), with what the product itself is called: rules are written for either.
func transactionSources(kind, product, tls, files string) []sigma.LogSource {
	switch kind {
	case "dns":
		return []sigma.LogSource{{Category: "dns", Product: product, Service: "dns"}, {Category: "dns_query"}, {Category: "network", Service: "dns"}}
	case "http":
		return []sigma.LogSource{{Category: "proxy", Product: product, Service: "http"}, {Category: "webserver"}}
	case "tls":
		return []sigma.LogSource{{Category: "network_connection", Product: product, Service: tls}, {Category: "network", Service: "connection"}}
	case "fileinfo":
		return []sigma.LogSource{{Product: product, Service: files}}
	}
	return nil
}

func suricataSources(kind string) []sigma.LogSource {
	return transactionSources(kind, "suricata", "tls", "fileinfo")
}

// zeekSources are those of a line of Zeek, by the names that Suricata has for what both tell.
func zeekSources(kind string) []sigma.LogSource {
	if list := transactionSources(kind, "zeek", "ssl", "files"); list != nil {
		return list
	}
	return []sigma.LogSource{{Product: "zeek", Service: kind}}
}

// syslogSources are those of a message: of its program, of its facility, and of syslog itself.
func syslogSources(program, facility string) []sigma.LogSource {
	out := []sigma.LogSource{{Product: "linux", Service: "syslog"}}
	for _, s := range []string{program, strings.TrimSuffix(facility, "priv")} {
		if s != "" && !slices.ContainsFunc(out, func(l sigma.LogSource) bool { return strings.EqualFold(l.Service, s) }) {
			out = append(out, sigma.LogSource{Product: "linux", Service: s})
		}
	}
	return out
}

// sources are the log sources that a log is an event of.
func (t *taxonomy) sources(l *logged) []sigma.LogSource {
	switch l.format {
	case "windows", "wazuh":
		if channel := l.one("Channel"); channel != "" {
			return t.windows(channel, l.one("EventID"))
		}
		if l.format == "windows" {
			return t.windows(l.kind, l.code)
		}
		out := []sigma.LogSource{{Product: "wazuh"}}
		if program := l.one("program"); program != "" {
			out = append(out, syslogSources(program, "")...)
		}
		return out
	case "syslog":
		return syslogSources(l.detail, l.kind)
	case "zeek":
		return zeekSources(l.kind)
	}
	return suricataSources(l.kind)
}

package detection

import (
	"path"
	"strconv"
	"strings"

	"linghang/lib/sigma"
	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/feed"
)

// logged is what a log says that another sensor wrote: a transaction that no probe dissects, an
// event of Windows, an alert of Wazuh, a message of syslog.
type logged struct {
	format, kind, code, title, detail, host string
	fields                                  []batch.LogField
}

// of are the values of a field.
func (l *logged) of(name string) (out []string) {
	for _, f := range l.fields {
		if f.Name == name {
			out = append(out, f.Value)
		}
	}
	return out
}

// one is the first value of a field.
func (l *logged) one(name string) string {
	for _, f := range l.fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// ofHost tells that a log is of a host, and of no conversation.
func (l *logged) ofHost() bool {
	return l.format == "windows" || l.format == "wazuh" || l.format == "syslog"
}

// aliases are what rules call the fields of transactions: those of the taxonomy, and those of
// Sysmon where a category has its names from there.
func aliases(name string) []string {
	switch name {
	case feed.DNSQuery:
		return []string{"query", "QueryName", "dns.question.name"}
	case feed.DNSType:
		return []string{"record_type", "dns.question.type"}
	case feed.DNSAnswer:
		return []string{"answer", "QueryResults", "dns.answers.data"}
	case feed.DNSCode:
		return []string{"response_code", "QueryStatus", "dns.response.code"}
	case feed.HTTPHost:
		return []string{"cs-host", "r-dns"}
	case feed.HTTPMethod:
		return []string{"cs-method"}
	case feed.HTTPWhole:
		return []string{"c-uri"}
	case feed.HTTPAgent:
		return []string{"c-useragent", "cs-user-agent"}
	case feed.HTTPRefer:
		return []string{"cs-referrer", "cs-referer"}
	case feed.HTTPStatus:
		return []string{"sc-status"}
	case feed.HTTPVersion:
		return []string{"cs-version"}
	case feed.HTTPLength:
		return []string{"sc-bytes"}
	case feed.TLSName:
		return []string{"DestinationHostname"}
	}
	return nil
}

// logFields are the fields of an event of a log.
func (e Event) logFields() []sigma.Field {
	if e.log.ofHost() {
		return e.hostFields()
	}
	port := strconv.Itoa(e.Port)
	out := []sigma.Field{
		{Name: "protocol", Value: e.Record.Protocol},
		{Name: "client", Value: e.Client},
		{Name: "server", Value: e.Server},
		{Name: "port", Value: port},
		{Name: "client_public", Value: strconv.FormatBool(public(e.Client))},
		{Name: "server_public", Value: strconv.FormatBool(public(e.Server))},
		{Name: "src_ip", Value: e.Client},
		{Name: "dst_ip", Value: e.Server},
		{Name: "dst_port", Value: port},
	}
	switch e.log.kind {
	case "http":
		out = append(out, sigma.Field{Name: "c-ip", Value: e.Client}, sigma.Field{Name: "s-ip", Value: e.Server}, sigma.Field{Name: "s-port", Value: port})
	case "dns", "tls":
		out = append(out,
			sigma.Field{Name: "source.ip", Value: e.Client}, sigma.Field{Name: "destination.ip", Value: e.Server}, sigma.Field{Name: "destination.port", Value: port}, sigma.Field{Name: "network.protocol", Value: e.log.kind},
			sigma.Field{Name: "SourceIp", Value: e.Client}, sigma.Field{Name: "DestinationIp", Value: e.Server}, sigma.Field{Name: "DestinationPort", Value: port}, sigma.Field{Name: "Initiated", Value: "true"})
	}
	for _, f := range e.log.fields {
		out = append(out, sigma.Field{Name: f.Name, Value: f.Value})
		for _, a := range aliases(f.Name) {
			out = append(out, sigma.Field{Name: a, Value: f.Value})
		}
		if e.log.format == "zeek" {
			out = append(out, zeekAliases(f)...)
		}
		if f.Name == feed.HTTPURL {
			out = append(out, uriFields(f.Value)...)
		}
	}
	return out
}

// uriFields are the parts of an URL as the W3C's format of logs has them.
func uriFields(uri string) []sigma.Field {
	stem, query, _ := strings.Cut(uri, "?")
	out := []sigma.Field{{Name: "c-uri-stem", Value: stem}, {Name: "cs-uri-stem", Value: stem}}
	if query != "" {
		out = append(out, sigma.Field{Name: "c-uri-query", Value: query}, sigma.Field{Name: "cs-uri-query", Value: query})
	}
	if ext := strings.TrimPrefix(path.Ext(stem), "."); ext != "" && len(ext) < 16 {
		out = append(out, sigma.Field{Name: "c-uri-extension", Value: ext})
	}
	return out
}

// logWords are what the sentence of a rule may name of a transaction.
func (e Event) logWords() map[string]string {
	one := func(names ...string) string {
		for _, n := range names {
			if list := e.log.of(n); len(list) > 0 {
				return short(strings.Join(list, ", "))
			}
		}
		return ""
	}
	return map[string]string{
		"host": e.log.host, "client": e.Client, "server": e.Server, "port": strconv.Itoa(e.Port), "protocol": e.Record.Protocol,
		"query": one(feed.DNSQuery), "type": one(feed.DNSType), "url": one(feed.HTTPWhole, feed.HTTPURL), "method": one(feed.HTTPMethod), "agent": one(feed.HTTPAgent),
		"name": one(feed.TLSName, feed.HTTPHost), "subject": one(feed.TLSSubject), "file": one(feed.FileName), "magic": one(feed.FileMagic), "hash": one(feed.FileSHA256, feed.FileSHA1, feed.FileMD5),
	}
}

// short keeps a sentence readable.
func short(s string) string {
	const most = 120
	if list := []rune(s); len(list) > most {
		return string(list[:most]) + "…"
	}
	return s
}

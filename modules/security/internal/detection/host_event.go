package detection

import (
	"strings"

	"linghang/lib/sigma"
	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/feed"
)

// hostFields are the fields of an event of Windows, an alert of Wazuh or a message of syslog:
// those that it has, the names of Sysmon for what other events say as well, and where it is from.
func (e Event) hostFields() []sigma.Field {
	var out []sigma.Field
	add := func(name, value string) {
		if value != "" {
			out = append(out, sigma.Field{Name: name, Value: value})
		}
	}
	for _, f := range e.log.fields {
		add(f.Name, f.Value)
	}
	for _, f := range e.log.renamed() {
		add(f.Name, f.Value)
	}
	if e.log.one("Channel") == "" {
		add("message", e.log.title)
		add("program", e.log.detail)
		add("hostname", e.log.host)
	}
	add("client", e.Client)
	add("server", e.Server)
	return out
}

// renamed are the names of Sysmon for what an event of the Security channel says: rules for a
// category are written in them.
func (l *logged) renamed() []batch.LogField {
	if l.one("Channel") != "Security" {
		return nil
	}
	switch l.one("EventID") {
	case "4688":
		return []batch.LogField{
			{Name: "Image", Value: l.one("NewProcessName")},
			{Name: "ParentImage", Value: l.one("ParentProcessName")},
			{Name: "User", Value: account(l.one("SubjectDomainName"), l.one("SubjectUserName"))},
			{Name: "LogonId", Value: l.one("SubjectLogonId")},
			{Name: "IntegrityLevel", Value: integrity(l.one("MandatoryLabel"))},
		}
	case "4689":
		return []batch.LogField{{Name: "Image", Value: l.one("ProcessName")}}
	case "4657":
		return []batch.LogField{
			{Name: "TargetObject", Value: registryPath(l.one("ObjectName"), l.one("ObjectValueName"))},
			{Name: "Details", Value: l.one("NewValue")},
			{Name: "Image", Value: l.one("ProcessName")},
		}
	case "5156":
		out := []batch.LogField{
			{Name: "Image", Value: l.one("Application")},
			{Name: "SourceIp", Value: l.one("SourceAddress")},
			{Name: "DestinationIp", Value: l.one("DestAddress")},
			{Name: "DestinationPort", Value: l.one("DestPort")},
		}
		switch l.one("Direction") { // numbers of messages of Windows itself
		case "%%14592":
			out = append(out, batch.LogField{Name: "Initiated", Value: "false"})
		case "%%14593":
			out = append(out, batch.LogField{Name: "Initiated", Value: "true"})
		}
		return out
	}
	return nil
}

func account(domain, name string) string {
	if domain == "" || name == "" {
		return name
	}
	return domain + `\` + name
}

// integrity is the word of Sysmon for a label of Windows (MS-DTYP, well-known SIDs).
func integrity(label string) string {
	return map[string]string{"S-1-16-4096": "Low", "S-1-16-8192": "Medium", "S-1-16-8448": "Medium", "S-1-16-12288": "High", "S-1-16-16384": "System"}[label]
}

// registryPath writes a key as Sysmon does.
func registryPath(key, value string) string {
	for _, root := range [][2]string{{`\REGISTRY\MACHINE`, "HKLM"}, {`\REGISTRY\USER`, "HKU"}} {
		if len(key) >= len(root[0]) && strings.EqualFold(key[:len(root[0])], root[0]) {
			key = root[1] + key[len(root[0]):]
			break
		}
	}
	if key == "" || value == "" {
		return key
	}
	return key + `\` + value
}

// zeekAliases are what Zeek itself calls a field that it has in common with Suricata: rules for
// Zeek are written in its names.
func zeekAliases(f batch.LogField) []sigma.Field {
	name := map[string]string{
		feed.DNSAnswer: "answers", feed.DNSType: "qtype_name", feed.DNSCode: "rcode_name",
		feed.HTTPHost: "host", feed.HTTPMethod: "method", feed.HTTPURL: "uri", feed.HTTPAgent: "user_agent", feed.HTTPStatus: "status_code", feed.HTTPRefer: "referrer", feed.HTTPVersion: "version",
		feed.TLSName: "server_name", feed.TLSSubject: "subject", feed.TLSIssuer: "issuer", feed.TLSJA3: "ja3", feed.TLSJA3S: "ja3s",
		feed.FileName: "filename", feed.FileMD5: "md5", feed.FileSHA1: "sha1", feed.FileSHA256: "sha256", feed.FileMagic: "mime_type",
	}[f.Name]
	if name == "" {
		return nil
	}
	return []sigma.Field{{Name: name, Value: f.Value}}
}
